// Batch normalisation over a panel's vectors of columns, which stay in the caches between the passes.
#if defined(TELAR_BATCH_NORM_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef TELAR_BATCH_NORM_INL_H_
#undef TELAR_BATCH_NORM_INL_H_
#else
#define TELAR_BATCH_NORM_INL_H_
#endif

#include "compute/kernels/elementwise-inl.h"
#include "compute/kernels/update-inl.h"

HWY_BEFORE_NAMESPACE();
namespace telar::compute::HWY_NAMESPACE {

/// gamma or beta of the vector of columns at `column`, or what stands for a missing one.
HWY_INLINE V Coefficient(const Frame& frame, const Vector& vector, std::size_t column, float missing) {
  return vector ? hn::Load(d, frame.at(vector.at) + column) : hn::Set(d, missing);
}

HWY_NOINLINE void Run(const BatchNormOp& op, const Frame& frame) {
  const std::size_t rows = static_cast<std::size_t>(frame.input->rows), in_row = static_cast<std::size_t>(op.in.stride),
                    out_row = static_cast<std::size_t>(op.out.stride);
  const V epsilon = hn::Set(d, op.epsilon), one = hn::Set(d, 1.0f);
  const V count = hn::Set(d, static_cast<float>(rows));
  const V keep = hn::Set(d, op.momentum), take = hn::Set(d, 1.0f - op.momentum);
  const Share share(frame, static_cast<std::size_t>(panels(op.in.columns)));
  for (std::size_t c = share.begin * kPanel; c < share.end * kPanel; c += kLanes) {
    const float* in = frame.at(op.in.at) + c;
    float* out = frame.at(op.out.at) + c;
    float* moving_mean = frame.at(op.moving_mean.at) + c;
    float* moving_variance = frame.at(op.moving_variance.at) + c;
    V mean, variance;
    if (op.batch) {
      mean = hn::Div(BatchSum(rows, [&](std::size_t r) HWY_ATTR { return hn::Load(d, in + r * in_row); }), count);
      const auto square = [&](std::size_t r) HWY_ATTR {
        const V centred = hn::Sub(hn::Load(d, in + r * in_row), mean);
        return hn::Mul(centred, centred);
      };
      variance = hn::Div(BatchSum(rows, square), count);
      hn::Store(Fma(hn::Load(d, moving_mean), keep, hn::Mul(mean, take)), d, moving_mean);
      hn::Store(Fma(hn::Load(d, moving_variance), keep, hn::Mul(variance, take)), d, moving_variance);
    } else {
      mean = hn::Load(d, moving_mean);
      variance = hn::Load(d, moving_variance);
    }
    const V inverse = hn::Div(one, hn::Sqrt(hn::Add(variance, epsilon)));
    if (op.saved_mean) {
      hn::Store(mean, d, frame.at(op.saved_mean.at) + c);
      hn::Store(inverse, d, frame.at(op.saved_inverse.at) + c);
    }
    const V scale = hn::Mul(Coefficient(frame, op.gamma, c, 1.0f), inverse);
    const V beta = Coefficient(frame, op.beta, c, 0.0f);
    for (std::size_t r = 0; r < rows; ++r)
      hn::Store(Fma(hn::Sub(hn::Load(d, in + r * in_row), mean), scale, beta), d, out + r * out_row);
  }
}

HWY_NOINLINE void Run(const BatchNormGradOp& op, const Frame& frame) {
  const std::size_t rows = static_cast<std::size_t>(frame.input->rows), in_row = static_cast<std::size_t>(op.in.stride),
                    delta_row = static_cast<std::size_t>(op.delta.stride);
  const V count = hn::Set(d, static_cast<float>(rows));
  const Share share(frame, static_cast<std::size_t>(panels(op.in.columns)));
  for (std::size_t panel = share.begin; panel < share.end; ++panel) {
    HWY_ALIGN float gamma_gradient[kPanel];
    HWY_ALIGN float beta_gradient[kPanel];
    for (std::size_t i = 0; i < kPanel; i += kLanes) {
      const std::size_t c = panel * kPanel + i;
      const float* in = frame.at(op.in.at) + c;
      float* delta = frame.at(op.delta.at) + c;
      const V mean = hn::Load(d, frame.at(op.saved_mean.at) + c),
              inverse = hn::Load(d, frame.at(op.saved_inverse.at) + c);
      const auto normalised = [&](std::size_t r)
                                  HWY_ATTR { return hn::Mul(hn::Sub(hn::Load(d, in + r * in_row), mean), inverse); };
      const V sum = BatchSum(rows, [&](std::size_t r) HWY_ATTR { return hn::Load(d, delta + r * delta_row); });
      const V dot = BatchSum(
          rows, [&](std::size_t r) HWY_ATTR { return hn::Mul(hn::Load(d, delta + r * delta_row), normalised(r)); });
      hn::Store(dot, d, gamma_gradient + i);
      hn::Store(sum, d, beta_gradient + i);
      const V scale = hn::Mul(Coefficient(frame, op.gamma, c, 1.0f), inverse);
      const V mean_delta = hn::Div(sum, count), mean_dot = hn::Div(dot, count);
      for (std::size_t r = 0; r < rows; ++r) {
        V g = hn::Load(d, delta + r * delta_row);
        if (op.batch) g = hn::Sub(hn::Sub(g, mean_delta), hn::Mul(normalised(r), mean_dot));
        hn::Store(hn::Mul(g, scale), d, delta + r * delta_row);
      }
    }
    if (op.act != Act::linear)
      for (std::size_t r = 0; r < rows; ++r)
        Derive(op.act, frame.at(op.in.at) + r * in_row + panel * kPanel,
               frame.at(op.delta.at) + r * delta_row + panel * kPanel, kPanel);
    if (op.update && op.gamma) Update(frame, op.gamma.at + panel * kPanel, gamma_gradient, kPanel);
    if (op.update && op.beta) Update(frame, op.beta.at + panel * kPanel, beta_gradient, kPanel);
  }
}

}  // namespace telar::compute::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif
