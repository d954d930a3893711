// Which operations must wait for the ones before them.
#pragma once

#include <vector>

#include "compute/program.hpp"

namespace telar::compute {

/// barriers[i]: all threads must have finished everything before operation i, because it reads what one of those wrote,
/// or writes what one of those used, since the last barrier.
[[nodiscard]] std::vector<bool> barriers_before(const Program& program, const std::vector<Op>& step);

}  // namespace telar::compute
