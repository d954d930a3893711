// Random networks, batches and dropout masks for the oracle's tests. Everything follows from the seed.
#pragma once

#include <algorithm>
#include <cstdint>
#include <random>
#include <span>
#include <sstream>
#include <string>
#include <vector>

#include <telar/layers.hpp>
#include <telar/losses.hpp>

#include "oracle/oracle.hpp"
#include "spec/validate.hpp"
#include "support/custom_layers.hpp"

namespace telar::oracle {

class Generator {
 public:
  explicit Generator(std::uint64_t seed) : engine_(seed) {}

  int below(int n) { return static_cast<int>(engine_() % static_cast<std::uint64_t>(n)); }
  bool chance(double p) { return uniform() < p; }
  double uniform() { return static_cast<double>(engine_() >> 11) * 0x1p-53; }
  /// About standard normal (the sum of twelve), rounded to float32 so that the engine gets the same number.
  float normal() {
    double sum = -6;
    for (int i = 0; i < 12; ++i) sum += uniform();
    return static_cast<float>(sum);
  }
  template <class T>
  const T& pick(const std::vector<T>& from) {
    return from[static_cast<std::size_t>(below(static_cast<int>(from.size())))];
  }

 private:
  std::mt19937_64 engine_;
};

/// Widths that are 1, a vector, a panel, and their neighbours.
inline const std::vector<int> kWidths{1, 2, 3, 7, 15, 16, 17, 31, 32, 33, 46, 60, 100};
inline const std::vector<int> kRows{1, 2, 3, 5, 15, 16, 17, 31, 32, 33, 64, 80};

struct Case {
  int inputs = 0;
  std::vector<Layer> layers;
  Loss loss;
  Batch batch;
  std::vector<float> weights;  ///< canonical, as a training might have them: gammas near 1, variances positive
  std::vector<bool> trained;   ///< by weight: false for moving statistics and frozen layers

