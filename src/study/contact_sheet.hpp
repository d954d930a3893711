// Some pictures of each class on one.
#pragma once

#include <string>
#include <vector>

#include <telar/dataset.hpp>

#include "data/picture.hpp"

namespace telar {

inline constexpr int kSheetColumns = 10;

struct ContactSheet {
  Picture picture;
  std::vector<std::string> rows;  ///< from the top: the classes that have samples; empty without classes
};

/// Up to ten pictures of each class in a row of its own, spread evenly over the class in the order of the data; without
/// classes one row of all. Throws Error (usage): samples that are no pictures of bytes, more than fit on 2^26 pixels.
[[nodiscard]] ContactSheet contact_sheet(const Dataset& data);

}  // namespace telar
