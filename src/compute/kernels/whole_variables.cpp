// What a rule that directs needs to know of a whole variable, and the directions it makes.
#include "compute/kernels/targets.hpp"
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "compute/kernels/whole_variables.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "compute/kernels/copies-inl.h"
#include "compute/kernels/run-inl.h"
#include "compute/kernels/tile-inl.h"
#include "compute/kernels/update-inl.h"
#include "compute/variable_factor.hpp"

HWY_BEFORE_NAMESPACE();
namespace telar::compute::HWY_NAMESPACE {

/// The kept gradients as a rule that directs takes them: times the factor of a norm, and clipped.
struct Gradients {
  HWY_INLINE Gradients(const Frame& frame, const std::optional<std::size_t>& clip)
      : factor(hn::Set(d, clip ? *frame.at(*clip) : 1.0f)),
        high(hn::Set(d, frame.rule.clip)),
        clips(frame.rule.clip < HUGE_VALF) {}
  HWY_INLINE V operator()(const float* kept) const {
    V g = hn::Mul(hn::Load(d, kept), factor);
    if (clips) {  // NaN stays NaN
      const V low = hn::Neg(high);
      g = hn::IfThenElse(hn::Gt(g, high), high, hn::IfThenElse(hn::Lt(g, low), low, g));
    }
    return g;
  }
  V factor, high;
  bool clips;
};

HWY_INLINE std::size_t ColumnsOf(const Kernel& kernel, std::size_t panel) {
  return std::min<std::size_t>(kPanel, static_cast<std::size_t>(kernel.out) - panel * kPanel);
}

void Run(const MeansOp& op, const Frame& frame, const Piece& piece) {
  if (only_accumulates(*frame.input)) return;
  const Gradients gradients(frame, op.clip);
  const std::size_t in = static_cast<std::size_t>(op.kernel.in),
                    panels = static_cast<std::size_t>(compute::panels(op.kernel.out));
  const V epsilon = hn::Set(d, frame.rule.epsilon);
  const auto squares = [&](const float* kept) HWY_ATTR {
    const V g = gradients(kept);
    return Fma(g, g, epsilon);
  };
  if (op.of_rows) {
    const float share = frame.input->correction, size = static_cast<float>(op.kernel.out);
    for (std::size_t row = piece.row; row < piece.row + piece.rows; ++row) {
      LaneSum sum;
      for (std::size_t panel = 0; panel < panels; ++panel) {
        const float* kept = Kept(op.kernel, frame, panel, row);
        const std::size_t columns = ColumnsOf(op.kernel, panel);
        for (std::size_t c = 0; c < columns; c += kLanes) {
          V& lanes = sum.lanes[c / kLanes % kLaneVectors];
          lanes = hn::Add(lanes, hn::IfThenElseZero(hn::FirstN(d, columns - c), squares(kept + c)));
        }
      }
      float* mean = frame.at(op.kernel.at) + frame.slot_stride + row * kPanel;
      *mean = std::fma(sum.Fold() / size - *mean, share, *mean);
    }
    return;
  }
  const V share = hn::Set(d, frame.input->correction), size = hn::Set(d, static_cast<float>(in));
  for (std::size_t panel = piece.panel; panel < piece.panel + piece.panels; ++panel) {
    const float* kept = Kept(op.kernel, frame, panel, 0);
    V sum[kPanelVectors];
    BatchSums<kPanelVectors>(
        in, [&](std::size_t r, std::size_t v) HWY_ATTR { return squares(kept + r * kPanel + v * kLanes); }, sum);
    float* mean = frame.at(op.kernel.at) + 2 * frame.slot_stride + panel * in * kPanel;
    for (std::size_t v = 0; v < kPanelVectors; ++v) {
      const V old = hn::Load(d, mean + v * kLanes);
      hn::Store(Fma(hn::Sub(hn::Div(sum[v], size), old), share, old), d, mean + v * kLanes);
    }
  }
}

/// What u is made of, one vector of weights at a time.
struct Direction {
  HWY_INLINE Direction(const DirectionOp& op, const Frame& f)
      : frame(f),
        kind(f.rule.kind),
        factored(op.mean.has_value()),
        c1(hn::Set(d, f.rule.one_minus_beta_1)),
        c2(hn::Set(d, f.rule.one_minus_beta_2)),
        epsilon(hn::Set(d, f.rule.epsilon)),
        momentum(hn::Set(d, f.rule.momentum)),
        rate(hn::Set(d, f.input->gradient_rate)),
        correction(hn::Set(d, f.input->correction)),
        mean(hn::Set(d, op.mean ? *f.at(*op.mean) : 1.0f)) {}

  /// w: the weights, whose slots follow; of_row, of_columns: the factors of their row and columns, if there are any.
  HWY_INLINE V operator()(V g, float* HWY_RESTRICT w, const float* of_row, const float* of_columns) const {
    using Kind = UpdateRule::Kind;
    float* HWY_RESTRICT s0 = w + frame.slot_stride;
    if (kind == Kind::lamb) {
      const V m = Mean(c1, g, s0), v = Mean(c2, hn::Mul(g, g), s0 + frame.slot_stride);
      return hn::Div(hn::Mul(m, rate), hn::Add(hn::Sqrt(hn::Mul(v, correction)), epsilon));
    }
    if (kind == Kind::muon) {
      const V m = Fma(momentum, hn::Load(d, s0), g);
      hn::Store(m, d, s0);
      return frame.rule.looks_ahead ? Fma(momentum, m, g) : m;
    }
    if (factored) {
      const V row = hn::Div(hn::Set(d, *of_row), mean);
      return OverRoot(g, hn::Mul(row, hn::Load(d, of_columns)));
    }
    return OverRoot(g, Mean(correction, Fma(g, g, epsilon), s0));
  }
  /// g / sqrt(v), and 0 where v is: a row and a column without gradients leave a product below float32.
  HWY_INLINE V OverRoot(V g, V v) const { return hn::IfThenZeroElse(hn::Eq(v, hn::Zero(d)), hn::Div(g, hn::Sqrt(v))); }
  HWY_INLINE V Mean(V share, V x, float* HWY_RESTRICT at) const {
    const V old = hn::Load(d, at), now = Fma(hn::Sub(x, old), share, old);
    hn::Store(now, d, at);
    return now;
  }

