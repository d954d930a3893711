// RegroupOp of one sample, for any scalar: plain code that the reference and the kernels share.
#pragma once

#include <array>
#include <cstddef>

#include "compute/forward_ops.hpp"

namespace telar::compute {

/// `flat`: the sample's row; `grouped`: the first of its rows.
template <class T>
void regroup(const RegroupOp& op, T* flat, T* grouped) noexcept {
  const auto last = static_cast<std::size_t>(op.order.axes - 1);
  const std::array<int, AxisOrder::kMostAxes>&extents = op.order.extents, &steps = op.order.steps;
  std::array<int, AxisOrder::kMostAxes> index{};
  std::ptrdiff_t place = 0, row = 0;
  for (int column = 0;;) {
    for (int i = 0; i < extents[last]; ++i) {
      T &in_flat = flat[place + std::ptrdiff_t{i} * steps[last]], &in_row = grouped[row + column + i];
      if (op.back)
        in_flat = in_row;
      else
        in_row = in_flat;
    }
    column += extents[last];
    if (column == op.grouped.columns) column = 0, row += op.grouped.stride;
    std::size_t axis = last;  // the others turn as an odometer does
    for (; axis > 0; --axis) {
      place += steps[axis - 1];
      if (++index[axis - 1] < extents[axis - 1]) break;
      place -= std::ptrdiff_t{steps[axis - 1]} * extents[axis - 1];
      index[axis - 1] = 0;
    }
    if (axis == 0) return;
  }
}

}  // namespace telar::compute
