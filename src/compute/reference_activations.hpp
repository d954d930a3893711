// The definition of every activation and of its derivative, for any scalar.
#pragma once

#include <algorithm>
#include <cmath>

#include "compute/program.hpp"

namespace telar::compute::reference {

template <class T>
T sigmoid(T x) {
  return T(1) / (T(1) + std::exp(-x));
}
template <class T>
T softplus(T x) {
  return (x < 0 ? T(0) : x) + std::log1p(std::exp(-std::abs(x)));
}
/// P(Z < x) of a standard normal Z.
template <class T>
T normal_cdf(T x) {
  return std::erfc(-x * static_cast<T>(0.70710678118654752440)) / 2;
}
template <class T>
T clamped(T x, T low, T high) {
  return x < low ? low : x > high ? high : x;
}
/// sqrt(2 / pi) (x + 0.044715 x^3), and its derivative.
template <class T>
T gelu_inner(T x) {
  return static_cast<T>(0.79788456080286535588) * (x + static_cast<T>(0.044715) * x * x * x);
}
template <class T>
T gelu_inner_slope(T x) {
  return static_cast<T>(0.79788456080286535588) * (T(1) + static_cast<T>(3 * 0.044715) * x * x);
}

template <class T>
T act(Act a, T x) {
  const T scale = static_cast<T>(kSeluScale), alpha = static_cast<T>(kSeluAlpha), half = static_cast<T>(0.5);
  switch (a) {
    case Act::linear:
      return x;
    case Act::relu:
      return x < 0 ? T(0) : x;
    case Act::sigmoid:
      return sigmoid(x);
    case Act::tanh:
      return std::tanh(x);
    case Act::leaky_relu:
      return x > 0 ? x : static_cast<T>(kLeakySlope) * x;
    case Act::relu6:
      return clamped(x, T(0), T(6));
    case Act::elu:
      return x > 0 ? x : std::expm1(x);
    case Act::selu:
      return x > 0 ? scale * x : scale * alpha * std::expm1(x);
    case Act::softplus:
      return softplus(x);
    case Act::softsign:
      return x / (T(1) + std::abs(x));
    case Act::exponential:
      return std::exp(x);
    case Act::hard_sigmoid:
      return clamped(x + T(3), T(0), T(6)) / T(6);
    case Act::hard_tanh:
      return clamped(x, T(-1), T(1));
    case Act::hard_shrink:
      return std::abs(x) <= half ? T(0) : x;
    case Act::soft_shrink:
      return x - clamped(x, -half, half);
    case Act::log_sigmoid:
      return -softplus(-x);
    case Act::squareplus: {
      const T sum = std::sqrt(x * x + T(4)) + std::abs(x);
      return x > 0 ? sum / 2 : T(2) / sum;
    }
    case Act::sparse_plus:
      return x > 1 ? x : clamped(x + T(1), T(0), T(2)) * clamped(x + T(1), T(0), T(2)) / 4;
    case Act::sparse_sigmoid:
      return clamped(x + T(1), T(0), T(2)) / 2;
    case Act::silu:
      return x * sigmoid(x);
    case Act::gelu:
      return x * normal_cdf(x);
    case Act::gelu_tanh:
      return x * (T(1) + std::tanh(gelu_inner(x))) / 2;
    case Act::hard_silu:
      return x * act(Act::hard_sigmoid, x);
    case Act::mish:
      return x * std::tanh(softplus(x));
    case Act::tanh_shrink:
      return x - std::tanh(x);
  }
  return x;
}

/// act' from v: the activation's input if takes_input(a), else its output.
template <class T>
T slope(Act a, T v) {
  const T scale = static_cast<T>(kSeluScale), alpha = static_cast<T>(kSeluAlpha), half = static_cast<T>(0.5);
  switch (a) {
    case Act::linear:
      return T(1);
    case Act::relu:
      return v > 0 ? T(1) : T(0);
    case Act::sigmoid:
      return v * (T(1) - v);
    case Act::tanh:
      return T(1) - v * v;
    case Act::leaky_relu:
      return v > 0 ? T(1) : static_cast<T>(kLeakySlope);
    case Act::relu6:
      return v > 0 && v < 6 ? T(1) : T(0);
    case Act::elu:
      return v > 0 ? T(1) : v + T(1);
    case Act::selu:
      return v > 0 ? scale : v + scale * alpha;
    case Act::softplus:
      return -std::expm1(-v);
    case Act::softsign:
      return (T(1) - std::abs(v)) * (T(1) - std::abs(v));
    case Act::exponential:
      return v;
    case Act::hard_sigmoid:
      return v > 0 && v < 1 ? T(1) / T(6) : T(0);
    case Act::hard_tanh:
      return v > -1 && v < 1 ? T(1) : T(0);
    case Act::hard_shrink:
    case Act::soft_shrink:
      return v == 0 ? T(0) : T(1);
    case Act::log_sigmoid:
      return -std::expm1(v);
    case Act::squareplus:
      return T(1) / (T(1) + T(1) / (v * v));
    case Act::sparse_plus:
      return v < 1 ? std::sqrt(v) : T(1);
    case Act::sparse_sigmoid:
      return v > 0 && v < 1 ? half : T(0);
    case Act::silu:
      return sigmoid(v) * (T(1) + v * (T(1) - sigmoid(v)));
    case Act::gelu:
      return normal_cdf(v) + v * std::exp(-v * v / 2) * static_cast<T>(0.39894228040143267794);
    case Act::gelu_tanh: {
      const T y = std::tanh(gelu_inner(v));
      return half * (T(1) + y) + half * v * (T(1) - y * y) * gelu_inner_slope(v);
    }
    case Act::hard_silu:
      return v <= -3 ? T(0) : v >= 3 ? T(1) : (T(2) * v + T(3)) / T(6);
    case Act::mish: {
      const T y = std::tanh(softplus(v));
      return y + v * (T(1) - y * y) * sigmoid(v);
    }
    case Act::tanh_shrink:
      return std::tanh(v) * std::tanh(v);
  }
  return T(1);
}

}  // namespace telar::compute::reference
