// Activations and rounding, on vectors.
#if defined(TELAR_ELEMENTWISE_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef TELAR_ELEMENTWISE_INL_H_
#undef TELAR_ELEMENTWISE_INL_H_
#else
#define TELAR_ELEMENTWISE_INL_H_
#endif

#include "compute/kernels/math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace telar::compute::HWY_NAMESPACE {

/// out = act(in + bias) for `count` numbers, a multiple of the panel; bias may be null; out may be in.
void Activate(Act act, const float* bias, const float* in, float* out, std::size_t count);

/// delta *= act'(.), from the outputs of the activation, or its inputs (takes_input).
void Derive(Act act, const float* from, float* delta, std::size_t count);

/// g where the output of relu is positive, else 0.
HWY_INLINE V ReluGrad(V y, V g) { return hn::IfThenElseZero(hn::Gt(y, hn::Zero(d)), g); }

/// x rounded to bfloat16, ties to even; NaN stays one.
HWY_INLINE V RoundToBfloat16(V x) {
  const hn::RebindToUnsigned<D> du;
  const auto bits = hn::BitCast(du, x);
  const auto odd = hn::And(hn::ShiftRight<16>(bits), hn::Set(du, 1u));
  const auto up = hn::Add(bits, hn::Add(odd, hn::Set(du, 0x7FFFu)));
  return hn::IfThenElse(hn::Eq(x, x), hn::BitCast(d, hn::And(up, hn::Set(du, 0xFFFF0000u))), x);
}

}  // namespace telar::compute::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif
