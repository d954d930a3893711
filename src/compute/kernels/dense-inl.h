// The three products of a dense layer on one register tile.
//
// A tile is a few rows by two vectors of columns; each of its elements is one chain of fused multiply-adds over the
// inner dimension, in order. The vector operand is a panel (forward: kernel; input gradient: transposed kernel; weight
// gradient: 32 columns of delta), the broadcast operand an activation or delta.
#if defined(TELAR_DENSE_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef TELAR_DENSE_INL_H_
#undef TELAR_DENSE_INL_H_
#else
#define TELAR_DENSE_INL_H_
#endif

#include <hwy/cache_control.h>
#include <type_traits>

#include "compute/kernels/elementwise-inl.h"
#include "compute/kernels/update-inl.h"

HWY_BEFORE_NAMESPACE();
namespace telar::compute::HWY_NAMESPACE {

/// Rows of the largest tile: 12 x 2 accumulators, 2 vectors and a broadcast fit 32 registers, 6 x 2 fit 16.
#if HWY_TARGET == HWY_AVX3
inline constexpr int kTileRows = 12;
#else
inline constexpr int kTileRows = 6;
#endif
/// Rows of outputs that are handed to threads as one piece: a multiple of kTileRows and of 4.
inline constexpr std::size_t kChunk = 48;
inline constexpr std::size_t kTileColumns = 2 * kLanes;

/// Element (r, k) of the broadcast operand is at data[r * row + k * inner]; vector k of a panel at data[k * inner].
struct Broadcast {
  const float* data;
  std::size_t row, inner;
};
struct Panel {
  const float* data;
  std::size_t inner;
};
/// What a tile asks the caches for while it multiplies: `lines` lines from each address.
struct Prefetch {
  const float* from[3] = {nullptr, nullptr, nullptr};
  int arrays = 0;
};

template <int kRows>
HWY_INLINE void Tile(Broadcast a, Panel b, std::size_t depth, const Prefetch& prefetch, float* HWY_RESTRICT out,
                     std::size_t out_row) {
  V c0[kRows], c1[kRows];
  HWY_UNROLL(12)
  for (int r = 0; r < kRows; ++r) c0[r] = c1[r] = hn::Zero(d);
  const float* HWY_RESTRICT pa = a.data;
  const float* HWY_RESTRICT pb = b.data;
  const std::size_t row = a.row, inner = a.inner, step = b.inner;
  const auto multiply = [&](std::size_t) HWY_ATTR {
    const V b0 = hn::Load(d, pb), b1 = hn::Load(d, pb + kLanes);
    HWY_UNROLL(12)
    for (int r = 0; r < kRows; ++r) {
      const V x = hn::Set(d, pa[static_cast<std::size_t>(r) * row]);
      c0[r] = Fma(x, b0, c0[r]);
      c1[r] = Fma(x, b1, c1[r]);
    }
    pa += inner;
    pb += step;
  };
  std::size_t k = 0;
  if (prefetch.arrays > 0) {
    // Two cache lines hold a panel's row of 32 weights.
    const std::size_t lines = std::min<std::size_t>(depth, 2 * kRows);
    for (; k < lines; ++k) {
      for (int i = 0; i < prefetch.arrays; ++i) hwy::Prefetch(prefetch.from[i] + k * 16);
      multiply(k);
    }
  }
  for (; k < depth; ++k) multiply(k);
  HWY_UNROLL(12)
  for (int r = 0; r < kRows; ++r) {
    hn::Store(c0[r], d, out + static_cast<std::size_t>(r) * out_row);
    hn::Store(c1[r], d, out + static_cast<std::size_t>(r) * out_row + kLanes);
  }
}

/// `rows` rows by the panel's 32 columns into `out`.
HWY_INLINE void Product(Broadcast a, Panel b, std::size_t depth, std::size_t rows, Prefetch prefetch, float* out,
                        std::size_t out_row) {
  for (std::size_t column = 0; column < kPanel; column += kTileColumns) {
    std::size_t r = 0;
    const auto tile = [&](auto height) HWY_ATTR {
      constexpr int kRows = decltype(height)::value;
      Prefetch ahead = prefetch;
      for (int i = 0; i < ahead.arrays; ++i) ahead.from[i] += r * kPanel;
      Tile<kRows>({a.data + r * a.row, a.row, a.inner}, {b.data + column, b.inner}, depth, ahead,
                  out + r * out_row + column, out_row);
      r += kRows;
    };
    while (rows - r >= kTileRows) tile(std::integral_constant<int, kTileRows>());
    if constexpr (kTileRows > 8) {
      if (rows - r >= 8) tile(std::integral_constant<int, 8>());
    }
    if (rows - r >= 4) tile(std::integral_constant<int, 4>());
    if (rows - r >= 2) tile(std::integral_constant<int, 2>());
    if (rows - r >= 1) tile(std::integral_constant<int, 1>());
    prefetch.arrays = 0;  // the first half of the columns has asked for whole lines
  }
}

/// The pieces (panel, chunk of rows) of an output of `panel_count` panels and `rows` rows that are this thread's.
template <class Piece>
HWY_INLINE void ForPieces(const Frame& frame, std::size_t panel_count, std::size_t rows, const Piece& piece) {
  const std::size_t chunks = (rows + kChunk - 1) / kChunk;
  const Share share(frame, panel_count * chunks);
  for (std::size_t i = share.begin; i < share.end; ++i) {
    const std::size_t first = i % chunks * kChunk;
    piece(i / chunks, first, std::min(kChunk, rows - first));
  }
}

HWY_NOINLINE void Run(const DenseOp& op, const Frame& frame) {
  const std::size_t depth = static_cast<std::size_t>(op.kernel.in), in_row = static_cast<std::size_t>(op.in.stride),
                    out_row = static_cast<std::size_t>(op.out.stride);
  const auto piece = [&](std::size_t panel, std::size_t first, std::size_t rows) HWY_ATTR {
    float* out = frame.at(op.out.at) + first * out_row + panel * kPanel;
    Product({frame.at(op.in.at) + first * in_row, in_row, 1}, {frame.at(op.kernel.at) + panel * depth * kPanel, kPanel},
            depth, rows, {}, out, out_row);
    const float* bias = op.bias ? frame.at(op.bias.at) + panel * kPanel : nullptr;
    for (std::size_t r = 0; r < rows; ++r, out += out_row) Activate(op.act, bias, out, out, kPanel);
  };
  ForPieces(frame, static_cast<std::size_t>(panels(op.kernel.out)), static_cast<std::size_t>(frame.input->rows), piece);
}

HWY_NOINLINE void Run(const DenseInputGradOp& op, const Frame& frame) {
  const std::size_t depth = static_cast<std::size_t>(op.transposed.in),
                    delta_row = static_cast<std::size_t>(op.delta.stride),
                    out_row = static_cast<std::size_t>(op.out.stride), y_row = static_cast<std::size_t>(op.y.stride);
  const auto piece = [&](std::size_t panel, std::size_t first, std::size_t rows) HWY_ATTR {
    float* out = frame.at(op.out.at) + first * out_row + panel * kPanel;
    Product({frame.at(op.delta.at) + first * delta_row, delta_row, 1},
            {frame.at(op.transposed.at) + panel * depth * kPanel, kPanel}, depth, rows, {}, out, out_row);
    if (op.act == Act::linear) return;
    const float* y = frame.at(op.y.at) + first * y_row + panel * kPanel;
    for (std::size_t r = 0; r < rows; ++r, out += out_row, y += y_row) Derive(op.act, y, out, kPanel);
  };
  ForPieces(frame, static_cast<std::size_t>(panels(op.transposed.out)), static_cast<std::size_t>(frame.input->rows),
            piece);
}

/// Writes rows [first, first + rows) of panel `panel` of `kernel` into its transposed copy.
HWY_INLINE void Transpose(const Frame& frame, const Kernel& kernel, const Kernel& transposed, std::size_t panel,
                          std::size_t first, std::size_t rows) {
  const std::size_t in = static_cast<std::size_t>(kernel.in), out = static_cast<std::size_t>(kernel.out);
  const float* HWY_RESTRICT from = frame.at(kernel.at) + panel * in * kPanel;
  float* HWY_RESTRICT to = frame.at(transposed.at);
  const std::size_t columns = std::min<std::size_t>(kPanel, out - panel * kPanel);
  const auto place = [&](std::size_t i, std::size_t column)
                         HWY_ATTR { return to + ((i / kPanel) * out + panel * kPanel + column) * kPanel + i % kPanel; };
  std::size_t i = first;
#if HWY_TARGET != HWY_SCALAR
  for (; i + 4 <= first + rows; i += 4) {  // first is a multiple of 4
    HWY_ALIGN float block[4 * kLanes];
    for (std::size_t c = 0; c < columns; c += kLanes) {
      const float* p = from + i * kPanel + c;
      const V r0 = hn::Load(d, p), r1 = hn::Load(d, p + kPanel), r2 = hn::Load(d, p + 2 * kPanel),
              r3 = hn::Load(d, p + 3 * kPanel);
      // 4 x 4 within each 128-bit block.
      const V lo01 = hn::InterleaveLower(d, r0, r1), hi01 = hn::InterleaveUpper(d, r0, r1);
      const V lo23 = hn::InterleaveLower(d, r2, r3), hi23 = hn::InterleaveUpper(d, r2, r3);
      const hn::Repartition<double, D> dd;
      const auto pair = [&](V x) HWY_ATTR { return hn::BitCast(dd, x); };
      hn::Store(hn::BitCast(d, hn::InterleaveLower(dd, pair(lo01), pair(lo23))), d, block);
      hn::Store(hn::BitCast(d, hn::InterleaveUpper(dd, pair(lo01), pair(lo23))), d, block + kLanes);
      hn::Store(hn::BitCast(d, hn::InterleaveLower(dd, pair(hi01), pair(hi23))), d, block + 2 * kLanes);
      hn::Store(hn::BitCast(d, hn::InterleaveUpper(dd, pair(hi01), pair(hi23))), d, block + 3 * kLanes);
      const hn::CappedTag<float, 4> d4;
      float* target = place(i, c);
      const std::size_t count = std::min(kLanes, columns - c);
      for (std::size_t j = 0; j < count; ++j)
        hn::Store(hn::Load(d4, block + (j % 4) * kLanes + j / 4 * 4), d4, target + j * kPanel);
    }
  }
#endif
  for (; i < first + rows; ++i)
    for (std::size_t c = 0; c < columns; ++c) *place(i, c) = from[i * kPanel + c];
}

HWY_NOINLINE void Run(const DenseUpdateOp& op, const Frame& frame) {
  const std::size_t batch = static_cast<std::size_t>(frame.input->rows), in = static_cast<std::size_t>(op.kernel.in),
                    in_row = static_cast<std::size_t>(op.in.stride),
                    delta_row = static_cast<std::size_t>(op.delta.stride);
  const int slots = frame.rule.slots();
  const auto piece = [&](std::size_t panel, std::size_t first, std::size_t rows) HWY_ATTR {
    HWY_ALIGN float gradient[kChunk * kPanel];
    const float* delta = frame.at(op.delta.at) + panel * kPanel;
    const std::size_t weights = op.kernel.at + (panel * in + first) * kPanel;
    Prefetch ahead;
    for (ahead.arrays = 0; ahead.arrays < std::min(slots + 1, 3); ++ahead.arrays)
      ahead.from[ahead.arrays] = frame.at(weights) + static_cast<std::size_t>(ahead.arrays) * frame.slot_stride;
    Product({frame.at(op.in.at) + first, 1, in_row}, {delta, delta_row}, batch, rows, ahead, gradient, kPanel);
    Update(frame, weights, gradient, rows * kPanel);
    if (op.transposed) Transpose(frame, op.kernel, *op.transposed, panel, first, rows);
    if (first == 0 && op.bias) {
      HWY_ALIGN float bias_gradient[kPanel];
      for (std::size_t c = 0; c < kPanel; c += kLanes)
        hn::Store(BatchSum(batch, [&](std::size_t r) HWY_ATTR { return hn::Load(d, delta + r * delta_row + c); }), d,
                  bias_gradient + c);
      Update(frame, op.bias.at + panel * kPanel, bias_gradient, kPanel);
    }
  };
  ForPieces(frame, static_cast<std::size_t>(panels(op.kernel.out)), in, piece);
}

}  // namespace telar::compute::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif
