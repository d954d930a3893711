// The three products on pairs of bfloat16. Highway's vectors, and the compiler's intrinsics for what it lacks.
//
// Two neighbours along the inner dimension share a float's place; an element of a product is a chain of steps
// c += a0 b0 + a1 b1 over such pairs, in order. What RoundOp makes has both kinds of pairs, by two rows of the batch:
//
//   row 2 i      pairs along the batch: (row 2 i, row 2 i + 1) of each column
//   row 2 i + 1  pairs along the columns: of row 2 i in its first half, of row 2 i + 1 in its second
//
// Rounded copies of kernels are pairs of rows, as pack_pairs makes them.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "compute/kernels/bfloat16.cpp"
#define HWY_DISABLED_TARGETS \
  (HWY_SSSE3 | HWY_SSE4 | HWY_AVX2 | HWY_AVX3_DL | HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128)
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#if HWY_TARGET == HWY_AVX3
#include <hwy/cache_control.h>
#include <type_traits>

#include "compute/isa.hpp"
#include "compute/kernels/transpose-inl.h"
#include "compute/kernels/update-inl.h"

#define TELAR_BFLOAT16 HWY_TARGET_STR ",avx512bf16"
#define TELAR_ATTR __attribute__((target(TELAR_BFLOAT16)))

