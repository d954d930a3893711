// Two texts line by line.
#pragma once

#include <string>
#include <vector>

#include "study/report/content.hpp"

namespace telar {

/// What turns `before` into `after` with the fewest lines removed and added, in order. Lines beyond the first 2000 of
/// each are left out.
[[nodiscard]] std::vector<DiffLine> line_diff(const std::string& before, const std::string& after);

}  // namespace telar
