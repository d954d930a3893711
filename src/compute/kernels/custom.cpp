// Layers that a user wrote: their functions do the work.
#include "compute/kernels/targets.hpp"
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "compute/kernels/custom.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "compute/custom_rows.hpp"
#include "compute/kernels/run-inl.h"
#include "compute/kernels/update-inl.h"

HWY_BEFORE_NAMESPACE();
namespace telar::compute::HWY_NAMESPACE {

inline float* RowOf(const Frame& frame, const Matrix& m, std::size_t row) {
  return frame.at(m.at) + row * static_cast<std::size_t>(m.stride);
}

void Run(const CustomOp& op, const Frame& frame, const Piece& piece) {
  for (std::size_t r = piece.row; r < piece.row + piece.rows; ++r)
    custom_forward<float>(op, frame.at(op.layer.first), RowOf(frame, op.in, r), RowOf(frame, op.out, r));
}

void Run(const CustomGradOp& op, const Frame& frame, const Piece& piece) {
  // Pieces are blocks of rows of the largest batch; this one may be shorter.
  const std::size_t end = std::min(piece.row + piece.rows, static_cast<std::size_t>(frame.input->rows));
  for (std::size_t r = piece.row; r < end; ++r)
    custom_backward<float>(op, r, frame.at(op.layer.first), RowOf(frame, op.in, r), RowOf(frame, op.y, r),
                           RowOf(frame, op.delta, r), RowOf(frame, op.out, r), frame.at(op.sums));
}

void Run(const CustomUpdateOp& op, const Frame& frame, const Piece& piece) {
  const std::size_t rows = static_cast<std::size_t>(frame.input->rows), blocks = (rows + kRowBlock - 1) / kRowBlock;
  for (std::size_t panel = piece.panel; panel < piece.panel + piece.panels; ++panel) {
    const std::size_t c = panel * kPanel;
    const float* sums = frame.at(op.sums) + c;
    V gradient[kPanelVectors];
    TreeSums<kPanelVectors>(
        blocks,
        [&](std::size_t block, V* HWY_RESTRICT sum) HWY_ATTR {
          for (std::size_t v = 0; v < kPanelVectors; ++v) sum[v] = hn::Load(d, sums + block * op.distance + v * kLanes);
        },
        gradient);
    StepPanel(frame, op.weights, c, gradient);
  }
}

}  // namespace telar::compute::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
