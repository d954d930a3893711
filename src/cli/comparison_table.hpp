// A comparison on the terminal.
#pragma once

#include <string>

#include "cli/style.hpp"
#include "study/comparison.hpp"

namespace telar::cli {

/// A sentence a change, then a table of all recipes, then what a reader must know besides.
[[nodiscard]] std::string comparison_text(const Comparison& comparison, const Style& style);

}  // namespace telar::cli
