// Element-wise operations: activations and their gradients, scaling, dropout.
#if defined(TELAR_ELEMENTWISE_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef TELAR_ELEMENTWISE_INL_H_
#undef TELAR_ELEMENTWISE_INL_H_
#else
#define TELAR_ELEMENTWISE_INL_H_
#endif

#include "base/random.hpp"
#include "compute/kernels/math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace telar::compute::HWY_NAMESPACE {

/// out = act(in + bias) for `count` numbers, a multiple of the panel; bias may be null; out may be in.
HWY_INLINE void Activate(Act act, const float* bias, const float* in, float* out, std::size_t count) {
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
      each([](V x) HWY_ATTR { return Relu(x); });
      return;
    case Act::sigmoid:
      each([](V x) HWY_ATTR { return Sigmoid(x); });
      return;
    case Act::tanh:
      each([](V x) HWY_ATTR { return Tanh(x); });
      return;
  }
}

/// delta *= act'(.), from the outputs y of the activation.
HWY_INLINE void Derive(Act act, const float* y, float* delta, std::size_t count) {
  const auto each = [&](auto f) HWY_ATTR {
    for (std::size_t i = 0; i < count; i += kLanes)
      hn::Store(f(hn::Load(d, y + i), hn::Load(d, delta + i)), d, delta + i);
  };
  switch (act) {
    case Act::linear:
      return;
    case Act::relu:
      each([](V a, V g) HWY_ATTR { return hn::IfThenElseZero(hn::Gt(a, hn::Zero(d)), g); });
      return;
    case Act::sigmoid:
      each([](V a, V g) HWY_ATTR { return hn::Mul(g, hn::Mul(a, hn::Sub(hn::Set(d, 1.0f), a))); });
      return;
    case Act::tanh:
      each([](V a, V g) HWY_ATTR { return hn::Mul(g, hn::Sub(hn::Set(d, 1.0f), hn::Mul(a, a))); });
      return;
  }
}

HWY_NOINLINE void Run(const AffineOp& op, const Frame& frame) {
  const V scale = hn::Set(d, op.scale), offset = hn::Set(d, op.offset);
  const Share share(frame, static_cast<std::size_t>(frame.input->rows));
  for (std::size_t r = share.begin; r < share.end; ++r) {
    const float* in = frame.at(op.in.at) + r * static_cast<std::size_t>(op.in.stride);
    float* out = frame.at(op.out.at) + r * static_cast<std::size_t>(op.out.stride);
    for (std::size_t i = 0; i < padded(op.in.columns); i += kLanes)
      hn::Store(hn::Add(hn::Mul(hn::Load(d, in + i), scale), offset), d, out + i);
  }
}

HWY_NOINLINE void Run(const AffineGradOp& op, const Frame& frame) {
  const V scale = hn::Set(d, op.scale);
  const Share share(frame, static_cast<std::size_t>(frame.input->rows));
  for (std::size_t r = share.begin; r < share.end; ++r) {
    float* delta = frame.at(op.delta.at) + r * static_cast<std::size_t>(op.delta.stride);
    for (std::size_t i = 0; i < padded(op.delta.columns); i += kLanes)
      hn::Store(hn::Mul(hn::Load(d, delta + i), scale), d, delta + i);
  }
}

HWY_NOINLINE void Run(const ActivationOp& op, const Frame& frame) {
  const Share share(frame, static_cast<std::size_t>(frame.input->rows));
  for (std::size_t r = share.begin; r < share.end; ++r)
    Activate(op.act, nullptr, frame.at(op.in.at) + r * static_cast<std::size_t>(op.in.stride),
             frame.at(op.out.at) + r * static_cast<std::size_t>(op.out.stride), padded(op.in.columns));
}

HWY_NOINLINE void Run(const ActivationGradOp& op, const Frame& frame) {
  const Share share(frame, static_cast<std::size_t>(frame.input->rows));
  for (std::size_t r = share.begin; r < share.end; ++r)
    Derive(op.act, frame.at(op.y.at) + r * static_cast<std::size_t>(op.y.stride),
           frame.at(op.delta.at) + r * static_cast<std::size_t>(op.delta.stride), padded(op.delta.columns));
}

HWY_NOINLINE void Run(const DropoutOp& op, const Frame& frame) {
  const std::size_t columns = static_cast<std::size_t>(op.in.columns);
  const float keep = op.rate < 1 ? 1.0f / (1.0f - op.rate) : 0.0f;
  // u < rate drops, with u in [0, 1) a multiple of 2^-32.
  const std::uint64_t threshold = static_cast<std::uint64_t>(static_cast<double>(op.rate) * 0x1p32);
  const Share share(frame, static_cast<std::size_t>(frame.input->rows));
  for (std::size_t r = share.begin; r < share.end; ++r) {
    const float* in = frame.at(op.in.at) + r * static_cast<std::size_t>(op.in.stride);
    float* out = frame.at(op.out.at) + r * static_cast<std::size_t>(op.out.stride);
    float* mask = frame.at(op.mask.at) + r * static_cast<std::size_t>(op.mask.stride);
    std::array<std::uint32_t, 4> bits{};
    std::uint64_t block = ~std::uint64_t{0};
    for (std::size_t c = 0; c < columns; ++c) {
      const std::uint64_t index = r * columns + c;
      if (index / 4 != block) bits = Random::block(op.key, block = index / 4, frame.input->step);
      mask[c] = bits[index % 4] < threshold ? 0.0f : keep;
      out[c] = mask[c] == 0.0f ? 0.0f : in[c] * mask[c];
    }
  }
}

HWY_NOINLINE void Run(const DropoutGradOp& op, const Frame& frame) {
  const Share share(frame, static_cast<std::size_t>(frame.input->rows));
  for (std::size_t r = share.begin; r < share.end; ++r) {
    const float* mask = frame.at(op.mask.at) + r * static_cast<std::size_t>(op.mask.stride);
    float* delta = frame.at(op.delta.at) + r * static_cast<std::size_t>(op.delta.stride);
    for (std::size_t i = 0; i < padded(op.delta.columns); i += kLanes)
      hn::Store(hn::Mul(hn::Load(d, delta + i), hn::Load(d, mask + i)), d, delta + i);
  }
}

}  // namespace telar::compute::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif
