// Forward product and input gradient of a dense layer.
#include "compute/kernels/targets.hpp"
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "compute/kernels/dense.cpp"
#include <hwy/cache_control.h>
#include <hwy/foreach_target.h>
#include <hwy/highway.h>
#include <limits>

#include "compute/kernels/elementwise-inl.h"
#include "compute/kernels/processor.hpp"
#include "compute/kernels/run-inl.h"
#include "compute/kernels/tile-inl.h"

HWY_BEFORE_NAMESPACE();
namespace telar::compute::HWY_NAMESPACE {
/// Steps of the inner dimension that all rows take before the next ones: where two vectors of a panel are little beside
/// a tile's multiplications, the panel may come from the second-level cache; with 16 registers it has to stay in the
/// first, and 128 steps of it are 16 KB.
#if HWY_TARGET == HWY_AVX2
inline constexpr std::size_t kDepthAtOnce = 128;
#else
inline constexpr std::size_t kDepthAtOnce = std::numeric_limits<std::size_t>::max();
#endif

/// A product of rows x vectors into `out`, or the part of it that some steps of the inner dimension are.
struct ProductPart {
  Broadcast a;
  const float* b;
  std::size_t depth, rows, vectors;
  float* out;
  std::size_t out_row;
  bool begins;        ///< from zero; else from what is in `out`
  const float* next;  ///< what will be read soon: the caches are asked for `ahead` lines of it a row of tiles
  std::size_t ahead;
};

/// Through f(value, row, column): what else is done with a value on the way.
template <class F>
HWY_INLINE void RunPart(const ProductPart& part, const F& f) {
  constexpr std::size_t kLine = 16;
  HWY_ALIGN static constexpr float kZeros[kPanel] = {};
  const std::size_t out_row = part.out_row, from_row = part.begins ? 0 : out_row;
  const float* next = part.next;
  const auto tile = [&](auto height, auto width, std::size_t r, std::size_t column) HWY_ATTR {
    float* HWY_RESTRICT to = part.out + r * out_row + column;
    const float* from = part.begins ? kZeros : to;
    if (column == 0)
      for (std::size_t i = 0; i < part.ahead; ++i, next += kLine) hwy::Prefetch(next);
    Tile<decltype(height)::value, decltype(width)::value, Walk::rows>(
        {part.a.data + r * part.a.stride, part.a.stride}, {part.b + column, kPanel}, part.depth, 0,
        [](std::size_t) HWY_ATTR {},
        [&](int i, int v, V value) HWY_ATTR {
          const std::size_t row = static_cast<std::size_t>(i), c = static_cast<std::size_t>(v) * kLanes;
          hn::Store(f(value, r + row, column + c), d, to + row * out_row + c);
        },
        [=](int i, int v) HWY_ATTR {
          return hn::Load(d, from + static_cast<std::size_t>(i) * from_row + static_cast<std::size_t>(v) * kLanes);
        });
  };
  ForTiles<kTileRows>(part.rows, part.vectors, tile);
}

HWY_NOINLINE void RunEarlyPart(const ProductPart& part) {
  RunPart(part, [](V x, std::size_t, std::size_t) HWY_ATTR { return x; });
}

/// rows x vectors of a . b into out, through f. Meanwhile the caches are asked for the panel that follows b.
template <class F>
HWY_INLINE void Product(Broadcast a, const float* b, std::size_t depth, std::size_t rows, std::size_t vectors,
                        float* out, std::size_t out_row, const F& f) {
  constexpr std::size_t kLinesOfAStep = kPanel / 16;
  const std::size_t tiles = (rows + kTileRows - 1) / kTileRows, parts = tiles == 1 ? 1 : 1 + (depth - 1) / kDepthAtOnce;
  ProductPart part{a, b, (depth + parts - 1) / parts, rows, vectors, out, out_row, true, b + depth * kPanel, 0};
  part.ahead = is_intel ? 0 : (part.depth * kLinesOfAStep + tiles - 1) / tiles;
  for (std::size_t left = depth;; left -= part.depth) {
    if (left <= part.depth) {
      part.depth = left;
      return RunPart(part, f);
    }
    RunEarlyPart(part);
    part.a.data += part.depth;
    part.b += part.depth * kPanel;
    part.next += part.depth * kPanel;
    part.begins = false;
  }
}

/// One row by up to kRowPanels panels, side by side: enough chains to keep the multipliers busy, and several streams of
/// weights.
inline constexpr std::size_t kRowPanels = kPanelVectors >= 8 ? 1 : 8 / kPanelVectors;
template <std::size_t kPanels>
HWY_INLINE void RowProduct(const float* HWY_RESTRICT a, const float* HWY_RESTRICT b, std::size_t depth,
                           float* HWY_RESTRICT out) {
  V c[kPanels * kPanelVectors];
  for (auto& sum : c) sum = hn::Zero(d);
  const std::size_t panel = depth * kPanel;
  for (std::size_t k = 0; k < depth; ++k, b += kPanel) {
    const V x = hn::Set(d, a[k]);
    HWY_UNROLL(8)
    for (std::size_t i = 0; i < kPanels * kPanelVectors; ++i)
      c[i] = Fma(x, hn::Load(d, b + i / kPanelVectors * panel + i % kPanelVectors * kLanes), c[i]);
  }
  for (std::size_t i = 0; i < kPanels * kPanelVectors; ++i) hn::Store(c[i], d, out + i * kLanes);
}

HWY_NOINLINE void RunRow(const DenseOp& op, const Frame& frame, const Piece& piece) {
  const std::size_t depth = static_cast<std::size_t>(op.kernel.in);
  const float* a = frame.at(op.in.at) + piece.row * static_cast<std::size_t>(op.in.stride);
  float* out = frame.at(op.out.at) + piece.row * static_cast<std::size_t>(op.out.stride);
  const std::size_t end = piece.panel + piece.panels;
  for (std::size_t panel = piece.panel; panel < end;) {
    const float* b = frame.at(op.kernel.at) + panel * depth * kPanel;
    float* to = out + panel * kPanel;
    const std::size_t panels = end - panel >= kRowPanels ? kRowPanels : 1;
    if (panels == 1) {
      RowProduct<1>(a, b, depth, to);
    } else {
      RowProduct<kRowPanels>(a, b, depth, to);
    }
    const float* bias = op.bias ? frame.at(op.bias.at) + panel * kPanel : nullptr;
    Activate(op.act, bias, to, to, panels * kPanel);
    panel += panels;
  }
}

void Run(const DenseOp& op, const Frame& frame, const Piece& piece) {
  if (piece.rows == 1) return RunRow(op, frame, piece);
  const std::size_t depth = static_cast<std::size_t>(op.kernel.in), in_row = static_cast<std::size_t>(op.in.stride),
                    out_row = static_cast<std::size_t>(op.out.stride);
  const Broadcast a{frame.at(op.in.at) + piece.row * in_row, in_row};
  for (std::size_t panel = piece.panel; panel < piece.panel + piece.panels; ++panel) {
    float* out = frame.at(op.out.at) + piece.row * out_row + panel * kPanel;
    const float* b = frame.at(op.kernel.at) + panel * depth * kPanel;
    const std::size_t vectors = VectorsOf(op.kernel.out, panel);
    const auto product = [&](const auto& f) HWY_ATTR { Product(a, b, depth, piece.rows, vectors, out, out_row, f); };
    const float* bias = op.bias ? frame.at(op.bias.at) + panel * kPanel : nullptr;
    if (bias != nullptr && op.act == Act::relu) {
      product([&](V x, std::size_t, std::size_t c) HWY_ATTR { return Relu(hn::Add(x, hn::Load(d, bias + c))); });
    } else if (bias != nullptr && op.act == Act::linear) {
      product([&](V x, std::size_t, std::size_t c) HWY_ATTR { return hn::Add(x, hn::Load(d, bias + c)); });
    } else {
      product([](V x, std::size_t, std::size_t) HWY_ATTR { return x; });
      for (std::size_t r = 0; r < piece.rows; ++r, out += out_row) Activate(op.act, bias, out, out, vectors * kLanes);
    }
  }
}

void Run(const DenseInputGradOp& op, const Frame& frame, const Piece& piece) {
  const std::size_t depth = static_cast<std::size_t>(op.transposed.in),
                    delta_row = static_cast<std::size_t>(op.delta.stride),
                    out_row = static_cast<std::size_t>(op.out.stride), y_row = static_cast<std::size_t>(op.y.stride);
  const Broadcast a{frame.at(op.delta.at) + piece.row * delta_row, delta_row};
  for (std::size_t panel = piece.panel; panel < piece.panel + piece.panels; ++panel) {
    float* out = frame.at(op.out.at) + piece.row * out_row + panel * kPanel;
    const float* y = frame.at(op.y.at) + piece.row * y_row + panel * kPanel;
    const float* b = frame.at(op.transposed.at) + panel * depth * kPanel;
    const std::size_t vectors = VectorsOf(op.transposed.out, panel);
    const auto product = [&](const auto& f) HWY_ATTR { Product(a, b, depth, piece.rows, vectors, out, out_row, f); };
    if (op.act == Act::relu) {
      product([&](V g, std::size_t r, std::size_t c) HWY_ATTR { return ReluGrad(hn::Load(d, y + r * y_row + c), g); });
    } else {
      product([](V g, std::size_t, std::size_t) HWY_ATTR { return g; });
      for (std::size_t r = 0; r < piece.rows; ++r, out += out_row, y += y_row) Derive(op.act, y, out, vectors * kLanes);
    }
  }
}

}  // namespace telar::compute::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
