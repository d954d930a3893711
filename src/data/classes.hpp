// How many classes labels speak of.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <span>
#include <string>

#include <telar/error.hpp>

namespace telar {

/// Largest label + 1; 0 if there is no label that is not negative. Throws Error (usage) if that is no int.
[[nodiscard]] inline int count_classes(std::span<const std::int32_t> labels) {
  const std::int32_t largest = labels.empty() ? -1 : *std::max_element(labels.begin(), labels.end());
  if (largest == std::numeric_limits<std::int32_t>::max())
    throw Error(ErrorCode::usage, "labels", "label " + std::to_string(largest) + " is too large");
  return std::max(largest + 1, 0);
}

}  // namespace telar
