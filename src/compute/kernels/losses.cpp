// Losses of rows other than cross-entropy over classes: element by element, or over the whole row.
#include "compute/kernels/targets.hpp"
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "compute/kernels/losses.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "compute/kernels/rows-inl.h"
#include "compute/kernels/run-inl.h"
#include "compute/loss_of_batch.hpp"

HWY_BEFORE_NAMESPACE();
namespace telar::compute::HWY_NAMESPACE {

/// A row of outputs and one of targets, what its gradient is multiplied by and where it goes (may be null).
struct LossRow {
  const float* y;
  const float* targets;  ///< null: `label` for the one column there is
  float label;
  std::size_t columns;
  float smoothing, spread;  ///< t (1 - smoothing) + spread
  float factor;
  float* delta;

  HWY_INLINE V Target(std::size_t c) const {
    const V t = targets == nullptr ? hn::Set(d, label) : Given(c);
    if (smoothing == 0) return t;
    return hn::Add(hn::Mul(t, hn::Set(d, 1.0f - smoothing)), hn::Set(d, spread));
  }
  /// The caller's rows have no padding: the last of them ends where its memory does.
  HWY_INLINE V Given(std::size_t c) const {
    if (c + kLanes <= columns) return hn::LoadU(d, targets + c);
    HWY_ALIGN float last[kLanes] = {};
    for (std::size_t i = 0; c + i < columns; ++i) last[i] = targets[c + i];
    return hn::Load(d, last);
  }
  /// Calls f(y, t) -> number for all vectors of the row and adds up what it gives.
  template <class F>
  HWY_INLINE float Sum(const F& f) const {
    LaneSum sum;
    ForRow(y, columns, [&](std::size_t c, std::size_t v, V x, auto inside) HWY_ATTR {
      sum.lanes[v] = hn::Add(sum.lanes[v], hn::IfThenElseZero(inside, f(x, Target(c))));
    });
    return sum.Fold();
  }
  /// delta = f(y, t) * scale, where there is a delta.
  template <class F>
  HWY_INLINE void Slopes(float scale, const F& f) const {
    if (delta == nullptr) return;
    const V by = hn::Set(d, scale);
    ForRow(y, columns, [&](std::size_t c, std::size_t, V x, auto inside) HWY_ATTR {
      hn::Store(hn::IfThenElseZero(inside, hn::Mul(f(x, Target(c)), by)), d, delta + c);
    });
  }
};

/// The loss of an element and its slope in the output.
struct Term {
  V loss, slope;
};

HWY_INLINE V Number(float x) { return hn::Set(d, x); }
HWY_INLINE V One() { return hn::Set(d, 1.0f); }
HWY_INLINE V Epsilon() { return hn::Set(d, 1e-7f); }
/// NaN stays, as it does not with hn::Max.
HWY_INLINE V AtLeast(V x, V low) { return hn::IfThenElse(hn::Lt(x, low), low, x); }
HWY_INLINE V Clip(V x, V low, V high) { return hn::IfThenElse(hn::Gt(x, high), high, AtLeast(x, low)); }
HWY_INLINE V Where(decltype(hn::Eq(V(), V())) mask, V x) { return hn::IfThenElseZero(mask, x); }
/// -1, 0 or 1; NaN for NaN.
HWY_INLINE V SignOf(V x) {
  return hn::IfThenElse(hn::Eq(x, hn::Abs(x)), hn::IfThenElse(hn::Gt(x, hn::Zero(d)), One(), x),
                        hn::IfThenElse(hn::Eq(x, x), Number(-1.0f), x));
}
/// x^power for x in (0, 1].
HWY_INLINE V FocalPower(V x, float power) {
  return power == 2 ? hn::Mul(x, x) : power == 1 ? x : Exp(hn::Mul(Number(power), Log(x)));
}

/// Cross-entropy of a probability or a logit; the probability, whose derivative in y is `through`.
struct BinaryTerm {
  V loss, slope, p, through;
};
HWY_INLINE BinaryTerm Binary(V y, V t, bool logits) {
  const V one = One(), low = Epsilon(), high = Number(1.0f - 1e-7f);
  if (logits) {
    const V p = Sigmoid(y), floor = AtLeast(y, hn::Zero(d));
    const V loss = hn::Add(hn::Sub(floor, hn::Mul(y, t)), Log(hn::Add(one, Exp(hn::Neg(hn::Abs(y))))));
    const V clipped = Clip(p, low, high);
    return {loss, hn::Sub(p, t), clipped, hn::Mul(clipped, hn::Sub(one, clipped))};
  }
  const V p = Clip(y, low, high), rest = hn::Sub(one, p), not_t = hn::Sub(one, t);
  const auto inside = hn::Eq(p, y);
  const V loss = hn::Neg(hn::Add(hn::Mul(t, Log(p)), hn::Mul(not_t, Log(rest))));
  return {loss, Where(inside, hn::Sub(hn::Div(not_t, rest), hn::Div(t, p))), p, Where(inside, one)};
}

HWY_INLINE Term BinaryFocal(const LossFormula& f, V y, V t) {
  const BinaryTerm b = Binary(y, t, f.logits);
  const V one = One(), not_t = hn::Sub(one, t);
  const V balance = f.balanced ? hn::Add(hn::Mul(t, Number(f.alpha)), hn::Mul(not_t, Number(1.0f - f.alpha))) : one;
  const V x = hn::Add(hn::Mul(t, hn::Sub(one, b.p)), hn::Mul(not_t, b.p)), power = FocalPower(x, f.gamma);
  const V inner = hn::Mul(hn::Mul(Number(f.gamma), FocalPower(x, f.gamma - 1)),
                          hn::Mul(hn::Sub(not_t, t), hn::Mul(b.through, b.loss)));
  return {hn::Mul(balance, hn::Mul(power, b.loss)), hn::Mul(balance, hn::Add(inner, hn::Mul(power, b.slope)))};
}

HWY_INLINE Term Hinge(V y, V t, bool squared) {
  const V label = hn::IfThenElse(hn::Eq(t, hn::Zero(d)), Number(-1.0f), t), margin = hn::Sub(One(), hn::Mul(label, y));
  const V m = AtLeast(margin, hn::Zero(d));
  if (squared) return {hn::Mul(m, m), hn::Mul(Number(-2.0f), hn::Mul(label, m))};
  return {m, Where(hn::Gt(margin, hn::Zero(d)), hn::Neg(label))};
}

HWY_INLINE Term Logarithmic(V y, V t) {
  const V floor = hn::Add(AtLeast(y, Epsilon()), One());
  const V difference = hn::Sub(Log(floor), Log(hn::Add(AtLeast(t, Epsilon()), One())));
  return {hn::Mul(difference, difference),
          hn::IfThenZeroElse(hn::Lt(y, Epsilon()), hn::Div(hn::Mul(Number(2.0f), difference), floor))};
}

HWY_INLINE Term HuberTerm(V e, float delta) {
  const V size = hn::Abs(e), limit = Number(delta), half = Number(0.5f);
  const auto large = hn::Gt(size, limit);
  const V linear = hn::Sub(hn::Mul(limit, size), hn::Mul(half, hn::Mul(limit, limit)));
  return {hn::IfThenElse(large, linear, hn::Mul(half, hn::Mul(e, e))),
          hn::IfThenElse(large, hn::CopySign(limit, e), e)};
}

HWY_INLINE Term Poisson(V y, V t) {
  const V above = hn::Add(y, Epsilon());
  return {hn::Sub(y, hn::Mul(t, Log(above))), hn::Sub(One(), hn::Div(t, above))};
}

HWY_INLINE Term Divergence(V y, V t) {
  const V p = Clip(y, Epsilon(), One()), q = Clip(t, Epsilon(), One());
  return {hn::Mul(q, Log(hn::Div(q, p))), Where(hn::Eq(p, y), hn::Neg(hn::Div(q, p)))};
}

HWY_INLINE Term LogCosh(V e) {
  const V size = hn::Abs(e), rest = Log(hn::Add(One(), Exp(hn::Mul(Number(-2.0f), size))));
  return {hn::Sub(hn::Add(size, rest), Number(0.693147181f)), Tanh(e)};
}

HWY_INLINE Term Percentage(V e, V t) {
  const V unit = hn::Div(Number(100.0f), AtLeast(hn::Abs(t), Epsilon()));
  return {hn::Mul(hn::Abs(e), unit), hn::Mul(SignOf(e), unit)};
}

/// `share` times the sum of the terms, and their slopes.
template <class F>
HWY_INLINE float ElementsRow(const LossRow& row, float share, const F& term) {
  row.Slopes(row.factor * share, [&](V y, V t) HWY_ATTR { return term(y, t).slope; });
  return row.Sum([&](V y, V t) HWY_ATTR { return term(y, t).loss; }) * share;
}

HWY_INLINE float CategoricalFocalRow(const LossFormula& f, const LossRow& row) {
  const V low = Epsilon(), high = Number(1.0f - 1e-7f), one = One(), alpha = Number(f.alpha), gamma = Number(f.gamma);
  const V largest = Number(f.logits ? Maximum(row.y, row.columns).value : 0.0f);
  const auto mass = [&](V y) HWY_ATTR { return f.logits ? Exp(hn::Sub(y, largest)) : y; };
  const V total = Number(row.Sum([&](V y, V) HWY_ATTR { return mass(y); }));
  const auto share = [&](V y) HWY_ATTR { return hn::Div(mass(y), total); };
  const auto slope = [&](V y, V t) HWY_ATTR {
    const V q = share(y), p = Clip(q, low, high), rest = hn::Sub(one, p);
    const V inner = hn::Mul(hn::Mul(gamma, FocalPower(rest, f.gamma - 1)), Log(p));
    return Where(hn::Eq(p, q), hn::Mul(hn::Mul(alpha, t), hn::Sub(inner, hn::Div(FocalPower(rest, f.gamma), p))));
  };
  if (row.delta != nullptr) {
    const V dot = Number(row.Sum([&](V y, V t) HWY_ATTR { return hn::Mul(slope(y, t), share(y)); }));
    row.Slopes(row.factor, [&](V y, V t) HWY_ATTR {
      const V along = hn::Sub(slope(y, t), dot);
      return f.logits ? hn::Mul(along, share(y)) : hn::Div(along, total);
    });
  }
  return -row.Sum([&](V y, V t) HWY_ATTR {
    const V p = Clip(share(y), low, high);
    return hn::Mul(hn::Mul(hn::Mul(alpha, t), FocalPower(hn::Sub(one, p), f.gamma)), Log(p));
  });
}

HWY_INLINE float CategoricalHingeRow(const LossRow& row) {
  const auto negative = [&](std::size_t c) {
    return (1.0f - (row.targets != nullptr ? row.targets[c] : row.label)) * row.y[c];
  };
  std::size_t worst = 0;
  for (std::size_t c = 1; c < row.columns; ++c)
    if (negative(c) > negative(worst)) worst = c;
  const float margin = negative(worst) - row.Sum([](V y, V t) HWY_ATTR { return hn::Mul(y, t); }) + 1.0f;
  const bool wrong = margin > 0;
  row.Slopes(wrong ? row.factor : 0.0f, [](V, V t) HWY_ATTR { return hn::Neg(t); });
  if (wrong && row.delta != nullptr)
    row.delta[worst] += (1.0f - (row.targets != nullptr ? row.targets[worst] : row.label)) * row.factor;
  return margin < 0 ? 0.0f : margin;
}

HWY_INLINE float CosineRow(const LossRow& row) {
  const auto length = [](float squares) { return hn::GetLane(hn::Sqrt(Number(squares))); };
  const float yy = row.Sum([](V y, V) HWY_ATTR { return hn::Mul(y, y); });
  const float y_length = length(yy), t_length = length(row.Sum([](V, V t) HWY_ATTR { return hn::Mul(t, t); }));
  const float dot = row.Sum([](V y, V t) HWY_ATTR { return hn::Mul(y, t); });
  const float scale = (t_length < 1e-7f ? 1e-7f : t_length) * (y_length < 1e-7f ? 1e-7f : y_length);
  const float similarity = dot / scale;
  const V own = Number(y_length < 1e-7f ? 0.0f : similarity / yy), by = Number(scale);
  row.Slopes(row.factor, [&](V y, V t) HWY_ATTR { return hn::Sub(hn::Mul(own, y), hn::Div(t, by)); });
  return -similarity;
}

HWY_INLINE float GeneralizedRow(const LossFormula& f, const LossRow& row) {
  const float p = row.Sum([](V y, V t) HWY_ATTR { return hn::Mul(y, t); });
  const float power = p == 0 ? 0.0f : hn::GetLane(Exp(hn::Mul(Number(f.gamma), Log(Number(p)))));
  row.Slopes(p < 1e-7f ? 0.0f : -row.factor * (power / p), [](V, V t) HWY_ATTR { return t; });
  return (1.0f - power) / f.gamma;
}

/// Sums t y, y and t of a row, or of a batch.
struct Overlap {
  float both = 0, outputs = 0, targets = 0;
};
HWY_INLINE Overlap OverlapOf(const LossRow& row) {
  return {row.Sum([](V y, V t) HWY_ATTR { return hn::Mul(y, t); }), row.Sum([](V y, V) HWY_ATTR { return y; }),
          row.Sum([](V, V t) HWY_ATTR { return t; })};
}
HWY_INLINE float OverlapRow(const LossFormula& f, const LossRow& row, const Overlap& o) {
  const float all = ((o.both + f.alpha * (o.outputs - o.both)) + f.delta * (o.targets - o.both)) + f.gamma;
  // The slope in y of both / all: t / all - both (t + alpha (1 - t) - delta t) / all^2.
  const V alpha = Number(f.alpha), own = Number((1.0f - f.alpha) - f.delta), share = Number(o.both / all);
  row.Slopes(row.factor / all,
             [&](V, V t) HWY_ATTR { return hn::Sub(hn::Mul(share, hn::Add(hn::Mul(own, t), alpha)), t); });
  return 1.0f - o.both / all;
}

/// Of a function that a user wrote.
inline float CustomRow(const CustomLoss::Functions& functions, const LossRow& row) {
  const std::span<const float> y(row.y, row.columns), t(row.targets != nullptr ? row.targets : &row.label, row.columns);
  if (row.delta == nullptr) return functions.single_precision(y, t, {});
  const float loss = functions.single_precision(y, t, {row.delta, row.columns});
  for (std::size_t c = 0; c < row.columns; ++c) row.delta[c] *= row.factor;
  return loss;
}

HWY_INLINE float LossOfRow(const LossFormula& f, const LossRow& row) {
  using Kind = LossFormula::Kind;
  const float mean = 1.0f / static_cast<float>(row.columns);
  switch (f.kind) {
    case Kind::squared:
      return ElementsRow(row, mean, [](V y, V t) HWY_ATTR {
        const V e = hn::Sub(y, t);
        return Term{hn::Mul(e, e), hn::Add(e, e)};
      });
    case Kind::absolute:
      return ElementsRow(row, mean, [](V y, V t) HWY_ATTR {
        const V e = hn::Sub(y, t);
        return Term{hn::Abs(e), SignOf(e)};
      });
    case Kind::percentage:
      return ElementsRow(row, mean, [](V y, V t) HWY_ATTR { return Percentage(hn::Sub(y, t), t); });
    case Kind::logarithmic:
      return ElementsRow(row, mean, [](V y, V t) HWY_ATTR { return Logarithmic(y, t); });
    case Kind::huber:
      return ElementsRow(row, mean, [&](V y, V t) HWY_ATTR { return HuberTerm(hn::Sub(y, t), f.delta); });
    case Kind::log_cosh:
      return ElementsRow(row, mean, [](V y, V t) HWY_ATTR { return LogCosh(hn::Sub(y, t)); });
    case Kind::poisson:
      return ElementsRow(row, mean, [](V y, V t) HWY_ATTR { return Poisson(y, t); });
    case Kind::hinge:
      return ElementsRow(row, mean, [](V y, V t) HWY_ATTR { return Hinge(y, t, false); });
    case Kind::squared_hinge:
      return ElementsRow(row, mean, [](V y, V t) HWY_ATTR { return Hinge(y, t, true); });
    case Kind::binary:
      return ElementsRow(row, mean, [&](V y, V t) HWY_ATTR { return Binary(y, t, f.logits); });
    case Kind::binary_focal:
      return ElementsRow(row, mean, [&](V y, V t) HWY_ATTR { return BinaryFocal(f, y, t); });
    case Kind::kl_divergence:
      return ElementsRow(row, 1.0f, [](V y, V t) HWY_ATTR { return Divergence(y, t); });
    case Kind::categorical_focal:
      return CategoricalFocalRow(f, row);
    case Kind::categorical_hinge:
      return CategoricalHingeRow(row);
    case Kind::cosine:
      return CosineRow(row);
    case Kind::generalized:
      return GeneralizedRow(f, row);
    case Kind::overlap:
      return OverlapRow(f, row, OverlapOf(row));
    case Kind::custom:
      break;
  }
  return 0;
}

void Run(const OverlapOp& op, const Frame& frame, const Piece& piece) {
  const StepInput& input = *frame.input;
  const std::size_t columns = static_cast<std::size_t>(op.in.columns), rows = op.rows;
  for (std::size_t r = piece.row; r < piece.row + piece.rows; ++r) {
    const std::uint32_t sample = input.index[r];
    const Overlap o = OverlapOf({frame.at(op.in.at) + r * static_cast<std::size_t>(op.in.stride),
                                 input.targets != nullptr ? input.targets + sample * columns : nullptr,
                                 input.labels != nullptr ? static_cast<float>(input.labels[sample]) : 0.0f, columns, 0,
                                 0, 0, nullptr});
    *frame.at(op.sums + r) = o.both;
    *frame.at(op.sums + rows + r) = o.outputs;
    *frame.at(op.sums + 2 * rows + r) = o.targets;
  }
}

void Run(const LossOp& op, const Frame& frame, const Piece& piece) {
  const StepInput& input = *frame.input;
  const std::size_t columns = static_cast<std::size_t>(op.in.columns);
  const double divisor = loss_divisor(input, op.reduction, -1);
  Overlap whole;
  double weights = 0;
  if (op.batch_sums) {
    const BatchOverlap sums = overlap_of_batch(op, input, frame.at(*op.batch_sums));
    whole = {static_cast<float>(sums.both), static_cast<float>(sums.outputs), static_cast<float>(sums.targets)};
    weights = sums.weights;
  }
  const bool over_classes = op.formula.kind == LossFormula::Kind::categorical_focal;
  const float spread = op.formula.smoothing / (over_classes ? static_cast<float>(columns) : 2.0f);
  for (std::size_t r = piece.row; r < piece.row + piece.rows; ++r) {
    const std::uint32_t sample = input.index[r];
    const float weight = input.weights != nullptr ? input.weights[sample] : 1.0f;
    const float* y = frame.at(op.in.at) + r * static_cast<std::size_t>(op.in.stride);
    const LossRow row{y,
                      input.targets != nullptr ? input.targets + sample * columns : nullptr,
                      input.labels != nullptr ? static_cast<float>(input.labels[sample]) : 0.0f,
                      columns,
                      op.formula.smoothing,
                      spread,
                      static_cast<float>(static_cast<double>(weight) / divisor),
                      op.delta ? frame.at(op.delta->at) + r * static_cast<std::size_t>(op.delta->stride) : nullptr};
    float loss = 0;
    if (op.batch_sums) {
      LossRow of_batch = row;
      of_batch.factor = static_cast<float>(weights / divisor);
      loss = OverlapRow(op.formula, of_batch, whole) * share_of_batch(op, input);
    } else {
      loss = op.custom ? CustomRow(*op.custom, row) : LossOfRow(op.formula, row);
    }
    *frame.at(op.row_loss + r) = weight * loss;
    *frame.at(op.row_class + r) =
        columns > 1 ? static_cast<float>(Maximum(y, columns).index) : (y[0] > op.threshold ? 1.0f : 0.0f);
  }
}

}  // namespace telar::compute::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
