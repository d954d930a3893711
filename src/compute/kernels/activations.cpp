// The activations and their derivatives.
#include "compute/kernels/targets.hpp"
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "compute/kernels/activations.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "compute/kernels/elementwise-inl.h"

HWY_BEFORE_NAMESPACE();
namespace telar::compute::HWY_NAMESPACE {

HWY_INLINE V Constant(float x) { return hn::Set(d, x); }
HWY_INLINE auto Positive(V x) { return hn::Gt(x, hn::Zero(d)); }
HWY_INLINE auto Between(V x, float low, float high) {
  return hn::And(hn::Gt(x, Constant(low)), hn::Lt(x, Constant(high)));
}

/// relu6(x + 3) / 6.
HWY_INLINE V HardSigmoid(V x) { return hn::Div(Clamp(hn::Add(x, Constant(3)), 0, 6), Constant(6)); }

/// tanh(softplus(x)) = n / (n + 2) with n = e (e + 2), e = exp(x).
struct Mish {
  V e, n;
  HWY_INLINE explicit Mish(V x) : e(Exp(Clamp(x, -100, 20))), n(hn::Mul(e, hn::Add(e, Constant(2)))) {}
  HWY_INLINE V Share() const { return hn::Div(n, hn::Add(n, Constant(2))); }
};

/// sigmoid(2 u) and sigmoid(-2 u) with u = sqrt(2 / pi) (x + 0.044715 x^3), and 2 u' (Hendrycks and Gimpel 2016).
struct GeluTanh {
  static constexpr float kDouble = 1.5957691216f;  // 2 sqrt(2 / pi)
  V sigmoid, rest, slope;
  HWY_INLINE explicit GeluTanh(V x) {
    const V square = hn::Mul(x, x);
    const V inner = hn::Mul(hn::Mul(Constant(kDouble), x), Fma(square, Constant(0.044715f), Constant(1)));
    sigmoid = Sigmoid(inner);
    rest = Sigmoid(hn::Neg(inner));
    slope = hn::Mul(Constant(kDouble), Fma(square, Constant(3 * 0.044715f), Constant(1)));
  }
};

void Activate(Act act, const float* bias, const float* in, float* out, std::size_t count) {
  const auto each = [&](auto f) HWY_ATTR {
    if (bias != nullptr) {
      for (std::size_t i = 0; i < count; i += kLanes)
        hn::Store(f(hn::Add(hn::Load(d, in + i), hn::Load(d, bias + i))), d, out + i);
    } else {
      for (std::size_t i = 0; i < count; i += kLanes) hn::Store(f(hn::Load(d, in + i)), d, out + i);
    }
  };
  switch (act) {
    case Act::linear:
      if (bias != nullptr || in != out) each([](V x) HWY_ATTR { return x; });
      return;
    case Act::relu:
      return each([](V x) HWY_ATTR { return Relu(x); });
    case Act::sigmoid:
      return each([](V x) HWY_ATTR { return Sigmoid(x); });
    case Act::tanh:
      return each([](V x) HWY_ATTR { return Tanh(x); });
    case Act::leaky_relu:
      return each([](V x) HWY_ATTR { return hn::IfThenElse(Positive(x), x, hn::Mul(x, Constant(kLeakySlope))); });
    case Act::relu6:
      return each([](V x) HWY_ATTR { return Clamp(x, 0, 6); });
    case Act::elu:
      return each([](V x) HWY_ATTR { return hn::IfThenElse(Positive(x), x, Expm1(x)); });
    case Act::selu:
      return each([](V x) HWY_ATTR {
        return hn::IfThenElse(Positive(x), hn::Mul(x, Constant(kSeluScale)),
                              hn::Mul(Expm1(x), Constant(kSeluScale * kSeluAlpha)));
      });
    case Act::softplus:
      return each([](V x) HWY_ATTR { return Softplus(x); });
    case Act::softsign:
      return each([](V x) HWY_ATTR { return hn::Div(x, hn::Add(Constant(1), hn::Abs(x))); });
    case Act::exponential:
      return each([](V x) HWY_ATTR { return Exp(x); });
    case Act::hard_sigmoid:
      return each([](V x) HWY_ATTR { return HardSigmoid(x); });
    case Act::hard_tanh:
      return each([](V x) HWY_ATTR { return Clamp(x, -1, 1); });
    case Act::hard_shrink:
      return each([](V x) HWY_ATTR { return hn::IfThenZeroElse(hn::Le(hn::Abs(x), Constant(0.5f)), x); });
    case Act::soft_shrink:
      return each([](V x) HWY_ATTR { return hn::Sub(x, Clamp(x, -0.5f, 0.5f)); });
    case Act::log_sigmoid:
      return each([](V x) HWY_ATTR { return hn::Neg(Softplus(hn::Neg(x))); });
    case Act::squareplus:
      return each([](V x) HWY_ATTR {
        const V sum = hn::Add(hn::Sqrt(Fma(x, x, Constant(4))), hn::Abs(x));
        return hn::IfThenElse(Positive(x), hn::Mul(sum, Constant(0.5f)), hn::Div(Constant(2), sum));
      });
    case Act::sparse_plus:
      return each([](V x) HWY_ATTR {
        const V root = Clamp(hn::Add(x, Constant(1)), 0, 2);
        return hn::IfThenElse(hn::Gt(x, Constant(1)), x, hn::Mul(Constant(0.25f), hn::Mul(root, root)));
      });
    case Act::sparse_sigmoid:
      return each([](V x) HWY_ATTR { return hn::Mul(Constant(0.5f), Clamp(hn::Add(x, Constant(1)), 0, 2)); });
    case Act::silu:
      return each([](V x) HWY_ATTR { return hn::Mul(x, Sigmoid(x)); });
    case Act::gelu:
      return each([](V x) HWY_ATTR { return hn::Mul(x, NormalCdf(x)); });
    case Act::gelu_tanh:
      return each([](V x) HWY_ATTR { return hn::Mul(x, GeluTanh(x).sigmoid); });
    case Act::hard_silu:
      return each([](V x) HWY_ATTR { return hn::Mul(x, HardSigmoid(x)); });
    case Act::mish:
      return each([](V x) HWY_ATTR { return hn::Mul(x, Mish(x).Share()); });
    case Act::tanh_shrink:
      return each([](V x) HWY_ATTR { return hn::Sub(x, Tanh(x)); });
  }
}

void Derive(Act act, const float* from, float* delta, std::size_t count) {
  const auto each = [&](auto f) HWY_ATTR {
    for (std::size_t i = 0; i < count; i += kLanes)
      hn::Store(f(hn::Load(d, from + i), hn::Load(d, delta + i)), d, delta + i);
  };
  switch (act) {
    case Act::linear:
      return;
    case Act::relu:
      return each([](V y, V g) HWY_ATTR { return ReluGrad(y, g); });
    case Act::sigmoid:
      return each([](V y, V g) HWY_ATTR { return hn::Mul(g, hn::Mul(y, hn::Sub(Constant(1), y))); });
    case Act::tanh:
      return each([](V y, V g) HWY_ATTR { return hn::Mul(g, hn::Sub(Constant(1), hn::Mul(y, y))); });
    case Act::leaky_relu:
      return each([](V y, V g) HWY_ATTR { return hn::IfThenElse(Positive(y), g, hn::Mul(g, Constant(kLeakySlope))); });
    case Act::relu6:
      return each([](V y, V g) HWY_ATTR { return hn::IfThenElseZero(Between(y, 0, 6), g); });
    case Act::elu:
      return each([](V y, V g)
                      HWY_ATTR { return hn::IfThenElse(Positive(y), g, hn::Mul(g, hn::Add(y, Constant(1)))); });
    case Act::selu:
      return each([](V y, V g) HWY_ATTR {
        const V below = hn::Add(y, Constant(kSeluScale * kSeluAlpha));
        return hn::Mul(g, hn::IfThenElse(Positive(y), Constant(kSeluScale), below));
      });
    case Act::softplus:
      return each([](V y, V g) HWY_ATTR { return hn::Mul(hn::Neg(g), Expm1(hn::Neg(y))); });
    case Act::softsign:
      return each([](V y, V g) HWY_ATTR {
        const V rest = hn::Sub(Constant(1), hn::Abs(y));
        return hn::Mul(g, hn::Mul(rest, rest));
      });
    case Act::exponential:
      return each([](V y, V g) HWY_ATTR { return hn::Mul(g, y); });
    case Act::hard_sigmoid:
      return each([](V y, V g) HWY_ATTR { return hn::IfThenElseZero(Between(y, 0, 1), hn::Div(g, Constant(6))); });
    case Act::hard_tanh:
      return each([](V y, V g) HWY_ATTR { return hn::IfThenElseZero(Between(y, -1, 1), g); });
    case Act::hard_shrink:
    case Act::soft_shrink:
      return each([](V y, V g) HWY_ATTR { return hn::IfThenZeroElse(hn::Eq(y, hn::Zero(d)), g); });
    case Act::log_sigmoid:
      return each([](V y, V g) HWY_ATTR { return hn::Mul(hn::Neg(g), Expm1(y)); });
    case Act::squareplus:
      return each([](V y, V g)
                      HWY_ATTR { return hn::Div(g, hn::Add(Constant(1), hn::Div(Constant(1), hn::Mul(y, y)))); });
    case Act::sparse_plus:
      return each([](V y, V g) HWY_ATTR { return hn::IfThenElse(hn::Lt(y, Constant(1)), hn::Mul(g, hn::Sqrt(y)), g); });
    case Act::sparse_sigmoid:
      return each([](V y, V g) HWY_ATTR { return hn::IfThenElseZero(Between(y, 0, 1), hn::Mul(g, Constant(0.5f))); });
    case Act::silu:
      return each([](V x, V g) HWY_ATTR {
        const V s = Sigmoid(x);
        return hn::Mul(g, hn::Mul(s, Fma(x, hn::Sub(Constant(1), s), Constant(1))));
      });
    case Act::gelu:
      return each([](V x, V g) HWY_ATTR {
        const V density = hn::Mul(Constant(0.3989422804f), Exp(hn::Mul(Constant(-0.5f), hn::Mul(x, x))));
        return hn::Mul(g, Fma(x, density, NormalCdf(x)));
      });
    case Act::gelu_tanh:
      return each([](V x, V g) HWY_ATTR {
        const GeluTanh gelu(x);
        return hn::Mul(g, hn::Mul(gelu.sigmoid, Fma(hn::Mul(x, gelu.rest), gelu.slope, Constant(1))));
      });
    case Act::hard_silu:
      return each([](V x, V g) HWY_ATTR {
        const V middle = hn::Div(Fma(x, Constant(2), Constant(3)), Constant(6));
        const V slope = hn::IfThenElse(hn::Ge(x, Constant(3)), Constant(1), middle);
        return hn::Mul(g, hn::IfThenZeroElse(hn::Le(x, Constant(-3)), slope));
      });
    case Act::mish:
      return each([](V x, V g) HWY_ATTR {
        const Mish mish(x);
        const V e1 = hn::Add(mish.e, Constant(1)), n2 = hn::Add(mish.n, Constant(2));
        const V inner = hn::Div(hn::Mul(Constant(4), hn::Mul(mish.e, e1)), hn::Mul(n2, n2));
        return hn::Mul(g, Fma(x, inner, mish.Share()));
      });
    case Act::tanh_shrink:
      return each([](V x, V g) HWY_ATTR {
        const V y = Tanh(x);
        return hn::Mul(g, hn::Mul(y, y));
      });
  }
}

}  // namespace telar::compute::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
