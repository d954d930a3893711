// Which class a trained network takes each sample for.
#pragma once

#include <cstdint>
#include <vector>

#include <telar/sequential.hpp>

namespace telar {

/// In the order of `data`: the first largest output, or whether a single one is on the far side of its loss's
/// threshold, as accuracies count it. Needs a network of classes that is compiled with a loss. Throws Error like
/// predict.
[[nodiscard]] std::vector<std::int32_t> predicted_classes(const Sequential& model, const Dataset& data, int threads);

}  // namespace telar
