// Weights of samples, as a step takes them.
#pragma once

#include <map>
#include <span>
#include <string>
#include <vector>

#include <telar/dataset.hpp>

namespace telar {

/// One weight for every stored sample, from those of the set's samples. Empty if there are none. Throws Error (usage):
/// another number of weights, one that is negative or not finite, different ones for the same stored sample.
[[nodiscard]] std::vector<float> stored_weights(const Dataset& data, std::span<const float> weights,
                                                const std::string& verb);

/// Weights of the set's samples by their labels, or by their one-hot targets.
[[nodiscard]] std::vector<float> weights_of_classes(const Dataset& data, const std::map<int, double>& class_weight,
                                                    int classes);

}  // namespace telar
