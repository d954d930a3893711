// The penalty on kernels whose rows or columns are not at right angles, and its gradient.
#include "compute/kernels/targets.hpp"
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "compute/kernels/orthogonal.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "compute/kernels/copies-inl.h"
#include "compute/kernels/rows-inl.h"
#include "compute/kernels/run-inl.h"
#include "compute/kernels/update-inl.h"

HWY_BEFORE_NAMESPACE();
namespace telar::compute::HWY_NAMESPACE {

HWY_INLINE std::size_t PanelsOf(const Kernel& kernel) { return static_cast<std::size_t>(panels(kernel.out)); }
HWY_INLINE std::size_t RowsOf(const Kernel& kernel) { return static_cast<std::size_t>(kernel.in); }

/// f(offset of a vector from the kernel's beginning, which of the 16 lanes' vectors) along a row.
template <class F>
HWY_INLINE void AlongRow(const Kernel& kernel, std::size_t row, const F& f) {
  for (std::size_t panel = 0; panel < PanelsOf(kernel); ++panel)
    for (std::size_t c = 0; c < kPanel; c += kLanes)
      f((panel * RowsOf(kernel) + row) * kPanel + c, c / kLanes % kLaneVectors);
}
/// The sum of f(offset) along a row; padding is zero.
template <class F>
HWY_INLINE V RowSum(const Kernel& kernel, std::size_t row, const F& f) {
  LaneSum sum;
  AlongRow(kernel, row, [&](std::size_t i, std::size_t v) HWY_ATTR { sum.lanes[v] = hn::Add(sum.lanes[v], f(i)); });
  return hn::Set(d, sum.Fold());
}
/// The sums of f(offset) down the columns of a panel.
template <class F>
HWY_INLINE void ColumnSums(const Kernel& kernel, std::size_t panel, const F& f, V* HWY_RESTRICT sums) {
  const std::size_t begin = panel * RowsOf(kernel) * kPanel;
  BatchSums<kPanelVectors>(
      RowsOf(kernel), [&](std::size_t r, std::size_t v) HWY_ATTR { return f(begin + r * kPanel + v * kLanes); }, sums);
}
/// f(offset, vector of the panel) down the columns of a panel.
template <class F>
HWY_INLINE void DownColumns(const Kernel& kernel, std::size_t panel, const F& f) {
  const std::size_t begin = panel * RowsOf(kernel) * kPanel;
  for (std::size_t r = 0; r < RowsOf(kernel); ++r)
    for (std::size_t v = 0; v < kPanelVectors; ++v) f(begin + r * kPanel + v * kLanes, v);
}

HWY_INLINE V LengthOf(V squares) {
  const V length = hn::Sqrt(squares), least = hn::Set(d, 1e-12f);
  return hn::IfThenElse(hn::Lt(length, least), least, length);
}

void Run(const UnitOp& op, const Frame& frame, const Piece& piece) {
  const float* w = frame.at(op.in.at);
  float* out = frame.at(op.out.at);
  const auto square = [&](std::size_t i) HWY_ATTR {
    const V x = hn::Load(d, w + i);
    return hn::Mul(x, x);
  };
  const auto divide = [&](std::size_t i, V by) HWY_ATTR { hn::Store(hn::Div(hn::Load(d, w + i), by), d, out + i); };
  if (op.of_rows) {
    for (std::size_t row = piece.row; row < piece.row + piece.rows; ++row) {
      const V length = LengthOf(RowSum(op.in, row, square));
      AlongRow(op.in, row, [&](std::size_t i, std::size_t) HWY_ATTR { divide(i, length); });
    }
    for (std::size_t panel = 0; panel < PanelsOf(op.in); ++panel)
      Transpose(frame, op.out, op.transposed, panel, piece.row, piece.rows);
    return;
  }
  for (std::size_t panel = piece.panel; panel < piece.panel + piece.panels; ++panel) {
    V lengths[kPanelVectors];
    ColumnSums(op.in, panel, square, lengths);
    for (V& length : lengths) length = LengthOf(length);
    DownColumns(op.in, panel, [&](std::size_t i, std::size_t v) HWY_ATTR { divide(i, lengths[v]); });
    Transpose(frame, op.out, op.transposed, panel, 0, RowsOf(op.in));
  }
}

void Run(const SignOp& op, const Frame& frame, const Piece& piece) {
  float* cosines = frame.at(op.cosines.at);
  for (std::size_t row = piece.row; row < piece.row + piece.rows; ++row) {
    cosines[op.cosines.index(static_cast<int>(row), static_cast<int>(row)) - op.cosines.at] = 0;
    const V sum = RowSum(op.cosines, row, [&](std::size_t i) HWY_ATTR { return hn::Abs(hn::Load(d, cosines + i)); });
    *frame.at(op.sums + row) = op.factor * hn::GetLane(sum);
    AlongRow(op.cosines, row,
             [&](std::size_t i, std::size_t) HWY_ATTR { hn::Store(Sign(hn::Load(d, cosines + i)), d, cosines + i); });
  }
}

void Run(const TangentOp& op, const Frame& frame, const Piece& piece) {
  if (only_accumulates(*frame.input)) return;
  const float *w = frame.at(op.kernel.at), *units = frame.at(op.units.at), *sums = frame.at(op.signed_sums.at);
  float* kept = Kept(op.kernel, frame, 0, 0);
  const V factor = hn::Set(d, op.factor);
  const auto square = [&](std::size_t i) HWY_ATTR {
    const V x = hn::Load(d, w + i);
    return hn::Mul(x, x);
  };
  const auto product = [&](std::size_t i) HWY_ATTR { return hn::Mul(hn::Load(d, sums + i), hn::Load(d, units + i)); };
  const auto add = [&](std::size_t i, V by, V dot) HWY_ATTR {
    const V along = hn::Sub(hn::Load(d, sums + i), hn::Mul(dot, hn::Load(d, units + i)));
    hn::Store(hn::Add(hn::Load(d, kept + i), hn::Mul(by, along)), d, kept + i);
  };
  if (op.of_rows) {
    for (std::size_t row = piece.row; row < piece.row + piece.rows; ++row) {
      const V by = hn::Div(factor, LengthOf(RowSum(op.kernel, row, square))), dot = RowSum(op.kernel, row, product);
      AlongRow(op.kernel, row, [&](std::size_t i, std::size_t) HWY_ATTR { add(i, by, dot); });
    }
    return;
  }
  for (std::size_t panel = piece.panel; panel < piece.panel + piece.panels; ++panel) {
    V by[kPanelVectors], dots[kPanelVectors];
    ColumnSums(op.kernel, panel, square, by);
    ColumnSums(op.kernel, panel, product, dots);
    for (V& b : by) b = hn::Div(factor, LengthOf(b));
    DownColumns(op.kernel, panel, [&](std::size_t i, std::size_t v) HWY_ATTR { add(i, by[v], dots[v]); });
  }
}

}  // namespace telar::compute::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
