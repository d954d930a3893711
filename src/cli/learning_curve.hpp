// A training's epochs as a small chart in the terminal.
#pragma once

#include <string>

#include <telar/history.hpp>

#include "cli/style.hpp"

namespace telar::cli {

/// What stands under a chart, from left to right. By default the epochs from 1 on.
struct Axis {
  std::string name = "epoch", first = "1", last{};
};

/// Epochs against `quantity` as a solid line and "val_" + `quantity`, if logged, as a dashed one, in braille dots;
/// eight rows high, at most `columns` wide. Values that are not finite are gaps. Empty if there is nothing to draw.
[[nodiscard]] std::string learning_curve(const History& history, const std::string& quantity, int columns,
                                         const Style& style, const Axis& axis = {});

}  // namespace telar::cli
