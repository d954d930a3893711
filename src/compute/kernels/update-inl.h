// The update rule on vectors of gradients.
#if defined(TELAR_UPDATE_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef TELAR_UPDATE_INL_H_
#undef TELAR_UPDATE_INL_H_
#else
#define TELAR_UPDATE_INL_H_
#endif

#include "compute/kernels/math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace telar::compute::HWY_NAMESPACE {

/// Takes the step for `count` weights at arena offset `at`, whose gradients are in `gradient`. count is a multiple of
/// kPanel.
HWY_INLINE void Update(const Frame& frame, std::size_t at, const float* HWY_RESTRICT gradient, std::size_t count) {
  using Kind = UpdateRule::Kind;
  float* HWY_RESTRICT w = frame.at(at);
  float* HWY_RESTRICT s0 = w + frame.slot_stride;
  float* HWY_RESTRICT s1 = s0 + frame.slot_stride;
  float* HWY_RESTRICT s2 = s1 + frame.slot_stride;
  const V rate = hn::Set(d, frame.input->rate), minus_rate = hn::Set(d, -frame.input->rate);
  const V momentum = hn::Set(d, frame.rule.momentum), epsilon = hn::Set(d, frame.rule.epsilon);
  const V c1 = hn::Set(d, frame.rule.one_minus_beta_1), c2 = hn::Set(d, frame.rule.one_minus_beta_2);
  switch (frame.rule.kind) {
    case Kind::gradient:
      for (std::size_t i = 0; i < count; i += kLanes) hn::Store(hn::Load(d, gradient + i), d, s0 + i);
      return;
    case Kind::sgd:
      for (std::size_t i = 0; i < count; i += kLanes)
        hn::Store(Fma(minus_rate, hn::Load(d, gradient + i), hn::Load(d, w + i)), d, w + i);
      return;
    case Kind::momentum:
    case Kind::nesterov:
      for (std::size_t i = 0; i < count; i += kLanes) {
        const V step = hn::Mul(rate, hn::Load(d, gradient + i));
        const V m = hn::Sub(hn::Mul(momentum, hn::Load(d, s0 + i)), step);
        hn::Store(m, d, s0 + i);
        const V move = frame.rule.kind == Kind::nesterov ? hn::Sub(hn::Mul(momentum, m), step) : m;
        hn::Store(hn::Add(hn::Load(d, w + i), move), d, w + i);
      }
      return;
    case Kind::adam:
    case Kind::amsgrad:
      for (std::size_t i = 0; i < count; i += kLanes) {
        const V g = hn::Load(d, gradient + i), m0 = hn::Load(d, s0 + i), v0 = hn::Load(d, s1 + i);
        const V m = Fma(hn::Sub(g, m0), c1, m0);
        const V v = Fma(hn::Sub(hn::Mul(g, g), v0), c2, v0);
        hn::Store(m, d, s0 + i);
        hn::Store(v, d, s1 + i);
        V second = v;
        if (frame.rule.kind == Kind::amsgrad) {
          second = hn::Max(hn::Load(d, s2 + i), v);
          hn::Store(second, d, s2 + i);
        }
        const V direction = hn::Div(m, hn::Add(hn::Sqrt(second), epsilon));
        hn::Store(Fma(minus_rate, direction, hn::Load(d, w + i)), d, w + i);
      }
      return;
  }
}

}  // namespace telar::compute::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif
