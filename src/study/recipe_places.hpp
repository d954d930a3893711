#pragma once

#include <string>

#include "study/recipe.hpp"

namespace telar {

/// Where a key ("fit.callbacks.1.min_lr") was written: "baseline.toml:12:3". For a key left at its default, the place
/// of what it is in; at last the name of the recipe's file, or nothing for a recipe without one.
[[nodiscard]] std::string place_of(const Recipe& recipe, std::string address);

/// The data's name for messages, without their part: "fashion_mnist" for "fashion_mnist (train)".
[[nodiscard]] std::string set_name(const Dataset& data);

}  // namespace telar
