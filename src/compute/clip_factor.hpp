// The factor of a ClipNormOp, added up like a loss: in double, in a fixed order.
#pragma once

#include <cmath>

#include "compute/program.hpp"

namespace telar::compute {

/// `sums`: the operation's sums of squares.
template <class T>
[[nodiscard]] double clip_factor(const ClipNormOp& op, const T* sums) noexcept {
  double total = 0;
  for (std::size_t i = 0; i < op.count; ++i) total += static_cast<double>(sums[i]);
  const double norm = std::sqrt(total), clip = static_cast<double>(op.clip);
  if (op.all && !std::isfinite(norm)) return std::nan("");
  return norm <= clip ? 1.0 : clip / norm;  // NaN for NaN
}

}  // namespace telar::compute
