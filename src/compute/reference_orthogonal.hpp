// The definitions of the operations of OrthogonalRegularizer, over an arena of any scalar.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "compute/program.hpp"

namespace telar::compute::reference {

/// f(place of b) for the numbers of row a of a kernel, or of its column a.
template <class F>
void along(const Kernel& kernel, bool of_rows, int a, const F& f) {
  for (int b = 0; b < (of_rows ? kernel.out : kernel.in); ++b) f(of_rows ? kernel.index(a, b) : kernel.index(b, a), b);
}

template <class T>
T length(const Kernel& kernel, bool of_rows, int a, const T* arena) {
  T sum = 0;
  along(kernel, of_rows, a, [&](std::size_t at, int) { sum += arena[at] * arena[at]; });
  return std::max(std::sqrt(sum), static_cast<T>(1e-12f));
}

template <class T>
void unit(const UnitOp& op, T* arena) {
  for (int a = 0; a < (op.of_rows ? op.in.in : op.in.out); ++a) {
    const T by = length(op.in, op.of_rows, a, arena);
    along(op.in, op.of_rows, a, [&](std::size_t at, int b) {
      const int i = op.of_rows ? a : b, o = op.of_rows ? b : a;
      arena[op.out.index(i, o)] = arena[op.transposed.index(o, i)] = arena[at] / by;
    });
  }
}

template <class T>
void sign(const SignOp& op, T* arena) {
  for (int i = 0; i < op.cosines.in; ++i) {
    T sum = 0;
    along(op.cosines, true, i, [&](std::size_t at, int j) {
      T& c = arena[at];
      c = i == j ? T(0) : c;
      sum += std::abs(c);
      c = c > 0 ? T(1) : c < 0 ? T(-1) : c;
    });
    arena[op.sums + static_cast<std::size_t>(i)] = static_cast<T>(op.factor) * sum;
  }
}

/// Gradients are kept `kept` behind their weights.
template <class T>
void tangent(const TangentOp& op, std::size_t kept, T* arena) {
  const std::ptrdiff_t to_units = static_cast<std::ptrdiff_t>(op.units.at) - static_cast<std::ptrdiff_t>(op.kernel.at),
                       to_sums =
                           static_cast<std::ptrdiff_t>(op.signed_sums.at) - static_cast<std::ptrdiff_t>(op.kernel.at);
  for (int a = 0; a < (op.of_rows ? op.kernel.in : op.kernel.out); ++a) {
    const T factor = static_cast<T>(op.factor) / length(op.kernel, op.of_rows, a, arena);
    T dot = 0;
    along(op.kernel, op.of_rows, a,
          [&](std::size_t at, int) { dot += *(arena + at + to_sums) * *(arena + at + to_units); });
    along(op.kernel, op.of_rows, a, [&](std::size_t at, int) {
      arena[at + kept] += factor * (*(arena + at + to_sums) - dot * *(arena + at + to_units));
    });
  }
}

}  // namespace telar::compute::reference
