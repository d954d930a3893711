// A recipe as a person would have written it.
#pragma once

#include <string>

#include "study/recipe.hpp"

namespace telar {

/// to_toml without what is at its default: to be read and compared, not to be loaded by a telar with other defaults.
[[nodiscard]] std::string to_short_toml(const Recipe& recipe);

}  // namespace telar
