// Vector arithmetic with the same roundings on every target: fused multiply-add, sums in a fixed order, exp, log, tanh,
// sigmoid, the normal distribution.
#if defined(TELAR_MATH_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef TELAR_MATH_INL_H_
#undef TELAR_MATH_INL_H_
#else
#define TELAR_MATH_INL_H_
#endif

#include <algorithm>
#include <cmath>
#include <hwy/highway.h>

#include "compute/frame.hpp"

HWY_BEFORE_NAMESPACE();
namespace telar::compute::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using D = hn::ScalableTag<float>;
using V = hn::Vec<D>;
inline constexpr D d;
inline constexpr std::size_t kLanes = HWY_LANES(float);
static_assert(kLanes <= 16, "a sum across a row has 16 virtual lanes");
/// Vectors of a panel's row.
inline constexpr std::size_t kPanelVectors = kPanel / kLanes;
/// Vectors that make up the 16 virtual lanes of a sum across a row.
inline constexpr std::size_t kLaneVectors = 16 / kLanes;

/// a * b + c, rounded once.
HWY_INLINE V Fma(V a, V b, V c) {
#if HWY_NATIVE_FMA
  return hn::MulAdd(a, b, c);
#else
  HWY_ALIGN float x[kLanes], y[kLanes], z[kLanes];
  hn::Store(a, d, x);
  hn::Store(b, d, y);
  hn::Store(c, d, z);
  for (std::size_t i = 0; i < kLanes; ++i) z[i] = std::fma(x[i], y[i], z[i]);
  return hn::Load(d, z);
#endif
}

/// c - a * b, rounded once.
HWY_INLINE V NegFma(V a, V b, V c) {
#if HWY_NATIVE_FMA
  return hn::NegMulAdd(a, b, c);
#else
  return Fma(hn::Neg(a), b, c);
#endif
}

HWY_INLINE V Polynomial(V, V sum) { return sum; }
/// ((sum * x + c) * x + ...): coefficients from the highest down.
template <class... C>
HWY_INLINE V Polynomial(V x, V sum, float c, C... rest) {
  return Polynomial(x, Fma(sum, x, hn::Set(d, c)), rest...);
}

/// exp(x), at most 2 ulp off; 0 below -87.3, infinity above 88.72, NaN for NaN. Own minimax fit on |r| <= log(2) / 2.
HWY_INLINE V Exp(V x) {
  const V low = hn::Set(d, -87.33654f), high = hn::Set(d, 88.72283f);
  const V n = hn::Round(
      hn::Mul(hn::IfThenElse(hn::Lt(x, low), low, hn::IfThenElse(hn::Gt(x, high), high, x)), hn::Set(d, 1.44269504f)));
  const V clamped = hn::IfThenElse(hn::Lt(x, low), low, hn::IfThenElse(hn::Gt(x, high), high, x));
  V r = Fma(n, hn::Set(d, -0.693145751953125f), clamped);  // log(2) in two parts: the first has trailing zeros
  r = Fma(n, hn::Set(d, -1.42860677e-6f), r);
  const V p = Polynomial(r, hn::Set(d, 1.9916683e-4f), 1.394622123e-3f, 8.333267636e-3f, 4.166626768e-2f, 0.1666666685f,
                         0.5000000079f);
  const V e = hn::Add(Fma(hn::Mul(r, r), p, r), hn::Set(d, 1.0f));
  // 2^n in two factors, each a normal number.
  const hn::RebindToSigned<D> di;
  const auto whole = hn::ConvertTo(di, n);
  const auto half = hn::ShiftRight<1>(whole);
  const auto bias = hn::Set(di, 127);
  const V f1 = hn::BitCast(d, hn::ShiftLeft<23>(hn::Add(half, bias)));
  const V f2 = hn::BitCast(d, hn::ShiftLeft<23>(hn::Add(hn::Sub(whole, half), bias)));
  V y = hn::Mul(hn::Mul(e, f1), f2);
  y = hn::IfThenElse(hn::Lt(x, low), hn::Zero(d), y);
  y = hn::IfThenElse(hn::Gt(x, high), hn::Set(d, HUGE_VALF), y);
  return hn::IfThenElse(hn::Eq(x, x), y, x);
}

