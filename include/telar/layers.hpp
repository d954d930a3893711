// The layers of a Sequential: plain data, Keras's names and defaults (keras.io/api/layers).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include <telar/constraints.hpp>
#include <telar/custom_layer.hpp>
#include <telar/image_layers.hpp>
#include <telar/initializers.hpp>
#include <telar/normalization_layers.hpp>
#include <telar/regularizers.hpp>

namespace telar {

/// Keras's activations (keras.io/api/layers/activations) with its default constants, element by element but for
/// softmax, log_softmax and sparsemax, which take a sample's one axis. gelu is that of the error function, gelu_tanh
/// Keras's gelu(approximate=True). Files may also say swish for silu and hard_swish for hard_silu.
enum class Activation {
  linear,
  relu,
  sigmoid,
  tanh,
  softmax,
  leaky_relu,
  relu6,
  elu,
  selu,
  celu,
  softplus,
  softsign,
  exponential,
  hard_sigmoid,
  hard_tanh,
  hard_shrink,
  soft_shrink,
  log_sigmoid,
  squareplus,
  sparse_plus,
  sparse_sigmoid,
  silu,
  gelu,
  gelu_tanh,
  hard_silu,
  mish,
  tanh_shrink,
  log_softmax,
  sparsemax
};

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

/// The same numbers in the shape `target_shape`, in C order. One of its extents may be -1: what is left.
struct Reshape {
  std::vector<int> target_shape{};
  std::string name{};
};

/// y = activation(x . kernel + bias) over the last axis; kernel is (in, units), bias (units).
/// Takes samples of rank 1: put a Flatten before it for images. Penalties on kernel, bias and outputs, and what kernel
/// and bias are held to: <telar/regularizers.hpp>, <telar/constraints.hpp>.
struct Dense {
  int units = 0;
  Activation activation = Activation::linear;
  bool use_bias = true;
  Initializer kernel_initializer = GlorotUniform{};
  Initializer bias_initializer = Zeros{};
  std::optional<Regularizer> kernel_regularizer{}, bias_regularizer{}, activity_regularizer{};
  std::optional<Constraint> kernel_constraint{}, bias_constraint{};
  bool trainable = true;
  std::string name{};
};

/// An activation as a layer of its own (Keras's `Activation` layer). Shape unchanged.
struct ActivationLayer {
  Activation activation = Activation::linear;
  std::string name{};
};

/// Element by element: x above `threshold`, but at most `max_value`; negative_slope * (x - threshold) elsewhere.
struct ReLU {
  std::optional<double> max_value{};
  double negative_slope = 0.0;
  double threshold = 0.0;
  std::string name{};
};

/// x above 0, negative_slope * x elsewhere. (The activation "leaky_relu" has a slope of 0.2, as in Keras.)
struct LeakyReLU {
  double negative_slope = 0.3;
  std::string name{};
};

/// x above 0, alpha * (exp(x) - 1) elsewhere.
struct ELU {
  double alpha = 1.0;
  std::string name{};
};

/// exp(x) / sum(exp(x)) along `axis`.
struct Softmax {
  Axes axis{};
  std::string name{};
};

/// x above 0, alpha * x elsewhere, with a learned alpha for each feature. Takes samples of rank 1.
struct PReLU {
  Initializer alpha_initializer = Zeros{};
  std::optional<Regularizer> alpha_regularizer{};
  std::optional<Constraint> alpha_constraint{};
  bool trainable = true;
  std::string name{};
};

/// Normalises each feature, a place on `axis`, over the batch and all other axes while training (biased variance), by
/// moving averages otherwise, and always by moving averages if `trainable` is false. y = gamma * (x - mean) /
/// sqrt(variance + epsilon) + beta. Variables (features): gamma, beta, moving_mean, moving_variance.
struct BatchNormalization {
  int axis = -1;  ///< counted as in Axes
  double momentum = 0.99;
  double epsilon = 1e-3;
  bool center = true;
  bool scale = true;
  Initializer beta_initializer = Zeros{};
  Initializer gamma_initializer = Ones{};
  Initializer moving_mean_initializer = Zeros{};
  Initializer moving_variance_initializer = Ones{};
  std::optional<Regularizer> beta_regularizer{}, gamma_regularizer{};
  std::optional<Constraint> beta_constraint{}, gamma_constraint{};
  bool trainable = true;
  std::string name{};
};

/// Shape and numbers unchanged; adds (l1 * sum(|x|) + l2 * sum(x^2)) / rows of the batch to the loss, in training and
/// in evaluation. Weights of samples do not change it.
struct ActivityRegularization {
  double l1 = 0.0;
  double l2 = 0.0;
  std::string name{};
};

// A `seed` makes the numbers of the four layers below those of the seed alone, in any network; without one they follow
// from the network's seed and the layer's name.

/// While training: each element is 0 with probability `rate`, otherwise x / (1 - rate). Identity elsewhere. 0 <= rate
/// <= 1. `noise_shape`, one extent for the batch and for each axis of a sample: along an axis of extent 1, elements are
/// dropped together; -1 (Keras's None) or the axis's own extent: each by itself. {-1, 28, 1} drops rows of images.
struct Dropout {
  double rate = 0.0;
  std::vector<int> noise_shape{};
  std::optional<std::uint64_t> seed{};
  std::string name{};
};

/// While training: adds noise of N(0, stddev) to each element. Identity elsewhere.
struct GaussianNoise {
  double stddev = 0.0;
  std::optional<std::uint64_t> seed{};
  std::string name{};
};

/// While training: multiplies each element by noise of N(1, sqrt(rate / (1 - rate))). Identity elsewhere. 0 <= rate
/// < 1.
struct GaussianDropout {
  double rate = 0.0;
  std::optional<std::uint64_t> seed{};
  std::string name{};
};

/// While training: each element is the limit of selu with probability `rate`, then all are scaled and shifted so that
/// inputs of mean 0 and variance 1 keep both (Klambauer et al. 2017). Identity elsewhere. 0 <= rate < 1.
struct AlphaDropout {
  double rate = 0.0;
  std::optional<std::uint64_t> seed{};
  std::string name{};
};

struct Layer;

/// y = x + f(x), where f is `layers` one after the other (He et al. 2016); telar's own. They must leave the shape as it
/// is. Their variables are called residual/dense/kernel.
struct Residual {
  std::vector<Layer> layers;
  std::string name{};
};

/// One layer. An empty `name` becomes Keras's automatic one: dense, dense_1, batch_normalization, ...
struct Layer : std::variant<Rescaling, Flatten, Dense, ActivationLayer, BatchNormalization, Dropout, ReLU, LeakyReLU,
                            ELU, Softmax, PReLU, GaussianNoise, GaussianDropout, AlphaDropout, LayerNormalization,
                            RMSNormalization, UnitNormalization, Reshape, ActivityRegularization, Residual,
                            Normalization, RandomFlip, RandomTranslation, Custom> {
  using variant::variant;
  using Alternatives = variant;
};

}  // namespace telar