HWY_PUSH_ATTRIBUTES(TELAR_BFLOAT16)
namespace telar::compute::HWY_NAMESPACE {
namespace {

inline constexpr int kRowsOfTile = 12, kVectorsOfTile = 2;

/// c + a0 b0 + a1 b1 of every pair.
HWY_INLINE V Dot(V a, V b, V c) {
  return V{_mm512_dpbf16_ps(c.raw, reinterpret_cast<__m512bh>(a.raw), reinterpret_cast<__m512bh>(b.raw))};
}

/// A row of a panel in bfloat16.
HWY_INLINE __m512i RoundRow(const float* from) {
  return reinterpret_cast<__m512i>(_mm512_cvtne2ps_pbh(_mm512_loadu_ps(from + kLanes), _mm512_loadu_ps(from)));
}

/// Two rows of a panel as one row of pairs.
HWY_INLINE void StorePairs(__m512i even, __m512i odd, float* to) {
  alignas(64) static constexpr std::uint16_t kLow[32] = {0, 32, 1, 33, 2,  34, 3,  35, 4,  36, 5,  37, 6,  38, 7,  39,
                                                         8, 40, 9, 41, 10, 42, 11, 43, 12, 44, 13, 45, 14, 46, 15, 47};
  const __m512i low = _mm512_load_si512(kLow), high = _mm512_add_epi16(low, _mm512_set1_epi16(16));
  _mm512_storeu_si512(to, _mm512_permutex2var_epi16(even, low, odd));
  _mm512_storeu_si512(to + kLanes, _mm512_permutex2var_epi16(even, high, odd));
}

/// Pair k of row r, counted from an even one, is at data[r / 2 * two_rows + r % 2 * row + k * inner].
struct Broadcast {
  const float* data;
  std::size_t two_rows, row, inner;
};
struct Panel {
  const float* data;
  std::size_t inner;
};

/// Pairs along the columns of what RoundOp made, from an even row.
HWY_INLINE Broadcast AlongColumns(const Frame& frame, const Matrix& m, std::size_t row) {
  const std::size_t stride = static_cast<std::size_t>(m.stride);
  return {frame.at(m.at) + (row + 1) * stride, 2 * stride, stride / 2, 1};
}

template <int kCount>
using Count = std::integral_constant<int, kCount>;

/// Calls aside(i) for i < asides between equal parts of the product, then epilogue(row, vector, value) for each
/// accumulator.
template <int kRows, int kVectors, class Aside, class Epilogue>
HWY_INLINE void Tile(Broadcast a, Panel b, std::size_t depth, std::size_t asides, const Aside& aside,
                     const Epilogue& epilogue) {
  V c[kRows][kVectors];
  HWY_UNROLL(12)
  for (int r = 0; r < kRows; ++r)
    for (int v = 0; v < kVectors; ++v) c[r][v] = hn::Zero(d);
  const float* HWY_RESTRICT pa = a.data;
  const float* HWY_RESTRICT pb = b.data;
  const auto multiply = [&](std::size_t count) TELAR_ATTR {
    for (std::size_t k = 0; k < count; ++k) {
      V x[kVectors];
      for (int v = 0; v < kVectors; ++v) x[v] = hn::Load(d, pb + static_cast<std::size_t>(v) * kLanes);
      HWY_UNROLL(12)
      for (int r = 0; r < kRows; ++r) {
        const V y =
            hn::Set(d, pa[static_cast<std::size_t>(r / 2) * a.two_rows + static_cast<std::size_t>(r % 2) * a.row]);
        for (int v = 0; v < kVectors; ++v) c[r][v] = Dot(x[v], y, c[r][v]);
      }
      pa += a.inner;
      pb += b.inner;
    }
  };
  std::size_t done = 0;
  if (asides > 0) {
    const std::size_t part = depth / asides;
    for (std::size_t i = 0; i < asides; ++i) {
      aside(i);
      multiply(part);
    }
    done = part * asides;
  }
  multiply(depth - done);
  HWY_UNROLL(12)
  for (int r = 0; r < kRows; ++r)
    for (int v = 0; v < kVectors; ++v) epilogue(r, v, c[r][v]);
}

/// Covers rows [0, rows) of a panel by tiles that begin at even rows: tile(rows of it, vectors of it, first row).
template <class Tiling>
HWY_INLINE void ForTiles(std::size_t rows, std::size_t columns, const Tiling& tile) {
  std::size_t r = 0;
  const auto across = [&](auto height) TELAR_ATTR {
    if (columns > kLanes)
      tile(height, Count<2>(), r);
    else
      tile(height, Count<1>(), r);
    r += static_cast<std::size_t>(decltype(height)::value);
  };
  while (rows - r >= kRowsOfTile && rows - r != 16) across(Count<kRowsOfTile>());
  while (rows - r >= 8) across(Count<8>());
  if (rows - r >= 4) across(Count<4>());
  if (rows - r >= 2) across(Count<2>());
  if (rows - r >= 1) across(Count<1>());
}

HWY_INLINE std::size_t ColumnsOf(int columns, std::size_t panel) {
  return std::min<std::size_t>(static_cast<std::size_t>(columns) - panel * kPanel, kPanel);
}

/// The piece of a . b into out, through f(value, row, column of the panel).
template <class F>
HWY_INLINE void Product(Broadcast a, Panel b, std::size_t depth, std::size_t rows, std::size_t columns, float* out,
                        std::size_t out_row, const F& f) {
  const auto tile = [&](auto height, auto width, std::size_t r) TELAR_ATTR {
    float* HWY_RESTRICT to = out + r * out_row;
    Tile<decltype(height)::value, decltype(width)::value>(
        {a.data + r / 2 * a.two_rows, a.two_rows, a.row, a.inner}, b, depth, 0, [](std::size_t) TELAR_ATTR {},
        [&](int i, int v, V value) TELAR_ATTR {
          const std::size_t row = static_cast<std::size_t>(i), c = static_cast<std::size_t>(v) * kLanes;
          hn::Store(f(value, r + row, c), d, to + row * out_row + c);
        });
  };
  ForTiles(rows, columns, tile);
}

void RunPairs(const RoundOp& op, const Frame& frame, const Piece& piece) {
  const std::size_t in_row = static_cast<std::size_t>(op.in.stride), out_row = static_cast<std::size_t>(op.out.stride);
  for (std::size_t r = piece.row; r < piece.row + piece.rows; r += 2) {
    const bool both = r + 1 < piece.row + piece.rows;
    const float* in = frame.at(op.in.at) + r * in_row;
    float* over_batch = frame.at(op.out.at) + r * out_row;
    float* over_columns = over_batch + out_row;
    for (std::size_t panel = piece.panel; panel < piece.panel + piece.panels; ++panel) {
      const __m512i even = RoundRow(in + panel * kPanel),
                    odd = both ? RoundRow(in + in_row + panel * kPanel) : _mm512_setzero_si512();
      if (op.over_batch) StorePairs(even, odd, over_batch + panel * kPanel);
      if (op.over_columns) {
        _mm512_storeu_si512(over_columns + panel * kLanes, even);
        _mm512_storeu_si512(over_columns + out_row / 2 + panel * kLanes, odd);
      }
    }
  }
}

void RunPairs(const DenseOp& op, const Frame& frame, const Piece& piece) {
  const std::size_t depth = (static_cast<std::size_t>(op.kernel.in) + 1) / 2,
                    out_row = static_cast<std::size_t>(op.out.stride);
  const Broadcast a = AlongColumns(frame, op.in, piece.row);
  for (std::size_t panel = piece.panel; panel < piece.panel + piece.panels; ++panel) {
    float* out = frame.at(op.out.at) + piece.row * out_row + panel * kPanel;
    const Panel b{frame.at(op.kernel.at) + panel * depth * kPanel, kPanel};
    const float* bias = op.bias ? frame.at(op.bias.at) + panel * kPanel : nullptr;
    const auto product = [&](const auto& f) TELAR_ATTR {
      Product(a, b, depth, piece.rows, ColumnsOf(op.kernel.out, panel), out, out_row, f);
    };
    if (bias != nullptr && op.act == Act::relu)
      product([&](V x, std::size_t, std::size_t c) TELAR_ATTR { return Relu(hn::Add(x, hn::Load(d, bias + c))); });
    else if (bias != nullptr)
      product([&](V x, std::size_t, std::size_t c) TELAR_ATTR { return hn::Add(x, hn::Load(d, bias + c)); });
    else
      product([](V x, std::size_t, std::size_t) TELAR_ATTR { return x; });
  }
  if (op.act != Act::linear && (op.act != Act::relu || !op.bias))
    run_op(Isa::avx512)(ActivationOp{op.out, op.out, op.act}, frame, piece);
}

void RunPairs(const DenseInputGradOp& op, const Frame& frame, const Piece& piece) {
  const std::size_t depth = (static_cast<std::size_t>(op.transposed.in) + 1) / 2,
                    out_row = static_cast<std::size_t>(op.out.stride), y_row = static_cast<std::size_t>(op.y.stride);
  const Broadcast a = AlongColumns(frame, op.delta, piece.row);
  for (std::size_t panel = piece.panel; panel < piece.panel + piece.panels; ++panel) {
    float* out = frame.at(op.out.at) + piece.row * out_row + panel * kPanel;
    const float* y = frame.at(op.y.at) + piece.row * y_row + panel * kPanel;
    const Panel b{frame.at(op.transposed.at) + panel * depth * kPanel, kPanel};
    const auto product = [&](const auto& f) TELAR_ATTR {
      Product(a, b, depth, piece.rows, ColumnsOf(op.transposed.out, panel), out, out_row, f);
    };
    if (op.act == Act::relu)
      product([&](V g, std::size_t r, std::size_t c)
                  TELAR_ATTR { return hn::IfThenElseZero(hn::Gt(hn::Load(d, y + r * y_row + c), hn::Zero(d)), g); });
    else
      product([](V g, std::size_t, std::size_t) TELAR_ATTR { return g; });
  }
  if (op.act != Act::linear && op.act != Act::relu)
    run_op(Isa::avx512)(ActivationGradOp{op.out, op.y, op.act}, frame, piece);
}

/// Rows [first, first + rows) of panel `panel` of the kernel into its copies. first is a multiple of 16.
template <class UpdatingOp>
HWY_INLINE void RenewPairs(const UpdatingOp& op, const Frame& frame, std::size_t panel, std::size_t first,
                           std::size_t rows) {
  const std::size_t in = static_cast<std::size_t>(op.kernel.in), out = static_cast<std::size_t>(op.kernel.out);
  const std::size_t in_pairs = (in + 1) / 2, out_pairs = (out + 1) / 2;
  const float* from = frame.at(op.kernel.at) + (panel * in + first) * kPanel;
  float* rounded = frame.at(op.rounded->at) + (panel * in_pairs + first / 2) * kPanel;
  HWY_ALIGN float block[kLanes * kLanes];
  for (std::size_t i = 0; i < rows; i += kLanes) {
    const std::size_t count = std::min(kLanes, rows - i);
    for (std::size_t r = 0; r < kLanes; r += 2) {
      const float* row = from + (i + r) * kPanel;
      const __m512i even = r < count ? RoundRow(row) : _mm512_setzero_si512(),
                    odd = r + 1 < count ? RoundRow(row + kPanel) : _mm512_setzero_si512();
      if (r < count) StorePairs(even, odd, rounded + (i + r) / 2 * kPanel);
      _mm512_store_si512(block + r * kLanes, even);
      _mm512_store_si512(block + (r + 1) * kLanes, odd);
    }
    if (!op.transposed) continue;
    const std::size_t row = first + i, pair = panel * kLanes, pairs = std::min(kLanes, out_pairs - pair);
    float* to = frame.at(op.transposed->at) + (row / kPanel * out_pairs + pair) * kPanel + row % kPanel;
    TransposeBlock(block, kLanes, [&](std::size_t j, V x) TELAR_ATTR {
      if (j < pairs) hn::Store(x, d, to + j * kPanel);
    });
  }
}

/// Vector i of a tile of `vectors` vectors a row, from its first.
template <int kVectors>
HWY_INLINE std::size_t PlaceInTile(std::size_t i) {
  return i / kVectors * kPanel + i % kVectors * kLanes;
}

/// A tile of weights whose gradients are known but not yet used.
struct Waiting {
  float* weights;
  const float* gradients;
  std::size_t vectors;
};

/// The update of vectors [first, last) of a tile of kVectors vectors a row, as far as there are any: whole rows.
template <int kVectors, class Step>
HWY_INLINE void StepVectors(const Step& step, const Waiting& tile, std::size_t first, std::size_t last) {
  last = std::min(last, tile.vectors);
  if (first >= last) return;
  StepTile(step, {tile.gradients + first * kLanes, tile.weights + PlaceInTile<kVectors>(first),
                  static_cast<int>(last - first) / kVectors, kVectors});
}

/// The gradients of one tile of weights; meanwhile the update of `waiting`, a tile of the same width, some vectors at a
/// time. `arrays`, `stride`: the weights and slots to ask the caches for, and from one to the next.
template <int kRows, int kVectors, class Step>
HWY_NOINLINE void UpdateTile(Broadcast a, Panel b, std::size_t depth, const Step& step, Waiting waiting, float* weights,
                             std::size_t arrays, std::size_t stride, float* HWY_RESTRICT gradients) {
  constexpr std::size_t kOfTile = static_cast<std::size_t>(kRows) * kVectors, kAtOnce = 2, kAsides = (kOfTile + 1) / 2;
  const auto vectors = [=, &step](std::size_t first, std::size_t last) TELAR_ATTR {
    for (std::size_t i = first; i < std::min(last, kOfTile); ++i)
      for (std::size_t s = 0; s < arrays; ++s) hwy::Prefetch(weights + PlaceInTile<kVectors>(i) + s * stride);
    StepVectors<kVectors>(step, waiting, first, last);
  };
  a.two_rows = 2, a.row = 1;  // known here, the addresses of a row's elements cost nothing
  Tile<kRows, kVectors>(
      a, b, depth, kAsides, [&](std::size_t i) TELAR_ATTR { vectors(i * kAtOnce, i * kAtOnce + kAtOnce); },
      [=](int r, int v, V value)
          TELAR_ATTR { hn::Store(value, d, gradients + static_cast<std::size_t>(r * kVectors + v) * kLanes); });
  vectors(kAsides * kAtOnce, waiting.vectors);
}

/// Rows [piece.row, + piece.rows) of one panel of weights.
template <class Step>
HWY_INLINE void UpdatePanel(const DenseUpdateOp& op, const Frame& frame, std::size_t panel, const Piece& piece,
                            const Step& step) {
  const std::size_t in = static_cast<std::size_t>(op.kernel.in), in_row = static_cast<std::size_t>(op.in.stride),
                    delta_row = static_cast<std::size_t>(op.delta.stride),
                    depth = (static_cast<std::size_t>(frame.input->rows) + 1) / 2;
  const Panel b{frame.at(op.delta.at) + panel * kPanel, 2 * delta_row};
  float* weights = frame.at(op.kernel.at) + (panel * in + piece.row) * kPanel;
  const std::size_t arrays = std::min<std::size_t>(static_cast<std::size_t>(frame.rule.slots()) + 1, 3);

  const bool renews = !Keeps(frame);

  HWY_ALIGN float gradients[2][kRowsOfTile * kVectorsOfTile * kLanes];
  Waiting waiting{weights, gradients[0], 0};
  std::size_t turn = 0, renewed = 0;
  const auto tile = [&](auto height, auto width, std::size_t r) TELAR_ATTR {
    constexpr int kRows = decltype(height)::value, kVectors = decltype(width)::value;
    float* own = weights + r * kPanel;
    UpdateTile<kRows, kVectors>({frame.at(op.in.at) + piece.row + r, 2, 1, 2 * in_row}, b, depth, step, waiting, own,
                                arrays, frame.slot_stride, gradients[turn]);
    waiting = {own, gradients[turn], static_cast<std::size_t>(kRows * kVectors)};
    turn = 1 - turn;
    // All rows before this tile's have their new values.
    const std::size_t whole = (r - renewed) / kLanes * kLanes;
    if (renews) RenewPairs(op, frame, panel, piece.row + renewed, whole);
    renewed += whole;
  };
  const std::size_t columns = ColumnsOf(op.kernel.out, panel);
  ForTiles(piece.rows, columns, tile);
  if (columns > kLanes)
    StepVectors<2>(step, waiting, 0, waiting.vectors);
  else
    StepVectors<1>(step, waiting, 0, waiting.vectors);
  if (renews) RenewPairs(op, frame, panel, piece.row + renewed, piece.rows - renewed);
}

void RunPairs(const DenseUpdateOp& op, const Frame& frame, const Piece& piece) {
  WithStep(frame, op.kernel, [&](const auto& step) TELAR_ATTR {
    for (std::size_t panel = piece.panel; panel < piece.panel + piece.panels; ++panel)
      UpdatePanel(op, frame, panel, piece, step);
  });
  // The bias is none of the products: no rows of the kernel leave just that.
  if (piece.row == 0 && op.bias) run_op(Isa::avx512)(op, frame, {piece.panel, piece.panels, 0, 0});
}

void RunPairs(const UpdateOp& op, const Frame& frame, const Piece& piece) {
  UpdateOp alone = op;
  alone.transposed = alone.rounded = {};
  run_op(Isa::avx512)(alone, frame, piece);
  if (only_accumulates(*frame.input) && !frame.input->overwrites) return;
  for (std::size_t panel = piece.panel; panel < piece.panel + piece.panels; ++panel)
    RenewPairs(op, frame, panel, piece.row, piece.rows);
}

void RunPairs(const ConstrainOp& op, const Frame& frame, const Piece& piece) {
  ConstrainOp alone = op;
  alone.transposed = alone.rounded = {};
  run_op(Isa::avx512)(alone, frame, piece);
  const bool rows = op.of_rows || op.not_negative;
  const std::size_t first = rows ? 0 : piece.panel,
                    end = rows ? static_cast<std::size_t>(panels(op.kernel.out)) : piece.panel + piece.panels;
  for (std::size_t panel = first; panel < end; ++panel)
    RenewPairs(op, frame, panel, rows ? piece.row : 0, rows ? piece.rows : static_cast<std::size_t>(op.kernel.in));
}

}  // namespace

void RunBfloat16(const Op& op, const Frame& frame, const Piece& piece) {
  if (const auto* round = std::get_if<RoundOp>(&op)) return RunPairs(*round, frame, piece);
  if (const auto* dense = std::get_if<DenseOp>(&op); dense != nullptr && dense->bfloat16)
    return RunPairs(*dense, frame, piece);
  if (const auto* gradient = std::get_if<DenseInputGradOp>(&op); gradient != nullptr && gradient->bfloat16)
    return RunPairs(*gradient, frame, piece);
  if (const auto* update = std::get_if<DenseUpdateOp>(&op); update != nullptr && update->rounded)
    return RunPairs(*update, frame, piece);
  if (const auto* update = std::get_if<UpdateOp>(&op); update != nullptr && update->rounded)
    return RunPairs(*update, frame, piece);
  if (const auto* constrain = std::get_if<ConstrainOp>(&op); constrain != nullptr && constrain->rounded)
    return RunPairs(*constrain, frame, piece);
  run_op(Isa::avx512)(op, frame, piece);
}

}  // namespace telar::compute::HWY_NAMESPACE
HWY_POP_ATTRIBUTES
#endif  // HWY_TARGET == HWY_AVX3

#if HWY_ONCE
#include "compute/kernels/bfloat16.hpp"

namespace telar::compute {

#if HWY_TARGETS & HWY_AVX3
bool has_bfloat16() noexcept { return __builtin_cpu_supports("avx512bf16") != 0; }
bool bfloat16_is_fast() noexcept { return has_bfloat16() && __builtin_cpu_is("amd") != 0; }
void run_bfloat16(const Op& op, const Frame& frame, const Piece& piece) { N_AVX3::RunBfloat16(op, frame, piece); }
#else
bool has_bfloat16() noexcept { return false; }
bool bfloat16_is_fast() noexcept { return false; }
void run_bfloat16(const Op&, const Frame&, const Piece&) {}
#endif

}  // namespace telar::compute
#endif  // HWY_ONCE