/// log(x) for normal x > 0, at most 2 ulp off; -infinity at 0, NaN below and for NaN, infinity at infinity.
HWY_INLINE V Log(V x) {
  const hn::RebindToSigned<D> di;
  const auto bits = hn::BitCast(di, x);
  // x = 2^e m with m in [sqrt(1/2), sqrt(2)).
  const auto shifted = hn::Sub(bits, hn::Set(di, 0x3F3504F3));
  const auto exponent = hn::ShiftRight<23>(shifted);
  const V e = hn::ConvertTo(d, exponent);
  const V m = hn::BitCast(d, hn::Sub(bits, hn::ShiftLeft<23>(exponent)));
  const V f = hn::Sub(m, hn::Set(d, 1.0f));
  const V p = Polynomial(f, hn::Set(d, 0.06915543562f), -0.1179405558f, 0.1187507942f, -0.1238380641f, 0.1421832702f,
                         -0.1666926962f, 0.2000224223f, -0.2499998645f, 0.3333331023f);
  const V f2 = hn::Mul(f, f);
  V y = hn::Mul(hn::Mul(f, f2), p);
  y = Fma(e, hn::Set(d, 1.42860677e-6f), y);
  y = Fma(f2, hn::Set(d, -0.5f), y);
  y = hn::Add(f, y);
  y = Fma(e, hn::Set(d, 0.693145751953125f), y);
  const V zero = hn::Zero(d), infinity = hn::Set(d, HUGE_VALF);
  y = hn::IfThenElse(hn::Eq(x, infinity), infinity, y);
  y = hn::IfThenElse(hn::Eq(x, zero), hn::Neg(infinity), y);
  return hn::IfThenElse(hn::Ge(x, zero), y, hn::Set(d, std::nanf("")));
}

/// 1 / (1 + exp(-x)), relative error below 4 ulp.
HWY_INLINE V Sigmoid(V x) {
  const V one = hn::Set(d, 1.0f);
  return hn::Div(one, hn::Add(one, Exp(hn::Neg(x))));
}

/// tanh(x), relative error below 4 ulp: an odd polynomial below 0.625, 1 - 2 / (exp(2 |x|) + 1) above.
HWY_INLINE V Tanh(V x) {
  const V one = hn::Set(d, 1.0f), magnitude = hn::Abs(x);
  const V large = hn::Sub(one, hn::Div(hn::Set(d, 2.0f), hn::Add(Exp(hn::Add(magnitude, magnitude)), one)));
  const V z = hn::Mul(x, x);
  const V p = Polynomial(z, hn::Set(d, 0.002149672337f), -0.008185268068f, 0.02170415749f, -0.05394745803f,
                         0.1333321222f, -0.3333333099f);
  const V small = Fma(hn::Mul(x, z), p, x);
  return hn::IfThenElse(hn::Lt(magnitude, hn::Set(d, 0.625f)), small, hn::CopySign(large, x));
}

/// x < 0 ? 0 : x, so that NaN stays NaN.
HWY_INLINE V Relu(V x) { return hn::IfThenZeroElse(hn::Lt(x, hn::Zero(d)), x); }

/// x within [low, high]; NaN stays NaN.
HWY_INLINE V Clamp(V x, float low, float high) {
  const V l = hn::Set(d, low), h = hn::Set(d, high);
  return hn::IfThenElse(hn::Lt(x, l), l, hn::IfThenElse(hn::Gt(x, h), h, x));
}

/// exp(x) - 1 for x <= 0 (above: that of 0), at most 3 ulp off; NaN for NaN.
HWY_INLINE V Expm1(V x) {
  const V clamped = Clamp(x, -87.0f, 0.0f);
  const V n = hn::Round(hn::Mul(clamped, hn::Set(d, 1.44269504f)));
  V r = Fma(n, hn::Set(d, -0.693145751953125f), clamped);  // as in Exp
  r = Fma(n, hn::Set(d, -1.42860677e-6f), r);
  const V p = Polynomial(r, hn::Set(d, 1.9916683e-4f), 1.394622123e-3f, 8.333267636e-3f, 4.166626768e-2f, 0.1666666685f,
                         0.5000000079f);
  const V e = Fma(hn::Mul(r, r), p, r);
  const hn::RebindToSigned<D> di;
  const V power = hn::BitCast(d, hn::ShiftLeft<23>(hn::Add(hn::ConvertTo(di, n), hn::Set(di, 127))));
  const V y = Fma(power, e, hn::Sub(power, hn::Set(d, 1.0f)));
  return hn::IfThenElse(hn::Eq(x, x), y, x);
}

