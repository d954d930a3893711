// The definition of UpdateRule: what one weight's step is, for any scalar.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "compute/step.hpp"

namespace telar::compute::reference {

/// Of the weight at `weight`, whose first, second, third slot follow at distances of `stride`, with its gradient, or
/// direction, g.
template <class T>
void take_step(T* weight, std::size_t stride, T g, bool decays, const UpdateRule& rule, const StepInput& input) {
  using Kind = UpdateRule::Kind;
  T& w = *weight;
  const T rate = static_cast<T>(input.rate), momentum = static_cast<T>(rule.momentum),
          c1 = static_cast<T>(rule.one_minus_beta_1), c2 = static_cast<T>(rule.one_minus_beta_2),
          epsilon = static_cast<T>(rule.epsilon);
  const auto slot = [&](std::size_t s) -> T& { return weight[s * stride]; };
  if (rule.kind != Kind::gradient) {
    const T clip = static_cast<T>(rule.clip);
    if (!rule.directs()) g = g > clip ? clip : g < -clip ? -clip : g;
    if (decays) w -= static_cast<T>(input.decay) * w;
  }
  switch (rule.kind) {
    case Kind::gradient:
      slot(1) = g;
      return;
    case Kind::sgd:
    case Kind::lamb:
    case Kind::adafactor:
    case Kind::muon:
      w -= rate * g;
      return;
    case Kind::momentum:
      w += slot(1) = momentum * slot(1) - rate * g;
      return;
    case Kind::nesterov:
      slot(1) = momentum * slot(1) - rate * g;
      w += momentum * slot(1) - rate * g;
      return;
    case Kind::adam:
    case Kind::amsgrad: {
      T &m = slot(1), &v = slot(2);
      m += (g - m) * c1;
      v += (g * g - v) * c2;
      T second = v;
      if (rule.kind == Kind::amsgrad) second = slot(3) = std::max(slot(3), v);
      w -= rate * (m / (std::sqrt(second) + epsilon));
      return;
    }
    case Kind::rmsprop:
    case Kind::rmsprop_momentum:
    case Kind::centered_rmsprop:
    case Kind::centered_rmsprop_momentum: {
      const bool moves = rule.kind == Kind::rmsprop_momentum || rule.kind == Kind::centered_rmsprop_momentum;
      T variance = slot(1) += (g * g - slot(1)) * c2;
      if (rule.kind == Kind::centered_rmsprop || rule.kind == Kind::centered_rmsprop_momentum) {
        T& mean = slot(moves ? 3 : 2);
        mean += (g - mean) * c2;
        variance -= mean * mean;
      }
      T step = rate * g / std::sqrt(variance + epsilon);
      if (moves) step = slot(2) = momentum * slot(2) + step;
      w -= step;
      return;
    }
    case Kind::nadam: {
      T &m = slot(1), &v = slot(2);
      m += (g - m) * c1;
      v += (g * g - v) * c2;
      w -= (rate * m + static_cast<T>(input.gradient_rate) * g) /
           (std::sqrt(v * static_cast<T>(input.correction)) + epsilon);
      return;
    }
    case Kind::adamax: {
      T &m = slot(1), &v = slot(2);
      m += (g - m) * c1;
      v = std::max(v - v * c2, std::abs(g));
      w -= rate * (m / (v + epsilon));
      return;
    }
    case Kind::adagrad:
      slot(1) += g * g;
      w -= rate * (g / std::sqrt(slot(1) + epsilon));
      return;
    case Kind::adadelta: {
      slot(1) += (g * g - slot(1)) * c2;
      const T step = std::sqrt(slot(2) + epsilon) * (g / std::sqrt(slot(1) + epsilon));
      slot(2) += (step * step - slot(2)) * c2;
      w -= rate * step;
      return;
    }
    case Kind::lion: {
      const T direction = slot(1) + (g - slot(1)) * c1;
      slot(1) += (g - slot(1)) * c2;
      w -= rate * (direction > 0 ? T(1) : direction < 0 ? T(-1) : direction);
      return;
    }
    case Kind::ftrl: {
      if (rate == 0) return;
      const T power = static_cast<T>(rule.power), l1 = static_cast<T>(rule.l1);
      const T old = slot(1), sum = old + g * g, root = std::pow(sum, power);
      T& z = slot(2);
      z += g + static_cast<T>(rule.shrinkage) * w - (root - std::pow(old, power)) / rate * w;
      slot(1) = sum;
      w = std::abs(z) <= l1
              ? T(0)
              : (std::copysign(l1, z) - z) / ((root + static_cast<T>(rule.beta)) / rate + static_cast<T>(rule.l2));
      return;
    }
  }
}

}  // namespace telar::compute::reference
