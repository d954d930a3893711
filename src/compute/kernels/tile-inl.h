// The register tile that all three products of a dense layer run on.
//
// A tile is a few rows by a few vectors of columns; each of its elements is one chain of fused multiply-adds over the
// inner dimension, in order. The vector operand is a panel (forward: kernel; input gradient: transposed kernel; weight
// gradient: 32 columns of delta), the broadcast operand an activation or delta.
#if defined(TELAR_TILE_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef TELAR_TILE_INL_H_
#undef TELAR_TILE_INL_H_
#else
#define TELAR_TILE_INL_H_
#endif

#include <type_traits>
#include <utility>

#include "compute/kernels/math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace telar::compute::HWY_NAMESPACE {

/// Rows of the largest tile: 12 x 2 accumulators, 2 vectors and a broadcast fit 32 registers, 6 x 2 fit 16.
#if HWY_TARGET == HWY_AVX3 || HWY_TARGET == HWY_NEON
inline constexpr int kTileRows = 12;
#else
inline constexpr int kTileRows = 6;
#endif
inline constexpr int kTileVectors = kPanel / kLanes < 2 ? 1 : 2;
inline constexpr std::size_t kTileColumns = kTileVectors * kLanes;

/// The broadcast operand. Element (r, k) is at data[r * stride + k] along rows, at data[r + k * stride] along columns.
enum class Walk { rows, columns };
struct Broadcast {
  const float* data;
  std::size_t stride;
};
/// The vector operand: vector v of k is at data[k * stride + v * kLanes].
struct Panel {
  const float* data;
  std::size_t stride;
};

template <int kCount>
using Count = std::integral_constant<int, kCount>;

/// f(Count<0>()), f(Count<1>()) ... : indices that the compiler knows from the start keep arrays of vectors in
/// registers.
template <int kCount, class F>
HWY_INLINE void Times(const F& f) {
  [&]<int... kIndices>(std::integer_sequence<int, kIndices...>) HWY_ATTR __attribute__((always_inline)) {
    (f(Count<kIndices>()), ...);
  }
  (std::make_integer_sequence<int, kCount>());
}

/// sum += y * x, rounded once.
HWY_INLINE void Accumulate(V& sum, V y, V x) {
#if HWY_TARGET == HWY_AVX2 && HWY_COMPILER_GCC_ACTUAL
  // GCC 12 would overwrite a factor and then copy: with all 16 registers in use it ends in memory.
  asm("vfmadd231ps %2, %1, %0" : "+x"(sum.raw) : "x"(y.raw), "x"(x.raw));
#else
  sum = Fma(y, x, sum);
#endif
}

/// Steps of the inner dimension that are written out: where two threads share a core's decoders, the fewer instructions
/// besides multiplications the better.
#if HWY_TARGET == HWY_AVX2
inline constexpr int kStepsAtOnce = 2;
#else
inline constexpr int kStepsAtOnce = 1;
#endif

/// Where the chains of a tile begin.
struct FromZero {
  HWY_INLINE V operator()(int, int) const { return hn::Zero(d); }
};

/// Each accumulator begins as start(row, vector). Calls aside(i) for i < asides between equal parts of the product,
/// then epilogue(row, vector, value) for each accumulator.
template <int kRows, int kVectors, Walk kWalk, class Aside, class Epilogue, class Start = FromZero>
HWY_INLINE void Tile(Broadcast a, Panel b, std::size_t depth, std::size_t asides, const Aside& aside,
                     const Epilogue& epilogue, const Start& start = {}) {
  V c[kRows][kVectors];
  Times<kRows * kVectors>([&](auto i) HWY_ATTR __attribute__((always_inline)) {
    c[i / kVectors][i % kVectors] = start(i / kVectors, i % kVectors);
  });
  const float* HWY_RESTRICT pa = a.data;
  const float* HWY_RESTRICT pb = b.data;
  const std::size_t row = kWalk == Walk::rows ? a.stride : 1, inner = kWalk == Walk::rows ? 1 : a.stride,
                    step = b.stride;
  const auto steps = [&](auto count) HWY_ATTR __attribute__((always_inline)) {
    Times<decltype(count)::value>([&](auto u) HWY_ATTR __attribute__((always_inline)) {
      V x[kVectors];
      Times<kVectors>([&](auto v) HWY_ATTR __attribute__((always_inline)) {
        x[v] = hn::Load(d, pb + u * step + static_cast<std::size_t>(v) * kLanes);
      });
      Times<kRows>([&](auto r) HWY_ATTR __attribute__((always_inline)) {
        const V y = hn::Set(d, pa[static_cast<std::size_t>(r) * row + u * inner]);
        Times<kVectors>([&](auto v) HWY_ATTR __attribute__((always_inline)) { Accumulate(c[r][v], y, x[v]); });
      });
    });
    pa += decltype(count)::value * inner;
    pb += decltype(count)::value * step;
  };
  const auto multiply = [&](std::size_t count) HWY_ATTR __attribute__((always_inline)) {
    for (std::size_t k = 0; k < count / kStepsAtOnce; ++k) steps(Count<kStepsAtOnce>());
    if constexpr (kStepsAtOnce > 1)
      for (std::size_t k = 0; k < count % kStepsAtOnce; ++k) steps(Count<1>());
  };
  if (asides > 0) {
    const std::size_t part = depth / asides / kStepsAtOnce * kStepsAtOnce;
    for (std::size_t i = 0; i < asides; ++i) {
      aside(i);
      multiply(part);
    }
    depth -= part * asides;
  }
  multiply(depth);
  Times<kRows * kVectors>([&](auto i) HWY_ATTR __attribute__((always_inline)) {
    epilogue(i / kVectors, i % kVectors, c[i / kVectors][i % kVectors]);
  });
}

/// Vectors of a panel that hold columns.
HWY_INLINE std::size_t VectorsOf(int columns, std::size_t panel) {
  const std::size_t left = static_cast<std::size_t>(columns) - panel * kPanel;
  return (std::min<std::size_t>(left, kPanel) + kLanes - 1) / kLanes;
}

/// Covers rows [0, rows) by `vectors` vectors with tiles: tile(rows of it, vectors of it, first row, first column), the
/// first two as Count<>.
template <int kMaxRows, class Tiling>
HWY_INLINE void ForTiles(std::size_t rows, std::size_t vectors, const Tiling& tile) {
  std::size_t r = 0;
  // One row of tiles; returns its rows.
  const auto across = [&](auto height) HWY_ATTR {
    std::size_t v = 0;
    for (; v + kTileVectors <= vectors; v += kTileVectors) tile(height, Count<kTileVectors>(), r, v * kLanes);
    if constexpr (kTileVectors > 1) {
      if (v < vectors) tile(height, Count<1>(), r, v * kLanes);
    }
    return static_cast<std::size_t>(decltype(height)::value);
  };
  // A tile of 4 rows has too little to do for what it loads: 16 are two of 8.
  while (rows - r >= kMaxRows && (kMaxRows <= 8 || rows - r != 16)) r += across(Count<kMaxRows>());
  if constexpr (kMaxRows > 8) {
    while (rows - r >= 8) r += across(Count<8>());
  }
  if constexpr (kMaxRows > 4) {
    if (rows - r >= 4) r += across(Count<4>());
  }
  if (rows - r >= 2) r += across(Count<2>());
  if (rows - r >= 1) r += across(Count<1>());
}

}  // namespace telar::compute::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif
