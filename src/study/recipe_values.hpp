// A recipe as a flat list of values: to tell recipes apart, and to name one by its hash.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "study/recipe.hpp"

namespace telar {

/// Every value under its address: "model.layers.2.units" -> "512", defaults included. Where the data lie is left out:
/// the same samples may lie anywhere.
[[nodiscard]] std::map<std::string, std::string> recipe_values(const Recipe& recipe);

/// Where two recipes differ; absent: that recipe has no such key.
struct RecipeDifference {
  std::string address;
  std::optional<std::string> first, second;
};
/// In the order of addresses.
[[nodiscard]] std::vector<RecipeDifference> compare_recipes(const Recipe& first, const Recipe& second);

/// SHA-256 of all values, the seed included: the same for recipes that say the same, however they are written.
[[nodiscard]] std::string recipe_sha256(const Recipe& recipe);

}  // namespace telar
