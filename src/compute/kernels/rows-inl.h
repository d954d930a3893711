// Operations that go row by row: gathering a batch, softmax, cross-entropy.
#if defined(TELAR_ROWS_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef TELAR_ROWS_INL_H_
#undef TELAR_ROWS_INL_H_
#else
#define TELAR_ROWS_INL_H_
#endif

#include "compute/kernels/math-inl.h"
#include "compute/loss_of_batch.hpp"

HWY_BEFORE_NAMESPACE();
namespace telar::compute::HWY_NAMESPACE {

HWY_NOINLINE void Run(const GatherOp& op, const Frame& frame) {
  const StepInput& input = *frame.input;
  const std::size_t columns = static_cast<std::size_t>(op.out.columns);
  const V scale = hn::Set(d, op.scale), offset = hn::Set(d, op.offset);
  const auto affine = [&](V x) HWY_ATTR { return hn::Add(hn::Mul(x, scale), offset); };
  const hn::RebindToSigned<D> di;
  const hn::Rebind<std::uint8_t, D> d8;
  const Share share(frame, static_cast<std::size_t>(input.rows));
  for (std::size_t r = share.begin; r < share.end; ++r) {
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

/// Calls f(column, the vector at it, the mask of those inside the row) for all vectors of the row's 16-lane groups.
template <class F>
HWY_INLINE void ForRow(const float* row, std::size_t columns, const F& f) {
  for (std::size_t c = 0; c < columns; c += 16)
    for (std::size_t v = 0; v < kLaneVectors; ++v) {
      const std::size_t at = c + v * kLanes;
      const auto inside = hn::FirstN(d, columns > at ? std::min(kLanes, columns - at) : 0);
      f(at, v, hn::Load(d, row + at), inside);
    }
}

struct RowMaximum {
  float value;
  std::size_t index;  ///< of the first of equal ones
};
HWY_INLINE RowMaximum Maximum(const float* row, std::size_t columns) {
  RowMaximum m{row[0], 0};
  for (std::size_t c = 1; c < columns; ++c)
    if (row[c] > m.value) m = {row[c], c};
  return m;
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

HWY_NOINLINE void Run(const SoftmaxOp& op, const Frame& frame) {
  const std::size_t columns = static_cast<std::size_t>(op.in.columns);
  const Share share(frame, static_cast<std::size_t>(frame.input->rows));
  for (std::size_t r = share.begin; r < share.end; ++r) {
    const float* in = frame.at(op.in.at) + r * static_cast<std::size_t>(op.in.stride);
    float* out = frame.at(op.out.at) + r * static_cast<std::size_t>(op.out.stride);
    const V total = hn::Set(d, Exponentials(in, Maximum(in, columns).value, columns, out));
    for (std::size_t c = 0; c < columns; c += kLanes) hn::Store(hn::Div(hn::Load(d, out + c), total), d, out + c);
  }
}

HWY_NOINLINE void Run(const SoftmaxGradOp& op, const Frame& frame) {
  const std::size_t columns = static_cast<std::size_t>(op.delta.columns);
  const Share share(frame, static_cast<std::size_t>(frame.input->rows));
  for (std::size_t r = share.begin; r < share.end; ++r) {
    float* delta = frame.at(op.delta.at) + r * static_cast<std::size_t>(op.delta.stride);
    const float* y = frame.at(op.y.at) + r * static_cast<std::size_t>(op.y.stride);
    LaneSum sum;
    ForRow(delta, columns, [&](std::size_t c, std::size_t v, V g, auto inside) HWY_ATTR {
      sum.lanes[v] = hn::Add(sum.lanes[v], hn::IfThenElseZero(inside, hn::Mul(g, hn::Load(d, y + c))));
    });
    const V dot = hn::Set(d, sum.Fold());
    for (std::size_t c = 0; c < columns; c += kLanes)
      hn::Store(hn::Mul(hn::Load(d, y + c), hn::Sub(hn::Load(d, delta + c), dot)), d, delta + c);
  }
}

/// Target of column c in a row of targets or for a label, smoothed.
struct Target {
  const float* row;  ///< null: one-hot at `label`
  std::size_t label;
  float smoothing, classes;

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

HWY_NOINLINE void Run(const CrossEntropyOp& op, const Frame& frame) {
  const StepInput& input = *frame.input;
  const std::size_t columns = static_cast<std::size_t>(op.in.columns), rows = static_cast<std::size_t>(input.rows);
  const double divisor = loss_divisor(input, op.reduction);
  const Share share(frame, rows);
  for (std::size_t r = share.begin; r < share.end; ++r) {
    const float* x = frame.at(op.in.at) + r * static_cast<std::size_t>(op.in.stride);
    float* delta = op.delta ? frame.at(op.delta->at) + r * static_cast<std::size_t>(op.delta->stride) : nullptr;
    const std::uint32_t sample = input.index[r];
    const float weight = input.weights != nullptr ? input.weights[sample] : 1.0f;
    const float factor = static_cast<float>(static_cast<double>(weight) / divisor);
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
#endif
