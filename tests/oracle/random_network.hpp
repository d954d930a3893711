// Random networks, batches and dropout masks for the oracle's tests. Everything follows from the seed.
#pragma once

#include <cstdint>
#include <random>
#include <span>
#include <sstream>
#include <string>
#include <vector>

#include <telar/layers.hpp>
#include <telar/losses.hpp>

#include "oracle/oracle.hpp"

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
inline void draw_weights(Case& c, Generator& g) {
  int in = c.inputs;
  const auto add = [&](int n, bool trained, auto draw) {
    for (int k = 0; k < n; ++k) c.weights.push_back(static_cast<float>(draw())), c.trained.push_back(trained);
  };
  for (const Layer& layer : c.layers) {
    if (const auto* dense = std::get_if<Dense>(&layer)) {
      add(in * dense->units, dense->trainable, [&] { return g.normal() / std::sqrt(in); });
      if (dense->use_bias) add(dense->units, dense->trainable, [&] { return g.normal() * 0.3; });
      in = dense->units;
    } else if (const auto* norm = std::get_if<BatchNormalization>(&layer)) {
      if (norm->scale) add(in, norm->trainable, [&] { return 0.5 + g.uniform(); });
      if (norm->center) add(in, norm->trainable, [&] { return g.normal() * 0.3; });
      add(in, false, [&] { return g.normal() * 0.3; });
      add(in, false, [&] { return 0.5 + g.uniform(); });
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
    if (soft) {  // and not summing to 1
      b.targets(r, b.labels.back()) -= 0.5;
      b.targets(r, g.below(classes)) += 0.75;
    }
  }
  if (g.chance(0.4))
    for (int r = 0; r < rows; ++r) b.weights.push_back(static_cast<float>(0.25 + g.uniform()));
}

/// A stack of up to four Dense layers with anything between them, ending in `classes` outputs.
inline Case random_case(std::uint64_t seed, const std::vector<int>& widths = kWidths,
                        const std::vector<int>& rows = kRows) {
  Generator g(seed);
  Case c;
  c.inputs = g.pick(widths);
  const std::vector<Activation> hidden{Activation::relu, Activation::sigmoid, Activation::tanh, Activation::linear,
                                       Activation::relu};
  if (g.chance(0.3)) c.layers.emplace_back(Rescaling{.scale = 0.75, .offset = 0.125});
  if (g.chance(0.3)) c.layers.emplace_back(Flatten{});
  if (g.chance(0.2)) c.layers.emplace_back(BatchNormalization{.trainable = g.chance(0.8)});
  const int depth = g.below(4);
  for (int i = 0; i < depth; ++i) {
    Dense dense{
        .units = g.pick(widths), .activation = g.pick(hidden), .use_bias = g.chance(0.8), .trainable = g.chance(0.85)};
    const bool apart = g.chance(0.2);
    if (apart) {
      const Activation activation = dense.activation;
      dense.activation = Activation::linear;
      c.layers.emplace_back(dense);
      c.layers.emplace_back(ActivationLayer{activation});
    } else {
      c.layers.emplace_back(dense);
    }
    if (g.chance(0.3)) c.layers.emplace_back(Dropout{.rate = g.pick(std::vector<double>{0.0, 0.2, 0.5})});
    if (g.chance(0.5))
      c.layers.emplace_back(BatchNormalization{.momentum = g.pick(std::vector<double>{0.9, 0.99}),
                                               .epsilon = g.pick(std::vector<double>{1e-3, 1e-2}),
                                               .center = g.chance(0.8),
                                               .scale = g.chance(0.8),
                                               .trainable = g.chance(0.85)});
    if (g.chance(0.3)) c.layers.emplace_back(Dropout{.rate = 0.25});
  }
  const int classes = g.pick(widths);
  const int ending = g.below(4);  // softmax in the layer, softmax apart, logits, probabilities that need no sum of 1
  c.layers.emplace_back(Dense{.units = classes,
                              .activation = ending == 0   ? Activation::softmax
                                            : ending == 3 ? Activation::sigmoid
                                                          : Activation::linear});
  if (ending == 1) c.layers.emplace_back(ActivationLayer{Activation::softmax});
  const bool logits = ending == 2;
  const Reduction reduction = g.pick(
      std::vector<Reduction>{Reduction::sum_over_batch_size, Reduction::sum, Reduction::mean_with_sample_weight});
  if (g.chance(0.5))
    c.loss = SparseCategoricalCrossentropy{.from_logits = logits, .reduction = reduction};
  else
    c.loss = CategoricalCrossentropy{
        .from_logits = logits, .label_smoothing = g.chance(0.5) ? 0.1 : 0.0, .reduction = reduction};
  draw_weights(c, g);
  draw_batch(c, g, g.pick(rows), classes);
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
      s << (std::holds_alternative<Flatten>(layer) ? " -> Flatten" : " -> Rescaling");
  }
  s << (std::holds_alternative<CategoricalCrossentropy>(loss) ? "; categorical" : "; sparse")
    << (batch.weights.empty() ? "" : ", weighted");
  return s.str();
}

}  // namespace telar::oracle
