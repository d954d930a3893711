// A learning-rate range test as a person reads it.
#pragma once

#include <string>

#include "cli/style.hpp"
#include "study/find_lr.hpp"

namespace telar::cli {

/// The smoothed loss against the rate, at most `columns` wide, and the rate it suggests.
[[nodiscard]] std::string find_lr_report(const FindLr& result, int columns, const Style& style);

}  // namespace telar::cli
