// Gradients of a dense layer's weights, and their update while they are at hand.
#include "compute/kernels/targets.hpp"
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "compute/kernels/dense_update.cpp"
#include <hwy/cache_control.h>
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "compute/kernels/copies-inl.h"
#include "compute/kernels/elementwise-inl.h"
#include "compute/kernels/processor.hpp"
#include "compute/kernels/run-inl.h"
#include "compute/kernels/tile-inl.h"
#include "compute/kernels/update-inl.h"

HWY_BEFORE_NAMESPACE();
namespace telar::compute::HWY_NAMESPACE {
/// Rows of a tile that take their step between two parts of the next tile's product. With 16 registers each time
/// costs the accumulators a way to memory and back.
#if HWY_TARGET == HWY_AVX3 || HWY_TARGET == HWY_NEON
inline constexpr int kStepRows = 1;
#else
inline constexpr int kStepRows = 3;
#endif

/// The gradients of one tile of weights into `gradients`. A function of its own keeps the accumulators in registers.
template <int kRows, int kVectors>
HWY_NOINLINE void GradientTile(Broadcast a, Panel b, std::size_t depth, float* HWY_RESTRICT gradients) {
  Tile<kRows, kVectors, Walk::columns>(
      a, b, depth, 0, [](std::size_t) HWY_ATTR {},
      [=](int r, int v, V value)
          HWY_ATTR { hn::Store(value, d, gradients + static_cast<std::size_t>(r * kVectors + v) * kLanes); });
}

/// The gradients of one tile of weights into `gradients`; meanwhile, some rows at a time, the update of `waiting`, a
/// tile as large whose gradients are known but not yet used, or none: its divisions and square roots overlap with
/// multiplications. `arrays`: the weights and slots to ask the caches for; `copy`: what will be asked for next of the
/// transposed copy, or null.
template <int kRows, int kVectors, class Step>
HWY_NOINLINE void UpdateTile(Broadcast a, Panel b, std::size_t depth, const Step& step, std::size_t stride,
                             const WeightTile& waiting, const float* weights, std::size_t arrays, const float* copy,
                             float* HWY_RESTRICT gradients) {
  constexpr std::size_t kAtOnce = kRows % kStepRows == 0 ? kStepRows : 1, kTimes = kRows / kAtOnce,
                        kFloats = kVectors * kLanes, kLine = 16;
  const auto aside = [&](std::size_t n) HWY_ATTR {
    for (std::size_t r = n * kAtOnce; r < (n + 1) * kAtOnce; ++r)
      for (std::size_t c = 0; c < kFloats; c += kLine) {
        const float* own = weights + r * kPanel + c;
        for (std::size_t s = 0; s < arrays; ++s, own += stride) hwy::Prefetch(own);
      }
    if (copy != nullptr)
      for (std::size_t c = n; c < kPanel; c += kTimes) hwy::Prefetch(copy + c * kPanel);
    if (waiting.rows == 0) return;
    const std::size_t r = n * kAtOnce;
    StepTile(step, {waiting.gradients + r * kFloats, waiting.weights + r * kPanel, kAtOnce, kVectors});
  };
  Tile<kRows, kVectors, Walk::columns>(a, b, depth, kTimes, aside, [=](int r, int v, V value) HWY_ATTR {
    hn::Store(value, d, gradients + static_cast<std::size_t>(r * kVectors + v) * kLanes);
  });
}

/// Rows [piece.row, + piece.rows) of one panel of weights.
template <class Step>
HWY_NOINLINE void UpdatePanel(const DenseUpdateOp& op, const Frame& frame, std::size_t panel, const Piece& piece,
                              const Step& step) {
  constexpr std::size_t kTile = kTileRows * kTileColumns;
  const std::size_t batch = static_cast<std::size_t>(frame.input->rows), in = static_cast<std::size_t>(op.kernel.in),
                    in_row = static_cast<std::size_t>(op.in.stride),
                    delta_row = static_cast<std::size_t>(op.delta.stride);
  const std::size_t out = static_cast<std::size_t>(op.kernel.out);
  const Broadcast a{frame.at(op.in.at) + piece.row, in_row};
  const Panel b{frame.at(op.delta.at) + panel * kPanel, delta_row};
  float* weights = frame.at(op.kernel.at) + (panel * in + piece.row) * kPanel;
  const std::size_t arrays = std::min<std::size_t>(static_cast<std::size_t>(frame.rule.slots()) + 1, 3);

  const bool overlaps = !is_intel, renews = (op.transposed || op.rounded) && !Keeps(frame);

  HWY_ALIGN float gradients[2][kTile];
  WeightTile waiting{gradients[0], weights, 0, kTileVectors};
  std::size_t turn = 0, transposed = 0;
  const auto tile = [&](auto height, auto width, std::size_t r, std::size_t column) HWY_ATTR {
    constexpr int kRows = decltype(height)::value, kVectors = decltype(width)::value;
    float* own = weights + r * kPanel + column;
    const Broadcast from{a.data + r, in_row};
    const Panel with{b.data + column, delta_row};
    bool waits = false;
    // Not on Intel's processors; nor with a step that is called, which sends all accumulators to memory and back.
    if constexpr (kRows == kTileRows && kVectors == kTileVectors && !std::is_same_v<Step, AnyStep>) {
      if (overlaps) {
        const std::size_t next = std::min(piece.row + (r + kTileRows) / 16 * 16, in - 1);
        const float* copy =
            op.transposed && column == 0 ? PlaceInCopy(frame.at(op.transposed->at), out, panel, next) : nullptr;
        UpdateTile<kRows, kVectors>(from, with, batch, step, frame.slot_stride, waiting, own, arrays, copy,
                                    gradients[turn]);
        waiting = {gradients[turn], own, kRows, kVectors};
        turn = 1 - turn;
        waits = true;
      }
    }
    if (!waits) {
      if (waiting.rows > 0) StepTile(step, waiting);
      waiting.rows = 0;
      GradientTile<kRows, kVectors>(from, with, batch, gradients[turn]);
      StepTile(step, {gradients[turn], own, kRows, kVectors});
    }
    // All rows before this tile's have their new values.
    if (renews && column == 0 && r - transposed >= 16) {
      RenewCopies(op, frame, panel, piece.row + transposed, (r - transposed) / 16 * 16);
      transposed += (r - transposed) / 16 * 16;
    }
  };
  ForTiles<kTileRows>(piece.rows, VectorsOf(op.kernel.out, panel), tile);
  StepTile(step, waiting);
  if (renews) RenewCopies(op, frame, panel, piece.row + transposed, piece.rows - transposed);
}

void Run(const DenseUpdateOp& op, const Frame& frame, const Piece& piece) {
  const std::size_t end = piece.panel + piece.panels;
  WithStep(frame, op.kernel, [&](const auto& step) HWY_ATTR {
    for (std::size_t panel = piece.panel; panel < end; ++panel) UpdatePanel(op, frame, panel, piece, step);
  });
  if (piece.row != 0 || !op.bias) return;
  const Matrix& bias_delta = op.rounded ? op.unrounded : op.delta;
  const std::size_t delta_row = static_cast<std::size_t>(bias_delta.stride);
  WithStep(frame, op.bias, [&](const auto& step) HWY_ATTR {
    for (std::size_t panel = piece.panel; panel < end; ++panel) {
      const float* delta = frame.at(bias_delta.at) + panel * kPanel;
      V gradient[kPanelVectors];
      BatchSums<kPanelVectors>(
          static_cast<std::size_t>(frame.input->rows),
          [&](std::size_t r, std::size_t v) HWY_ATTR { return hn::Load(d, delta + r * delta_row + v * kLanes); },
          gradient);
      for (std::size_t v = 0; v < kPanelVectors; ++v)
        step(gradient[v], frame.at(op.bias.at) + panel * kPanel + v * kLanes);
    }
  });
}

}  // namespace telar::compute::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