  [[nodiscard]] std::string text() const;
};

/// Weights for the layers: kernels of variance 1 / in, so that signals keep their size.
inline void draw_weights(Case& c, Generator& g, const std::vector<Layer>& layers, int in) {
  const auto add = [&](int n, bool trained, auto draw) {
    for (int k = 0; k < n; ++k) c.weights.push_back(static_cast<float>(draw())), c.trained.push_back(trained);
  };
  for (const Layer& layer : layers) {
    if (const auto* dense = std::get_if<Dense>(&layer)) {
      add(in * dense->units, dense->trainable, [&] { return g.normal() / std::sqrt(in); });
      if (dense->use_bias) add(dense->units, dense->trainable, [&] { return g.normal() * 0.3; });
      in = dense->units;
    } else if (const auto* norm = std::get_if<BatchNormalization>(&layer)) {
      if (norm->scale) add(in, norm->trainable, [&] { return 0.5 + g.uniform(); });
      if (norm->center) add(in, norm->trainable, [&] { return g.normal() * 0.3; });
      add(in, false, [&] { return g.normal() * 0.3; });
      add(in, false, [&] { return 0.5 + g.uniform(); });
    } else if (const auto* prelu = std::get_if<PReLU>(&layer)) {
      add(in, prelu->trainable, [&] { return g.normal() * 0.3; });
    } else if (const auto* layer_norm = std::get_if<LayerNormalization>(&layer)) {
      if (layer_norm->scale) add(in, layer_norm->trainable, [&] { return 0.5 + g.uniform(); });
      if (layer_norm->center) add(in, layer_norm->trainable, [&] { return g.normal() * 0.3; });
    } else if (const auto* rms_norm = std::get_if<RMSNormalization>(&layer)) {
      add(in, rms_norm->trainable, [&] { return 0.5 + g.uniform(); });
    } else if (std::holds_alternative<Normalization>(layer)) {
      add(in, false, [&] { return g.normal() * 0.3; });
      add(in, false, [&] { return 0.5 + g.uniform(); });
    } else if (const auto* custom = std::get_if<Custom>(&layer)) {
      for (const CustomWeightPlace& place : Network::places_of(*custom, in))
        add(static_cast<int>(place.size), custom->trainable, [&] { return g.normal() / std::sqrt(in); });
      in = custom->functions->output_shape({&in, 1}).front();
    } else if (const auto* residual = std::get_if<Residual>(&layer)) {
      draw_weights(c, g, residual->layers, in);
    }
  }
}

inline void draw_batch(Case& c, Generator& g, int rows, int classes) {
  Batch& b = c.batch;
  b.x = Matrix(rows, c.inputs);
  for (double& v : b.x.values) v = g.normal();
  b.targets = Matrix(rows, classes);
  const bool soft = g.chance(0.5);
  for (int r = 0; r < rows; ++r) {
    b.labels.push_back(g.below(classes));
    b.targets(r, b.labels.back()) = 1;
    if (soft) {  // not summing to 1, and none above it: powers of 1 - p of the focal losses have no other targets
      b.targets(r, b.labels.back()) -= 0.625;
      b.targets(r, g.below(classes)) += 0.5;
    }
  }
  if (g.chance(0.4))
    for (int r = 0; r < rows; ++r) b.weights.push_back(static_cast<float>(0.25 + g.uniform()));
}

/// A loss that is no cross-entropy over classes, for outputs that are logits, probabilities or any numbers.
inline Loss other_loss(Generator& g, bool logits, bool probabilities, int columns, Reduction reduction) {
  std::vector<Loss> losses{MeanSquaredError{reduction},
                           MeanAbsoluteError{reduction},
                           Huber{0.5, reduction},
                           LogCosh{reduction},
                           Hinge{reduction},
                           SquaredHinge{reduction},
                           CategoricalHinge{reduction}};
  // In few dimensions little is left of its gradient across the outputs.
  if (columns > 6) losses.emplace_back(CosineSimilarity{reduction});
  if (logits || probabilities) {
    losses.emplace_back(BinaryCrossentropy{logits, 0.1, reduction});
    losses.emplace_back(BinaryFocalCrossentropy{.from_logits = logits, .reduction = reduction});
    losses.emplace_back(CategoricalFocalCrossentropy{.from_logits = logits, .reduction = reduction});
  }
  if (probabilities) {
    losses.emplace_back(KLDivergence{reduction});
    losses.emplace_back(Poisson{reduction});
    if (columns > 2) {  // of one probability, which is 1, nothing is left but rounding
      losses.emplace_back(CategoricalGeneralizedCrossEntropy{0.7, reduction});
      losses.emplace_back(Dice{-1, reduction});
      losses.emplace_back(Tversky{0.3, 0.6, -1, reduction});
    }
    losses.emplace_back(MeanSquaredLogarithmicError{reduction});
  }
  return g.pick(losses);
}

/// Takes the bias of a Dense layer away where BatchNormalization follows, at once or after an activation made of lines:
/// what is left of its gradient after the mean is taken off is rounding, in all samples or in most. Of a relu's units
/// some are bent in the middle of the samples, if there are enough of them.
inline void leave_out_idle_biases(std::vector<Layer>& layers) {
  using enum Activation;
  const auto is_lines = [](Activation a, int units) {
    return a == linear || a == hard_sigmoid || a == hard_tanh || a == relu6 || (a == relu && units < 4);
  };
  for (std::size_t i = 0; i + 1 < layers.size(); ++i) {
    auto* dense = std::get_if<Dense>(&layers[i]);
    if (dense == nullptr || !is_lines(dense->activation, dense->units)) continue;
    std::size_t next = i + 1;
    if (const auto* activation = std::get_if<ActivationLayer>(&layers[next]);
        activation != nullptr && is_lines(activation->activation, dense->units) && next + 1 < layers.size())
      ++next;
    if (const auto* dropout = std::get_if<Dropout>(&layers[next]);
        dropout != nullptr && dropout->rate == 0 && next + 1 < layers.size())
      ++next;
    const auto* norm = std::get_if<BatchNormalization>(&layers[next]);
    if (norm != nullptr && norm->trainable) dense->use_bias = false;
  }
}

/// Of two rows BatchNormalization makes -1 and 1, whatever they are: nothing is left of a gradient but rounding.
inline bool flattens_two_rows(const std::vector<Layer>& layers) {
  return std::ranges::any_of(layers, [](const Layer& layer) {
    if (const auto* residual = std::get_if<Residual>(&layer)) return flattens_two_rows(residual->layers);
    const auto* norm = std::get_if<BatchNormalization>(&layer);
    return norm != nullptr && norm->trainable;
  });
}

/// For the outputs of `before`: one or two Dense layers and what may stand between them.
inline Residual random_residual(Generator& g, int inputs, const std::vector<Layer>& before) {
  int width = inputs;
  for (const Layer& layer : before)
    if (const auto* dense = std::get_if<Dense>(&layer)) width = dense->units;
  Residual residual;
  // Enough units that some are not saturated: a tanh near 1 has a slope of rounding, taken from its value.
  residual.layers = {Dense{.units = g.chance(0.5) && width > 6 ? width : 17, .activation = Activation::tanh},
                     Dropout{.rate = g.chance(0.5) ? 0.25 : 0.0}};
  if (g.chance(0.3)) residual.layers.emplace_back(BatchNormalization{});
  if (std::get<Dense>(residual.layers[0]).units > 6 && g.chance(0.3))
    residual.layers.emplace_back(LayerNormalization{});
  if (g.chance(0.2)) residual.layers.emplace_back(ActivityRegularization{.l2 = 0.01});
  residual.layers.emplace_back(Dense{.units = width, .trainable = g.chance(0.8)});
  if (g.chance(0.2)) residual.layers = {Residual{residual.layers}, Dropout{.rate = 0.2}};
  return residual;
}

/// A stack of up to four Dense layers with anything between them, ending in `classes` outputs.
inline Case random_case(std::uint64_t seed, const std::vector<int>& widths = kWidths,
                        const std::vector<int>& rows = kRows) {
  Generator g(seed), own(seed + 1'000'000);  // layers of a user's leave all others as they are
  Case c;
  c.inputs = g.pick(widths);
  const std::vector<Activation> hidden{Activation::relu, Activation::sigmoid, Activation::tanh, Activation::linear,
                                       Activation::relu};
  // Not exponential, which leaves float32 in a few layers.
  const std::vector<Activation> rare{Activation::leaky_relu,  Activation::relu6,        Activation::elu,
                                     Activation::selu,        Activation::celu,         Activation::softplus,
                                     Activation::softsign,    Activation::hard_sigmoid, Activation::hard_tanh,
                                     Activation::hard_shrink, Activation::soft_shrink,  Activation::log_sigmoid,
                                     Activation::squareplus,  Activation::sparse_plus,  Activation::sparse_sigmoid,
                                     Activation::silu,        Activation::gelu,         Activation::gelu_tanh,
                                     Activation::hard_silu,   Activation::mish,         Activation::tanh_shrink,
                                     Activation::softmax,     Activation::log_softmax,  Activation::sparsemax};
  if (g.chance(0.3)) c.layers.emplace_back(Rescaling{.scale = 0.75, .offset = 0.125});
  if (g.chance(0.3)) c.layers.emplace_back(g.chance(0.7) ? Layer(Flatten{}) : Layer(Reshape{.target_shape = {-1}}));
  if (g.chance(0.2)) c.layers.emplace_back(BatchNormalization{.trainable = g.chance(0.8)});
  const int depth = g.below(4);
  for (int i = 0; i < depth; ++i) {
    Dense dense{.units = g.pick(widths),
                .activation = g.pick(g.chance(0.5) ? hidden : rare),
                .use_bias = g.chance(0.8),
                .trainable = g.chance(0.85)};
    const bool apart = g.chance(0.2);
    if (apart) {
      const Activation activation = dense.activation;
      dense.activation = Activation::linear;
      c.layers.emplace_back(dense);
      c.layers.emplace_back(ActivationLayer{activation});
    } else {
      c.layers.emplace_back(dense);
    }
    if (g.chance(0.2))
      c.layers.push_back(g.pick(std::vector<Layer>{
          ReLU{}, ReLU{.max_value = 1.5, .negative_slope = 0.1, .threshold = 0.25}, ReLU{.max_value = 1},
          ReLU{.threshold = 0.5}, LeakyReLU{}, ELU{}, ELU{.alpha = 0.5}, PReLU{}, PReLU{.trainable = false}}));
    if (g.chance(0.3)) c.layers.emplace_back(Dropout{.rate = g.pick(std::vector<double>{0.0, 0.2, 0.5})});
    if (g.chance(0.5))
      c.layers.emplace_back(BatchNormalization{.momentum = g.pick(std::vector<double>{0.9, 0.99}),
                                               .epsilon = g.pick(std::vector<double>{1e-3, 1e-2}),
                                               .center = g.chance(0.8),
                                               .scale = g.chance(0.8),
                                               .trainable = g.chance(0.85)});
    if (g.chance(0.3)) c.layers.emplace_back(Dropout{.rate = 0.25});
    if (g.chance(0.15))
      c.layers.push_back(g.pick(std::vector<Layer>{GaussianNoise{.stddev = 0.25}, GaussianDropout{.rate = 0.2},
                                                   AlphaDropout{.rate = 0.3}, AlphaDropout{}}));
    if (g.chance(0.15))
      c.layers.push_back(
          g.pick(std::vector<Layer>{ActivityRegularization{.l1 = 0.01}, ActivityRegularization{.l2 = 0.02},
                                    ActivityRegularization{.l1 = 0.02, .l2 = 0.01}}));
    // In few dimensions little is left of the gradient of a row that is normalised.
    if (dense.units > 6 && g.chance(0.2))
      c.layers.push_back(g.pick(std::vector<Layer>{
          LayerNormalization{}, LayerNormalization{.epsilon = 0.1, .center = false},
          LayerNormalization{.scale = false, .trainable = false}, RMSNormalization{},
          RMSNormalization{.epsilon = 0.1, .trainable = false}, Normalization{}, UnitNormalization{}}));
  }
  if (g.chance(0.25)) c.layers.push_back(random_residual(g, c.inputs, c.layers));
  if (own.chance(0.1)) c.layers.emplace_back(Custom(test::OwnPRelu{}, "", own.chance(0.8)));
  if (own.chance(0.1)) c.layers.emplace_back(Custom(test::OwnDense{own.chance(0.5) ? 17 : 32}, "", own.chance(0.8)));
  const int classes = g.pick(widths);
  const int ending = g.below(4);  // softmax in the layer, softmax apart, logits, probabilities that need no sum of 1
  c.layers.emplace_back(Dense{.units = classes,
                              .activation = ending == 0   ? Activation::softmax
                                            : ending == 3 ? Activation::sigmoid
                                                          : Activation::linear});
  if (ending == 1) c.layers.push_back(g.chance(0.5) ? Layer(ActivationLayer{Activation::softmax}) : Layer(Softmax{}));
  const bool logits = ending == 2;
  const Reduction reduction = g.pick(
      std::vector<Reduction>{Reduction::sum_over_batch_size, Reduction::sum, Reduction::mean_with_sample_weight});
  if (g.chance(0.5))
    c.loss = SparseCategoricalCrossentropy{.from_logits = logits, .reduction = reduction};
  else
    c.loss = CategoricalCrossentropy{
        .from_logits = logits, .label_smoothing = g.chance(0.5) ? 0.1 : 0.0, .reduction = reduction};
  leave_out_idle_biases(c.layers);
  draw_weights(c, g, c.layers, c.inputs);
  const int batch = g.pick(rows);
  draw_batch(c, g, batch == 2 && flattens_two_rows(c.layers) ? 4 : batch, classes);
  if (g.chance(0.3)) c.loss = other_loss(g, logits, ending != 2, classes, reduction);
  return c;
}

inline std::string Case::text() const {
  std::ostringstream s;
  s << batch.x.rows << " rows of " << inputs;
  for (const Layer& layer : layers) {
    if (const auto* d = std::get_if<Dense>(&layer))
      s << " -> Dense " << d->units << " act " << static_cast<int>(d->activation) << (d->use_bias ? "" : " no bias")
        << (d->trainable ? "" : " frozen");
    else if (const auto* b = std::get_if<BatchNormalization>(&layer))
      s << " -> BatchNormalization" << (b->scale ? "" : " no gamma") << (b->center ? "" : " no beta")
        << (b->trainable ? "" : " frozen");
    else if (const auto* p = std::get_if<Dropout>(&layer))
      s << " -> Dropout " << p->rate;
    else if (const auto* a = std::get_if<ActivationLayer>(&layer))
      s << " -> Activation " << static_cast<int>(a->activation);
    else
      s << " -> " << class_name(layer);
  }
  s << "; loss " << loss.index() << (batch.weights.empty() ? "" : ", weighted");
  return s.str();
}

}  // namespace telar::oracle