  const Frame& frame;
  UpdateRule::Kind kind;
  bool factored;
  V c1, c2, epsilon, momentum, rate, correction, mean;
};

void Run(const DirectionOp& op, const Frame& frame, const Piece& piece) {
  if (only_accumulates(*frame.input)) return;
  const Gradients gradients(frame, op.clip);
  const Direction direction(op, frame);
  const V decay = hn::Set(d, op.kernel.decays ? frame.input->decay : 0.0f);
  const std::size_t in = static_cast<std::size_t>(op.kernel.in), blocks = (in + kRowBlock - 1) / kRowBlock;
  for (std::size_t panel = piece.panel; panel < piece.panel + piece.panels; ++panel) {
    const std::size_t columns = ColumnsOf(op.kernel, panel);
    float* first = frame.at(op.kernel.at) + panel * in * kPanel;
    for (std::size_t begin = piece.row; begin < piece.row + piece.rows; begin += kRowBlock) {
      const std::size_t end = std::min(begin + kRowBlock, piece.row + piece.rows);
      LaneSum squares, weights;
      for (std::size_t row = begin; row < end; ++row) {
        float* kept = Kept(op.kernel, frame, panel, row);
        for (std::size_t c = 0; c < columns; c += kLanes) {
          float* w = first + row * kPanel + c;
          const auto inside = hn::FirstN(d, columns - c);
          const V u = hn::IfThenElseZero(
              inside, direction(gradients(kept + c), w, frame.at(op.kernel.at) + frame.slot_stride + row * kPanel,
                                first + 2 * frame.slot_stride + c));
          hn::Store(u, d, kept + c);
          const V x = hn::Load(d, w), decayed = NegFma(decay, x, x);
          V &of_u = squares.lanes[c / kLanes % kLaneVectors], &of_w = weights.lanes[c / kLanes % kLaneVectors];
          of_u = Fma(u, u, of_u);
          of_w = Fma(decayed, decayed, of_w);
        }
      }
      *frame.at(op.sums + panel * blocks + begin / kRowBlock) = squares.Fold();
      *frame.at(op.weight_sums + panel * blocks + begin / kRowBlock) = weights.Fold();
    }
  }
}

void Run(const FactorOp& op, const Frame& frame, const Piece&) {
  if (!only_accumulates(*frame.input))
    *frame.at(op.factor) = static_cast<float>(factor_of(op, frame.rule, frame.at(0)));
}

void Run(const NormaliseOp& op, const Frame& frame, const Piece& piece) {
  if (only_accumulates(*frame.input)) return;
  const V factor = hn::Set(d, *frame.at(op.factor));
  for (std::size_t panel = piece.panel; panel < piece.panel + piece.panels; ++panel) {
    const std::size_t begin = (panel * static_cast<std::size_t>(op.in.in) + piece.row) * kPanel;
    for (std::size_t i = begin; i < begin + piece.rows * kPanel; i += kLanes)
      hn::Store(hn::Mul(hn::Load(d, frame.at(op.in.at) + i), factor), d, frame.at(op.out.at) + i);
    Transpose(frame, op.out, op.transposed, panel, piece.row, piece.rows);
  }
}

void Run(const ProductOp& op, const Frame& frame, const Piece& piece) {
  if (!op.always && only_accumulates(*frame.input)) return;
  const std::size_t depth = static_cast<std::size_t>(op.a.in), rows = static_cast<std::size_t>(op.out.in);
  const V scale = hn::Set(d, op.scale), add_scale = hn::Set(d, op.add_scale);
  for (std::size_t panel = piece.panel; panel < piece.panel + piece.panels; ++panel) {
    const float* b = frame.at(op.b.at) + panel * depth * kPanel;
    float* out = frame.at(op.out.at) + panel * rows * kPanel;
    const float* add = op.add ? frame.at(op.add->at) + panel * rows * kPanel : nullptr;
    // The rows of `out` are the columns of `a`, which lie in panels, too.
    for (std::size_t row = piece.row, end = piece.row + piece.rows; row < end;) {
      const std::size_t of_panel = row % kPanel, count = std::min(kPanel - of_panel, end - row);
      const float* a = frame.at(op.a.at) + row / kPanel * depth * kPanel + of_panel;
      const auto tile = [&](auto height, auto width, std::size_t r, std::size_t column) HWY_ATTR {
        Tile<decltype(height)::value, decltype(width)::value, Walk::columns>(
            {a + r, kPanel}, {b + column, kPanel}, depth, 0, [](std::size_t) HWY_ATTR {},
            [&](int i, int v, V value) HWY_ATTR {
              const std::size_t at =
                  (row + r + static_cast<std::size_t>(i)) * kPanel + column + static_cast<std::size_t>(v) * kLanes;
              value = hn::Mul(value, scale);
              if (add != nullptr) value = Fma(add_scale, hn::Load(d, add + at), value);
              hn::Store(value, d, out + at);
            });
      };
      ForTiles<kTileRows>(count, VectorsOf(op.out.out, panel), tile);
      row += count;
    }
    if (op.transposed) Transpose(frame, op.out, *op.transposed, panel, piece.row, piece.rows);
  }
}

}  // namespace telar::compute::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
