// The layers of a recipe's runs, side by side.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "study/report/content.hpp"
#include "study/why/measures.hpp"

namespace telar {

/// In the order of the network, over what was measured of each run; kMostLayers at most.
[[nodiscard]] std::vector<LayerSpread> spread_of_layers(std::span<const Measures> runs);

inline constexpr std::size_t kMostLayers = 1000;

/// Adds what `order` does not have of `names`, each behind the name before it.
void merge_names(std::vector<std::string>& order, const std::vector<std::string>& names);

}  // namespace telar
