// A training's epochs as a small chart in the terminal.
#pragma once

#include <string>

#include <telar/history.hpp>

#include "cli/style.hpp"

namespace telar::cli {

/// Epochs against `quantity` as a solid line and "val_" + `quantity`, if logged, as a dashed one, in braille dots;
/// eight rows high, at most `columns` wide. Values that are not finite are gaps. Empty if there is nothing to draw.
[[nodiscard]] std::string learning_curve(const History& history, const std::string& quantity, int columns,
                                         const Style& style);

}  // namespace telar::cli
