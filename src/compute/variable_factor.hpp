// The number of a FactorOp, added up like a loss: in double, in a fixed order.
#pragma once

#include <cmath>

#include "compute/program.hpp"

namespace telar::compute {

template <class T>
[[nodiscard]] double factor_of(const FactorOp& op, const UpdateRule& rule, const T* arena) noexcept {
  const auto sum = [&](std::size_t at) {
    double total = 0;
    for (std::size_t i = 0; i < op.count; ++i) total += static_cast<double>(arena[at + i * op.distance]);
    return total;
  };
  const auto at_least = [](double x, double low) { return x < low ? low : x; };  // NaN for NaN
  switch (op.kind) {
    case FactorOp::Kind::mean:
      return sum(op.sums) / static_cast<double>(op.count);
    case FactorOp::Kind::inverse_norm:
      return 1 / (std::sqrt(sum(op.sums)) + 1e-7);
    case FactorOp::Kind::ratio: {
      const double weights = std::sqrt(sum(op.weight_sums)), direction = std::sqrt(sum(op.sums));
      return weights > 0 && direction > 0 ? weights / direction : 1;
    }
    case FactorOp::Kind::root_mean_square:
      return at_least(std::sqrt(sum(op.weight_sums) / op.elements), static_cast<double>(rule.smallest)) /
             at_least(std::sqrt(sum(op.sums) / op.elements) / static_cast<double>(rule.threshold), 1);
  }
  return 1;
}

}  // namespace telar::compute
