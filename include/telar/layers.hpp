// The layers of a Sequential: plain data, Keras's names and defaults (keras.io/api/layers).
#pragma once

#include <string>
#include <variant>
#include <vector>

#include <telar/initializers.hpp>

namespace telar {

/// Element-wise activations, and softmax over the last axis.
enum class Activation { linear, relu, sigmoid, tanh, softmax };

/// The shape of one sample, without the batch axis: `Input{28, 28}`, `Input{784}`. Every extent is at least 1.
struct Input {
  std::vector<int> shape;

  Input() = default;
  template <class... Extent>
  explicit Input(int first, Extent... rest) : shape{first, static_cast<int>(rest)...} {}
  explicit Input(std::vector<int> extents) : shape(std::move(extents)) {}
};

/// y = x * scale + offset, element by element. Shape unchanged.
struct Rescaling {
  double scale = 1.0;
  double offset = 0.0;
  std::string name{};
};

/// (d1, d2, ...) -> (d1 * d2 * ...), in C order.
struct Flatten {
  std::string name{};
};

/// y = activation(x . kernel + bias) over the last axis; kernel is (in, units), bias (units).
/// Takes samples of rank 1: put a Flatten before it for images.
struct Dense {
  int units = 0;
  Activation activation = Activation::linear;
  bool use_bias = true;
  Initializer kernel_initializer = GlorotUniform{};
  Initializer bias_initializer = Zeros{};
  bool trainable = true;
  std::string name{};
};

/// An activation as a layer of its own (Keras's `Activation` layer). Shape unchanged.
struct ActivationLayer {
  Activation activation = Activation::linear;
  std::string name{};
};

/// Normalises each feature over the batch while training (biased variance), by moving averages otherwise, and always by
/// moving averages if `trainable` is false. y = gamma * (x - mean) / sqrt(variance + epsilon) + beta.
/// Variables (features): gamma, beta, moving_mean, moving_variance.
struct BatchNormalization {
  double momentum = 0.99;
  double epsilon = 1e-3;
  bool center = true;
  bool scale = true;
  Initializer beta_initializer = Zeros{};
  Initializer gamma_initializer = Ones{};
  Initializer moving_mean_initializer = Zeros{};
  Initializer moving_variance_initializer = Ones{};
  bool trainable = true;
  std::string name{};
};

/// While training: each element is 0 with probability `rate`, otherwise x / (1 - rate). Identity elsewhere. 0 <= rate
/// <= 1.
struct Dropout {
  double rate = 0.0;
  std::string name{};
};

/// One layer. An empty `name` becomes Keras's automatic one: dense, dense_1, batch_normalization, ...
struct Layer : std::variant<Rescaling, Flatten, Dense, ActivationLayer, BatchNormalization, Dropout> {
  using variant::variant;
  using Alternatives = variant;
};

}  // namespace telar