/// log(1 + x) for 0 <= x <= 1, at most 4 ulp off.
HWY_INLINE V Log1p(V x) {
  const V one = hn::Set(d, 1.0f), sum = hn::Add(one, x);
  const V lost = hn::Sub(x, hn::Sub(sum, one));  // what the sum's rounding took away
  return hn::Add(Log(sum), hn::Div(lost, sum));
}

/// log(1 + exp(x)).
HWY_INLINE V Softplus(V x) { return hn::Add(Relu(x), Log1p(Exp(hn::Neg(hn::Abs(x))))); }

/// P(Z < x) = (1 + erf(x / sqrt(2))) / 2 of a standard normal Z, at most 1.2e-7 off, and below 0 to 1 part in 300,000
/// as far as x = -4. Own fit: log(1 - erf(t / sqrt(2))) is t times a polynomial.
HWY_INLINE V NormalCdf(V x) {
  const V t = Clamp(hn::Abs(x), 0.0f, 13.2f);  // beyond, exp gives 0
  const V q = Polynomial(t, hn::Set(d, -1.502574243e-08f), 4.730501075e-07f, -6.335360013e-06f, 4.582925249e-05f,
                         -0.0001697909465f, -4.870615157e-05f, 0.004873126745f, -0.03638716042f, -0.3182960749f,
                         -0.7978857756f);
  const V tail = hn::Mul(hn::Set(d, 0.5f), Exp(hn::Mul(t, q)));
  return hn::IfThenElse(hn::Lt(x, hn::Zero(d)), tail, hn::Sub(hn::Set(d, 1.0f), tail));
}

/// The 16 virtual lanes of a row, folded in a fixed tree.
struct LaneSum {
  V lanes[kLaneVectors];

  HWY_INLINE LaneSum() {
    for (auto& lane : lanes) lane = hn::Zero(d);
  }
  HWY_INLINE float Fold() const {
    V x[kLaneVectors];
    for (std::size_t v = 0; v < kLaneVectors; ++v) x[v] = lanes[v];
    for (std::size_t half = kLaneVectors / 2; half > 0; half /= 2)
      for (std::size_t v = 0; v < half; ++v) x[v] = hn::Add(x[v], x[v + half]);
    HWY_ALIGN float y[kLanes];
    hn::Store(x[0], d, y);
    for (std::size_t half = kLanes / 2; half > 0; half /= 2)
      for (std::size_t i = 0; i < half; ++i) y[i] += y[i + half];
    return y[0];
  }
};

/// Sums of kVectors vectors over `blocks` in a pairwise tree. `put(block, sums)` gives those of a block.
template <std::size_t kVectors, class Put>
HWY_INLINE void TreeSums(std::size_t blocks, const Put& put, V* HWY_RESTRICT total) {
  V partial[32][kVectors];  // partial[l]: a finished sum of 2^l blocks, where bit l of `finished` is set
  std::size_t finished = 0;
  while (finished < blocks) {
    V sum[kVectors];
    put(finished, sum);
    std::size_t level = 0;
    for (std::size_t bit = 1; finished & bit; bit *= 2, ++level)
      for (std::size_t i = 0; i < kVectors; ++i) sum[i] = hn::Add(partial[level][i], sum[i]);
    for (std::size_t i = 0; i < kVectors; ++i) partial[level][i] = sum[i];
    ++finished;
  }
  bool any = false;
  for (std::size_t level = 0; (finished >> level) != 0; ++level) {
    if (((finished >> level) & 1) == 0) continue;
    for (std::size_t i = 0; i < kVectors; ++i)
      total[i] = any ? hn::Add(partial[level][i], total[i]) : partial[level][i];
    any = true;
  }
}

/// Sums over the batch of kVectors vectors of columns: blocks of 16 rows in row order, then a pairwise tree over the
/// blocks. `term(row, i)` is vector i of the row.
template <std::size_t kVectors, class Term>
HWY_INLINE void BatchSums(std::size_t rows, const Term& term, V* HWY_RESTRICT total) {
  const auto put = [&](std::size_t block, V* HWY_RESTRICT sum) HWY_ATTR {
    const std::size_t row = block * kRowBlock, end = std::min(rows, row + kRowBlock);
    for (std::size_t i = 0; i < kVectors; ++i) sum[i] = term(row, i);
    for (std::size_t r = row + 1; r < end; ++r)
      for (std::size_t i = 0; i < kVectors; ++i) sum[i] = hn::Add(sum[i], term(r, i));
  };
  TreeSums<kVectors>((rows + kRowBlock - 1) / kRowBlock, put, total);
}

}  // namespace telar::compute::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif
