// Operations that go row by row: gathering a batch, softmax, cross-entropy.
#include "compute/kernels/targets.hpp"
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "compute/kernels/rows.cpp"
#include <hwy/cache_control.h>
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "compute/kernels/rows-inl.h"
#include "compute/kernels/run-inl.h"
#include "compute/loss_of_batch.hpp"

HWY_BEFORE_NAMESPACE();
namespace telar::compute::HWY_NAMESPACE {

/// Samples lie anywhere in memory: a sample is asked for so many bytes of samples ahead of its turn, or a whole batch
/// where that is small enough to stay in the caches for a step.
inline constexpr std::size_t kBytesAhead = 3072, kBytesOfSmallBatch = 16384;

void Run(const GatherOp& op, const Frame& frame, const Piece& piece) {
  const StepInput& input = *frame.input;
  const std::size_t columns = static_cast<std::size_t>(op.out.columns);
  const V scale = hn::Set(d, op.scale), offset = hn::Set(d, op.offset);
  const auto affine = [&](V x) HWY_ATTR { return hn::Add(hn::Mul(x, scale), offset); };
  const hn::RebindToSigned<D> di;
  const hn::Rebind<std::uint8_t, D> d8;
  const std::size_t rows = static_cast<std::size_t>(input.rows), known = rows + input.upcoming;
  const std::size_t bytes = columns * (input.bytes != nullptr ? 1 : sizeof(float));
  const std::size_t ahead = rows * bytes <= kBytesOfSmallBatch ? rows : std::max<std::size_t>(kBytesAhead / bytes, 4);
  const auto ask = [&](std::size_t r) HWY_ATTR {
    const std::size_t sample = input.index[r];
    const std::size_t at = sample * input.sample_size;
    const char* from = input.bytes != nullptr ? reinterpret_cast<const char*>(input.bytes + at)
                                              : reinterpret_cast<const char*>(input.floats + at);
    for (std::size_t i = 0; i < bytes; i += 64) hwy::Prefetch(from + i);
    if (input.labels != nullptr) hwy::Prefetch(input.labels + sample);  // the loss will read it
  };
  for (std::size_t r = piece.row; r < piece.row + piece.rows; ++r) {
    if (r + ahead < known) ask(r + ahead);
    float* out = frame.at(op.out.at) + r * static_cast<std::size_t>(op.out.stride);
    const std::size_t from = input.index[r] * input.sample_size;
    std::size_t c = 0;
    if (input.bytes != nullptr) {
      const std::uint8_t* x = input.bytes + from;
      for (; c + kLanes <= columns; c += kLanes)
        hn::Store(affine(hn::ConvertTo(d, hn::PromoteTo(di, hn::LoadU(d8, x + c)))), d, out + c);
      for (; c < columns; ++c) out[c] = static_cast<float>(x[c]) * op.scale + op.offset;
    } else {
      const float* x = input.floats + from;
      for (; c + kLanes <= columns; c += kLanes) hn::Store(affine(hn::LoadU(d, x + c)), d, out + c);
      for (; c < columns; ++c) out[c] = x[c] * op.scale + op.offset;
    }
  }
}

/// out = exp(in - max) with zeros beyond the columns; returns the sum.
HWY_INLINE float Exponentials(const float* in, float maximum, std::size_t columns, float* out) {
  const V shift = hn::Set(d, maximum);
  LaneSum sum;
  ForRow(in, columns, [&](std::size_t c, std::size_t v, V x, auto inside) HWY_ATTR {
    const V e = hn::IfThenElseZero(inside, Exp(hn::Sub(x, shift)));
    hn::Store(e, d, out + c);
    sum.lanes[v] = hn::Add(sum.lanes[v], e);
  });
  return sum.Fold();
}

HWY_INLINE float LogOf(float x) { return hn::GetLane(Log(hn::Set(d, x))); }

/// What is taken from every number of the row, so that the positive rests sum to 1: those without a rest are left out
/// until there are none.
HWY_INLINE float SparsemaxThreshold(const float* in, std::size_t columns) {
  float threshold = -HUGE_VALF;
  for (float before = 0;;) {
    const V limit = hn::Set(d, threshold);
    LaneSum sum, count;
    ForRow(in, columns, [&](std::size_t, std::size_t v, V x, auto inside) HWY_ATTR {
      const auto rests = hn::And(inside, hn::Gt(x, limit));
      sum.lanes[v] = hn::Add(sum.lanes[v], hn::IfThenElseZero(rests, x));
      count.lanes[v] = hn::Add(count.lanes[v], hn::IfThenElseZero(rests, hn::Set(d, 1.0f)));
    });
    const float n = count.Fold();
    if (n == before) return threshold;
    before = n;
    threshold = (sum.Fold() - 1.0f) / n;
  }
}

void Run(const SoftmaxOp& op, const Frame& frame, const Piece& piece) {
  const std::size_t columns = static_cast<std::size_t>(op.in.columns);
  const RowRange rows = RowsOf(op.in, piece);
  for (std::size_t r = rows.begin; r < rows.end; ++r) {
    const float* in = frame.at(op.in.at) + r * static_cast<std::size_t>(op.in.stride);
    float* out = frame.at(op.out.at) + r * static_cast<std::size_t>(op.out.stride);
    const auto shifted = [&](float by) HWY_ATTR {
      for (std::size_t c = 0; c < columns; c += kLanes)
        hn::Store(hn::Sub(hn::Load(d, in + c), hn::Set(d, by)), d, out + c);
    };
    const float maximum = Maximum(in, columns).value;
    if (op.act == RowAct::sparsemax) {
      shifted(maximum);
      const V threshold = hn::Set(d, SparsemaxThreshold(out, columns));
      for (std::size_t c = 0; c < columns; c += kLanes)
        hn::Store(Relu(hn::Sub(hn::Load(d, out + c), threshold)), d, out + c);
      continue;
    }
    const float sum = Exponentials(in, maximum, columns, out);
    if (op.act == RowAct::log_softmax) {
      const V log_sum = hn::Set(d, LogOf(sum));
      shifted(maximum);
      for (std::size_t c = 0; c < columns; c += kLanes) hn::Store(hn::Sub(hn::Load(d, out + c), log_sum), d, out + c);
      continue;
    }
    const V total = hn::Set(d, sum);
    for (std::size_t c = 0; c < columns; c += kLanes) hn::Store(hn::Div(hn::Load(d, out + c), total), d, out + c);
  }
}

void Run(const SoftmaxGradOp& op, const Frame& frame, const Piece& piece) {
  const std::size_t columns = static_cast<std::size_t>(op.delta.columns);
  const RowRange rows = RowsOf(op.delta, piece);
  for (std::size_t r = rows.begin; r < rows.end; ++r) {
    float* delta = frame.at(op.delta.at) + r * static_cast<std::size_t>(op.delta.stride);
    const float* y = frame.at(op.y.at) + r * static_cast<std::size_t>(op.y.stride);
    const auto sum_of = [&](auto term) HWY_ATTR {
      LaneSum sum;
      ForRow(delta, columns, [&](std::size_t c, std::size_t v, V g, auto inside) HWY_ATTR {
        sum.lanes[v] = hn::Add(sum.lanes[v], hn::IfThenElseZero(inside, term(g, hn::Load(d, y + c))));
      });
      return sum.Fold();
    };
    const auto each = [&](auto f) HWY_ATTR {
      for (std::size_t c = 0; c < columns; c += kLanes)
        hn::Store(f(hn::Load(d, delta + c), hn::Load(d, y + c)), d, delta + c);
    };
    const auto chosen = [](V p, V x) HWY_ATTR { return hn::IfThenElseZero(hn::Gt(p, hn::Zero(d)), x); };
    switch (op.act) {
      case RowAct::softmax: {
        const V dot = hn::Set(d, sum_of([](V g, V p) HWY_ATTR { return hn::Mul(g, p); }));
        each([&](V g, V p) HWY_ATTR { return hn::Mul(p, hn::Sub(g, dot)); });
        break;
      }
      case RowAct::log_softmax: {
        const V sum = hn::Set(d, sum_of([](V g, V) HWY_ATTR { return g; }));
        each([&](V g, V log_p) HWY_ATTR { return NegFma(Exp(log_p), sum, g); });
        break;
      }
      case RowAct::sparsemax: {
        const float sum = sum_of([&](V g, V p) HWY_ATTR { return chosen(p, g); }),
                    count = sum_of([&](V, V p) HWY_ATTR { return chosen(p, hn::Set(d, 1.0f)); });
        const V mean = hn::Set(d, sum / count);
        each([&](V g, V p) HWY_ATTR { return chosen(p, hn::Sub(g, mean)); });
        break;
      }
    }
  }
}

/// Target of column c in a row of targets or for a label, smoothed.
struct Target {
  const float* row;  ///< null: one-hot at `label`
  std::size_t label;
  float smoothing, classes;

  [[nodiscard]] HWY_INLINE bool IsOneHot() const { return row == nullptr && smoothing == 0; }
  HWY_INLINE float operator()(std::size_t c) const {
    const float t = row != nullptr ? row[c] : (c == label ? 1.0f : 0.0f);
    return smoothing == 0 ? t : t * (1.0f - smoothing) + smoothing / classes;
  }
  /// Sum over all columns: 1 unless the batch's targets sum to something else.
  HWY_INLINE float Sum(std::size_t columns) const {
    if (row == nullptr) return 1.0f;
    float sum = 0;
    for (std::size_t c = 0; c < columns; ++c) sum += row[c];
    return smoothing == 0 ? sum : sum * (1.0f - smoothing) + smoothing;
  }
};

/// Loss of a row of logits, and its gradient times `factor` into `delta` (may be null): log(sum(exp(x))) sum(t) - sum(t
/// x).
HWY_INLINE float LogitsRow(const float* x, std::size_t columns, const RowMaximum& maximum, const Target& target,
                           float factor, float* scratch, float* delta) {
  const float sum = Exponentials(x, maximum.value, columns, scratch);
  const float log_sum = LogOf(sum), mass = target.Sum(columns);
  float loss = 0;
  if (target.IsOneHot()) {
    loss = log_sum - (x[target.label] - maximum.value);
    if (delta == nullptr) return loss;
    const V total = hn::Set(d, sum), scale = hn::Set(d, factor), one = hn::Set(d, 1.0f);
    const V label = hn::Set(d, static_cast<float>(target.label));
    for (std::size_t c = 0; c < columns; c += kLanes) {
      const V t = hn::IfThenElseZero(hn::Eq(hn::Iota(d, static_cast<float>(c)), label), one);
      hn::Store(hn::Mul(hn::Sub(hn::Div(hn::Load(d, scratch + c), total), t), scale), d, delta + c);
    }
    return loss;
  }
  for (std::size_t c = 0; c < columns; ++c) {
    const float t = target(c);
    if (t != 0) loss += t * (log_sum - (x[c] - maximum.value));
    if (delta != nullptr) delta[c] = (scratch[c] / sum * mass - t) * factor;
  }
  return loss;
}

/// The same for probabilities p / sum(p), clipped to [1e-7, 1 - 1e-7].
HWY_INLINE float ProbabilitiesRow(const float* p, std::size_t columns, const Target& target, float factor,
                                  float* delta) {
  constexpr float kLow = 1e-7f, kHigh = 1.0f - 1e-7f;
  LaneSum sum;
  ForRow(p, columns, [&](std::size_t, std::size_t v, V x, auto inside) HWY_ATTR {
    sum.lanes[v] = hn::Add(sum.lanes[v], hn::IfThenElseZero(inside, x));
  });
  const float total = sum.Fold();
  float loss = 0, dot = 0;
  for (std::size_t c = 0; c < columns; ++c) {
    const float t = target(c), q = p[c] / total;
    const float clipped = q < kLow ? kLow : q > kHigh ? kHigh : q;
    if (t != 0) loss -= t * LogOf(clipped);
    const float slope = clipped == q ? -t / q : 0.0f;  // in q; then through q = p / total
    dot += slope * q;
    if (delta != nullptr) delta[c] = slope;
  }
  if (delta != nullptr)
    for (std::size_t c = 0; c < columns; ++c) delta[c] = (delta[c] - dot) / total * factor;
  return loss;
}

void Run(const CrossEntropyOp& op, const Frame& frame, const Piece& piece) {
  const StepInput& input = *frame.input;
  const std::size_t columns = static_cast<std::size_t>(op.in.columns);
  const double divisor = loss_divisor(input, op.reduction, op.ignored_class);
  const float whole = static_cast<float>(1.0 / divisor);
  for (std::size_t r = piece.row; r < piece.row + piece.rows; ++r) {
    const float* x = frame.at(op.in.at) + r * static_cast<std::size_t>(op.in.stride);
    float* delta = op.delta ? frame.at(op.delta->at) + r * static_cast<std::size_t>(op.delta->stride) : nullptr;
    const std::uint32_t sample = input.index[r];
    const float weight = !counts(input, static_cast<int>(r), op.ignored_class) ? 0.0f
                         : input.weights != nullptr                            ? input.weights[sample]
                                                                               : 1.0f;
    const float factor = weight == 1.0f ? whole : static_cast<float>(static_cast<double>(weight) / divisor);
    const Target target{input.targets != nullptr ? input.targets + sample * columns : nullptr,
                        input.labels != nullptr ? static_cast<std::size_t>(input.labels[sample]) : 0, op.smoothing,
                        static_cast<float>(columns)};
    const RowMaximum maximum = Maximum(x, columns);
    const float loss = op.logits
                           ? LogitsRow(x, columns, maximum, target, factor,
                                       frame.at(op.scratch.at) + r * static_cast<std::size_t>(op.scratch.stride), delta)
                           : ProbabilitiesRow(x, columns, target, factor, delta);
    *frame.at(op.row_loss + r) = weight * loss;
    *frame.at(op.row_class + r) = static_cast<float>(maximum.index);
  }
}

}  // namespace telar::compute::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
