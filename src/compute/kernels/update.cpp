// Updates that wait for the norm of gradients: squares, factors, then the steps.
#include "compute/kernels/targets.hpp"
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "compute/kernels/update.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "compute/clip_factor.hpp"
#include "compute/kernels/copies-inl.h"
#include "compute/kernels/run-inl.h"
#include "compute/kernels/update-inl.h"

HWY_BEFORE_NAMESPACE();
namespace telar::compute::HWY_NAMESPACE {

void Run(const SquaresOp& op, const Frame& frame, const Piece& piece) {
  if (only_accumulates(*frame.input)) return;
  const std::size_t in = static_cast<std::size_t>(op.kernel.in), blocks = (in + kRowBlock - 1) / kRowBlock;
  for (std::size_t panel = piece.panel; panel < piece.panel + piece.panels; ++panel) {
    const std::size_t columns = std::min<std::size_t>(kPanel, static_cast<std::size_t>(op.kernel.out) - panel * kPanel);
    for (std::size_t row = piece.row; row < piece.row + piece.rows; row += kRowBlock) {
      const float* g = Kept(op.kernel, frame, panel, row);
      const std::size_t rows = std::min<std::size_t>(kRowBlock, piece.row + piece.rows - row);
      LaneSum sum;
      for (std::size_t r = 0; r < rows; ++r, g += kPanel)
        for (std::size_t c = 0; c < columns; c += kLanes) {
          const V x = hn::IfThenElseZero(hn::FirstN(d, columns - c), hn::Load(d, g + c));
          V& lanes = sum.lanes[c / kLanes % kLaneVectors];
          lanes = Fma(x, x, lanes);
        }
      *frame.at(op.sums + panel * blocks + row / kRowBlock) = sum.Fold();
    }
  }
}

void Run(const RelayOp& op, const Frame& frame, const Piece& piece) {
  const std::size_t shift = op.back ? 0 : static_cast<std::size_t>(frame.rule.gradient_slot() + 1) * frame.slot_stride,
                    in = static_cast<std::size_t>(op.kernel.in), out = static_cast<std::size_t>(op.kernel.out);
  for (std::size_t panel = piece.panel; panel < piece.panel + piece.panels; ++panel)
    for (std::size_t row = piece.row; row < piece.row + piece.rows; ++row) {
      float* of_kernel = frame.at(op.kernel.at) + shift + (panel * in + row) * kPanel;
      float* of_flat = frame.at(op.flat.at) + shift + row * out + panel * kPanel;
      const std::size_t columns = std::min<std::size_t>(kPanel, out - panel * kPanel);
      std::copy_n(op.back ? of_kernel : of_flat, columns, op.back ? of_flat : of_kernel);
    }
}

void Run(const ClipNormOp& op, const Frame& frame, const Piece&) {
  if (!only_accumulates(*frame.input)) *frame.at(op.factor) = static_cast<float>(clip_factor(op, frame.at(op.sums)));
}

/// The step of an UpdateOp: `rule` and `input` as it sees them.
HWY_INLINE void UpdateRows(const UpdateOp& op, const Frame& frame, const Piece& piece) {
  const std::size_t in = static_cast<std::size_t>(op.kernel.in);
  Kernel weights = op.kernel;
  weights.penalty = {};  // the kept gradients have its own in them
  WithRule(frame, weights, [&](const auto& step) HWY_ATTR {
    for (std::size_t panel = piece.panel; panel < piece.panel + piece.panels; ++panel) {
      for (std::size_t row = piece.row; row < piece.row + piece.rows; row += kRowBlock) {
        const std::size_t rows = std::min<std::size_t>(kRowBlock, piece.row + piece.rows - row);
        float* g = Kept(op.kernel, frame, panel, row);
        if (op.factor) {
          const V factor = hn::Set(d, *frame.at(*op.factor));
          for (std::size_t i = 0; i < rows * kPanel; i += kLanes)
            hn::Store(hn::Mul(hn::Load(d, g + i), factor), d, g + i);
        }
        StepTile(step, {g, frame.at(op.kernel.at) + (panel * in + row) * kPanel, static_cast<int>(rows),
                        static_cast<int>(kPanelVectors)});
      }
      RenewCopies(op, frame, panel, piece.row, piece.rows);
    }
  });
}

/// What is left of an UpdateOp where gradients are only added up: averages.
void AverageRows(const UpdateOp& op, const Frame& frame, const Piece& piece) {
  if (!frame.rule.averages) return;
  const std::size_t in = static_cast<std::size_t>(op.kernel.in);
  for (std::size_t panel = piece.panel; panel < piece.panel + piece.panels; ++panel) {
    float* w = frame.at(op.kernel.at) + (panel * in + piece.row) * kPanel;
    for (std::size_t i = 0; i < piece.rows * kPanel; i += kLanes) Average(frame, w + i);
    if (frame.input->overwrites) RenewCopies(op, frame, panel, piece.row, piece.rows);
  }
}

void Run(const UpdateOp& op, const Frame& frame, const Piece& piece) {
  if (only_accumulates(*frame.input)) return AverageRows(op, frame, piece);
  Frame own = frame;
  StepInput input = *frame.input;
  own.input = &input;
  if (frame.rule.directs()) own.rule.clip = HUGE_VALF;  // DirectionOp has clipped
  if (op.by_adam) {
    own.rule.clip = frame.rule.clip;
    step_as_adam(own.rule, input);
  }
  UpdateRows(op, own, piece);
}

}  // namespace telar::compute::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
