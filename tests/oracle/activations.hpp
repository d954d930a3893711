// Activations as a textbook has them: values and derivatives.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>
#include <vector>

#include <telar/layers.hpp>

#include "oracle/batch.hpp"

namespace telar::oracle {

/// An activation at one place: its value and its derivative.
struct Point {
  double value, slope;
};

inline Point softplus(double z) {
  return {std::max(z, 0.0) + std::log1p(std::exp(-std::abs(z))), 1 / (1 + std::exp(-z))};
}

/// Keras's element-wise activations, by their formulas.
inline Point activate(Activation activation, double z) {
  const double sigmoid = 1 / (1 + std::exp(-z)), tanh = std::tanh(z), pi = std::acos(-1.0);
  const double selu_scale = 1.0507009873554805, selu_alpha = 1.6732632423543772;
  switch (activation) {
    case Activation::relu:
      return z > 0 ? Point{z, 1} : Point{0, 0};
    case Activation::sigmoid:
      return {sigmoid, sigmoid * (1 - sigmoid)};
    case Activation::tanh:
      return {tanh, 1 - tanh * tanh};
    case Activation::leaky_relu:
      return z > 0 ? Point{z, 1} : Point{0.2 * z, 0.2};
    case Activation::relu6:
      return z <= 0 ? Point{0, 0} : z >= 6 ? Point{6, 0} : Point{z, 1};
    case Activation::elu:
    case Activation::celu:
      return z > 0 ? Point{z, 1} : Point{std::exp(z) - 1, std::exp(z)};
    case Activation::selu:
      return z > 0 ? Point{selu_scale * z, selu_scale}
                   : Point{selu_scale * selu_alpha * (std::exp(z) - 1), selu_scale * selu_alpha * std::exp(z)};
    case Activation::softplus:
      return softplus(z);
    case Activation::softsign:
      return {z / (1 + std::abs(z)), 1 / ((1 + std::abs(z)) * (1 + std::abs(z)))};
    case Activation::exponential:
      return {std::exp(z), std::exp(z)};
    case Activation::hard_sigmoid:
      return z <= -3 ? Point{0, 0} : z >= 3 ? Point{1, 0} : Point{(z + 3) / 6, 1.0 / 6};
    case Activation::hard_tanh:
      return z <= -1 ? Point{-1, 0} : z >= 1 ? Point{1, 0} : Point{z, 1};
    case Activation::hard_shrink:
      return std::abs(z) > 0.5 ? Point{z, 1} : Point{0, 0};
    case Activation::soft_shrink:
      return z > 0.5 ? Point{z - 0.5, 1} : z < -0.5 ? Point{z + 0.5, 1} : Point{0, 0};
    case Activation::log_sigmoid:
      return {-softplus(-z).value, softplus(-z).slope};
    case Activation::squareplus:
      return {(z + std::sqrt(z * z + 4)) / 2, (1 + z / std::sqrt(z * z + 4)) / 2};
    case Activation::sparse_plus:
      return z <= -1 ? Point{0, 0} : z >= 1 ? Point{z, 1} : Point{(z + 1) * (z + 1) / 4, (z + 1) / 2};
    case Activation::sparse_sigmoid:
      return z <= -1 ? Point{0, 0} : z >= 1 ? Point{1, 0} : Point{(z + 1) / 2, 0.5};
    case Activation::silu:
      return {z * sigmoid, sigmoid + z * sigmoid * (1 - sigmoid)};
    case Activation::gelu: {
      const double phi = (1 + std::erf(z / std::sqrt(2.0))) / 2;
      return {z * phi, phi + z * std::exp(-z * z / 2) / std::sqrt(2 * pi)};
    }
    case Activation::gelu_tanh: {
      const double t = std::tanh(std::sqrt(2 / pi) * (z + 0.044715 * z * z * z));
      return {z * (1 + t) / 2, (1 + t) / 2 + z / 2 * (1 - t * t) * std::sqrt(2 / pi) * (1 + 3 * 0.044715 * z * z)};
    }
    case Activation::hard_silu:
      return z <= -3 ? Point{0, 0} : z >= 3 ? Point{z, 1} : Point{z * (z + 3) / 6, (2 * z + 3) / 6};
    case Activation::mish: {
      const double t = std::tanh(softplus(z).value);
      return {z * t, t + z * (1 - t * t) * sigmoid};
    }
    case Activation::tanh_shrink:
      return {z - tanh, tanh * tanh};
    case Activation::linear:
    case Activation::softmax:
    case Activation::log_softmax:
    case Activation::sparsemax:
      break;
  }
  return {z, 1};
}

inline bool takes_a_row(Activation activation) {
  return activation == Activation::softmax || activation == Activation::log_softmax ||
         activation == Activation::sparsemax;
}

/// What sparsemax takes from each number of a row: found by halving, as the sum of the positive rests falls with it.
inline double sparsemax_threshold(const Matrix& z, int r) {
  double low = -std::numeric_limits<double>::infinity(), high = low;
  for (int c = 0; c < z.columns; ++c) high = std::max(high, z(r, c));
  low = high - 1;
  for (int i = 0; i < 200; ++i) {
    const double middle = (low + high) / 2;
    double sum = 0;
    for (int c = 0; c < z.columns; ++c) sum += std::max(z(r, c) - middle, 0.0);
    (sum > 1 ? low : high) = middle;
  }
  return high;
}

inline Matrix activate(Activation activation, const Matrix& z) {
  Matrix y = z;
  for (int r = 0; r < z.rows; ++r) {
    double sum = 0, largest = -std::numeric_limits<double>::infinity();
    for (int c = 0; c < z.columns; ++c) largest = std::max(largest, z(r, c));
    for (int c = 0; c < z.columns; ++c) sum += std::exp(z(r, c) - largest);
    const double threshold = sparsemax_threshold(z, r);
    for (int c = 0; c < z.columns; ++c) {
      const double v = z(r, c);
      y(r, c) = activation == Activation::softmax       ? std::exp(v - largest) / sum
                : activation == Activation::log_softmax ? v - largest - std::log(sum)
                : activation == Activation::sparsemax   ? std::max(v - threshold, 0.0)
                                                        : activate(activation, v).value;
    }
  }
  return y;
}

/// From z, y = activation(z) and dL/dy: dL/dz.
inline Matrix activation_gradient(Activation activation, const Matrix& z, const Matrix& y, const Matrix& dy) {
  Matrix dz = dy;
  for (int r = 0; r < y.rows; ++r) {
    double dot = 0, sum = 0, chosen = 0, chosen_sum = 0;
    for (int c = 0; c < y.columns; ++c) {
      dot += y(r, c) * dy(r, c);
      sum += dy(r, c);
      if (y(r, c) > 0) chosen += 1, chosen_sum += dy(r, c);
    }
    for (int c = 0; c < y.columns; ++c) {
      const double v = y(r, c);
      if (!takes_a_row(activation)) {
        dz(r, c) *= activation == Activation::linear ? 1 : activate(activation, z(r, c)).slope;
      } else if (activation == Activation::softmax) {
        dz(r, c) = v * (dy(r, c) - dot);
      } else if (activation == Activation::log_softmax) {
        dz(r, c) -= std::exp(v) * sum;
      } else {
        dz(r, c) = v > 0 ? dy(r, c) - chosen_sum / chosen : 0;
      }
    }
  }
  return dz;
}

}  // namespace telar::oracle
