// Penalties on weights and activities, and what weights are held to.
#include "compute/kernels/targets.hpp"
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "compute/kernels/weight_rules.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "compute/kernels/copies-inl.h"
#include "compute/kernels/rows-inl.h"
#include "compute/kernels/run-inl.h"
#include "compute/kernels/update-inl.h"

HWY_BEFORE_NAMESPACE();
namespace telar::compute::HWY_NAMESPACE {

/// sum + the penalty of x.
HWY_INLINE V AddPenalty(const Penalty& penalty, V x, V sum) {
  sum = Fma(hn::Set(d, penalty.l1), hn::Abs(x), sum);
  return Fma(hn::Set(d, penalty.l2), hn::Mul(x, x), sum);
}

void Run(const PenaltyOp& op, const Frame& frame, const Piece& piece) {
  const std::size_t in = static_cast<std::size_t>(op.kernel.in), blocks = (in + kRowBlock - 1) / kRowBlock;
  for (std::size_t panel = piece.panel; panel < piece.panel + piece.panels; ++panel)
    for (std::size_t row = piece.row; row < piece.row + piece.rows; row += kRowBlock) {
      const float* w = frame.at(op.kernel.at) + (panel * in + row) * kPanel;
      const std::size_t rows = std::min<std::size_t>(kRowBlock, piece.row + piece.rows - row);
      LaneSum sum;  // padding is zero
      for (std::size_t i = 0; i < rows * kPanel; i += kLanes) {
        V& lanes = sum.lanes[i / kLanes % kLaneVectors];
        lanes = AddPenalty(op.kernel.penalty, hn::Load(d, w + i), lanes);
      }
      *frame.at(op.sums + panel * blocks + row / kRowBlock) = sum.Fold();
    }
}

void Run(const ActivityOp& op, const Frame& frame, const Piece& piece) {
  for (std::size_t r = piece.row; r < piece.row + piece.rows; ++r) {
    LaneSum sum;
    ForRow(frame.at(op.in.at) + r * static_cast<std::size_t>(op.in.stride), static_cast<std::size_t>(op.in.columns),
           [&](std::size_t, std::size_t v, V x, auto inside)
               HWY_ATTR { sum.lanes[v] = AddPenalty(op.penalty, hn::IfThenElseZero(inside, x), sum.lanes[v]); });
    *frame.at(op.row_penalty + r) = sum.Fold();
  }
}

void Run(const ActivityGradOp& op, const Frame& frame, const Piece& piece) {
  const V rows = hn::Set(d, static_cast<float>(frame.input->rows)), l1 = hn::Set(d, op.penalty.l1),
          l2 = hn::Set(d, 2 * op.penalty.l2);
  for (std::size_t r = piece.row; r < piece.row + piece.rows; ++r) {
    float* delta = frame.at(op.delta.at) + r * static_cast<std::size_t>(op.delta.stride) + piece.panel * kPanel;
    const float* y = frame.at(op.y.at) + r * static_cast<std::size_t>(op.y.stride) + piece.panel * kPanel;
    for (std::size_t i = 0; i < piece.panels * kPanel; i += kLanes) {
      const V x = hn::Load(d, y + i), slope = Fma(l1, Sign(x), hn::Mul(l2, x));
      hn::Store(hn::Add(hn::Load(d, delta + i), hn::Div(slope, rows)), d, delta + i);
    }
  }
}

/// The factor that brings sums of squares back.
HWY_INLINE V Back(const ConstrainOp& op, V squares) {
  const V norm = hn::Sqrt(squares), rate = hn::Set(d, op.rate), rest = hn::Set(d, 1.0f - op.rate);
  const V nearest = Clamp(norm, op.low, op.high);
  return hn::Div(Fma(rate, nearest, hn::Mul(rest, norm)), hn::Add(norm, hn::Set(d, 1e-7f)));
}

void Run(const ConstrainOp& op, const Frame& frame, const Piece& piece) {
  const std::size_t in = static_cast<std::size_t>(op.kernel.in),
                    panels = static_cast<std::size_t>(compute::panels(op.kernel.out));
  float* weights = frame.at(op.kernel.at);
  if (op.of_rows || op.not_negative) {
    for (std::size_t row = piece.row; row < piece.row + piece.rows; ++row) {
      LaneSum sum;
      for (std::size_t panel = 0; panel < panels; ++panel)
        for (std::size_t c = 0; c < kPanel; c += kLanes) {
          const V x = hn::Load(d, weights + (panel * in + row) * kPanel + c);
          V& lanes = sum.lanes[c / kLanes % kLaneVectors];
          lanes = Fma(x, x, lanes);
        }
      const V factor = Back(op, hn::Set(d, sum.Fold()));
      for (std::size_t panel = 0; panel < panels; ++panel)
        for (std::size_t c = 0; c < kPanel; c += kLanes) {
          float* w = weights + (panel * in + row) * kPanel + c;
          const V x = hn::Load(d, w);
          hn::Store(op.not_negative ? Relu(x) : hn::Mul(x, factor), d, w);
        }
    }
    for (std::size_t panel = 0; panel < panels; ++panel) RenewCopies(op, frame, panel, piece.row, piece.rows);
    return;
  }
  for (std::size_t panel = piece.panel; panel < piece.panel + piece.panels; ++panel) {
    float* w = weights + panel * in * kPanel;
    V factor[kPanelVectors];
    BatchSums<kPanelVectors>(
        in,
        [&](std::size_t r, std::size_t v) HWY_ATTR {
          const V x = hn::Load(d, w + r * kPanel + v * kLanes);
          return hn::Mul(x, x);
        },
        factor);
    for (V& f : factor) f = Back(op, f);
    for (std::size_t r = 0; r < in; ++r)
      for (std::size_t v = 0; v < kPanelVectors; ++v) {
        float* own = w + r * kPanel + v * kLanes;
        hn::Store(hn::Mul(hn::Load(d, own), factor[v]), d, own);
      }
    RenewCopies(op, frame, panel, 0, in);
  }
}

}  // namespace telar::compute::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
