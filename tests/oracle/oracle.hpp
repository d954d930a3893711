// A textbook of the whole network in double precision: what the engine is measured against.
//
// Plain loops over the public spec types; nothing is shared with the engine, and nothing is fast. A batch is a Matrix
// with one row a sample, samples flattened in C order. Weights are flat in the canonical layout: Keras's variable
// order, kernels (in, out) row-major.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <functional>
#include <limits>
#include <span>
#include <utility>
#include <variant>
#include <vector>

#include <telar/layers.hpp>
#include <telar/losses.hpp>

#include "oracle/activations.hpp"
#include "oracle/losses.hpp"

namespace telar::oracle {

/// Layer k of the Residual that is layer n has the number kInner * (k + 1) + n.
inline constexpr std::size_t kInner = 100;
/// What layer number `layer` draws for element (row, column): what Dropout and GaussianDropout multiply it by, what
/// GaussianNoise adds to it, and 0 where AlphaDropout loses it.
using Mask = std::function<double(std::size_t layer, int row, int column)>;

struct Step {
  Matrix output;
  std::vector<double> row_losses;  ///< weighted, before the reduction
  double loss = 0;
  std::vector<double> gradient;  ///< of the loss in all weights; 0 for what is not trained
};

class Network {
 public:
  /// `inputs`: numbers in one sample. `weights`: canonical.
  Network(int inputs, std::vector<Layer> layers, std::span<const float> canonical)
      : weights(canonical.begin(), canonical.end()), layers_(std::move(layers)) {
    std::size_t offset = 0;
    for (const Layer& layer : layers_) {
      offsets_.push_back(offset);
      offset += count_weights(layer, inputs);
    }
  }

  /// Numbers in the weights of a layer of `inputs`, which become its outputs.
  static std::size_t count_weights(const Layer& layer, int& inputs) {
    const auto columns = static_cast<std::size_t>(inputs);
    if (const auto* dense = std::get_if<Dense>(&layer)) {
      inputs = dense->units;
      return (columns + (dense->use_bias ? 1 : 0)) * static_cast<std::size_t>(inputs);
    }
    if (const auto* norm = std::get_if<BatchNormalization>(&layer))
      return static_cast<std::size_t>(2 + (norm->scale ? 1 : 0) + (norm->center ? 1 : 0)) * columns;
    if (const auto* norm = std::get_if<LayerNormalization>(&layer))
      return static_cast<std::size_t>((norm->scale ? 1 : 0) + (norm->center ? 1 : 0)) * columns;
    if (std::holds_alternative<PReLU>(layer) || std::holds_alternative<RMSNormalization>(layer)) return columns;
    if (std::holds_alternative<Normalization>(layer)) return 2 * columns;
    if (const auto* custom = std::get_if<Custom>(&layer)) {
      std::size_t all = 0;
      for (const CustomWeightPlace& place : places_of(*custom, inputs)) all += place.size;
      inputs = custom->functions->output_shape({&inputs, 1}).front();
      return all;
    }
    std::size_t all = 0;
    if (const auto* residual = std::get_if<Residual>(&layer))
      for (const Layer& inner : residual->layers) all += count_weights(inner, inputs);
    return all;
  }

  /// One after the other.
  static std::vector<CustomWeightPlace> places_of(const Custom& layer, int inputs) {
    std::vector<CustomWeightPlace> places;
    std::size_t at = 0;
    for (const CustomWeight& weight : layer.functions->weights({&inputs, 1})) {
      std::size_t size = 1;
      for (const int extent : weight.shape) size *= static_cast<std::size_t>(extent);
      places.push_back({at, size});
      at += size;
    }
    return places;
  }

  std::vector<double> weights;
  /// Done to every number that goes from layer to layer or into an activation, forward and backward, to see how much
  /// that matters. Default: nothing.
  std::function<double(double)> disturb;

  [[nodiscard]] Matrix predict(const Matrix& x) const { return Network(*this).forward(x, false, {}).back().output; }

  /// Loss in inference mode; no gradient.
  [[nodiscard]] Step evaluate(const Batch& batch, const Loss& loss) const {
    return Network(*this).run(batch, loss, false, {});
  }
  /// Loss and gradient in training mode. Changes nothing but the moving statistics.
  Step train(const Batch& batch, const Loss& loss, const Mask& mask = {}) { return run(batch, loss, true, mask); }

 private:
  /// What a layer leaves behind for its gradient.
  struct Trace {
    Matrix input, output;
    Matrix logits;                // before the activation, where there is one
    Matrix normalised;            // of normalisations: (x - mean) * inverse
    std::vector<double> inverse;  // and 1 / sqrt(variance + epsilon), of columns or rows
    Matrix mask;                  // Dropout
    std::vector<Trace> inner;     // of a Residual's layers
  };

  static Activation activation_of(const Layer& layer) {
    if (const auto* dense = std::get_if<Dense>(&layer)) return dense->activation;
    if (const auto* activation = std::get_if<ActivationLayer>(&layer)) return activation->activation;
    if (std::holds_alternative<Softmax>(layer)) return Activation::softmax;
    return Activation::linear;
  }

  Matrix pass_on(Matrix m) const {
    if (disturb)
      for (double& v : m.values) v = disturb(v);
    return m;
  }

  std::vector<Trace> forward(const Matrix& x, bool training, const Mask& mask) {
    std::vector<Trace> traces;
    for (std::size_t i = 0; i < layers_.size(); ++i) {
      Trace t;
      t.input = i == 0 ? x : traces.back().output;
      std::visit([&](const auto& layer) { forward(layer, i, t, training, mask); }, layers_[i]);
      t.output = pass_on(std::move(t.output));
      t.normalised = pass_on(std::move(t.normalised));
      traces.push_back(std::move(t));
    }
    return traces;
  }

  void forward(const Flatten&, std::size_t, Trace& t, bool, const Mask&) { t.output = t.input; }
  void forward(const Reshape&, std::size_t, Trace& t, bool, const Mask&) { t.output = t.input; }
  void forward(const ActivityRegularization&, std::size_t, Trace& t, bool, const Mask&) { t.output = t.input; }

  void forward(const Rescaling& layer, std::size_t, Trace& t, bool, const Mask&) {
    t.output = t.input;
    for (double& v : t.output.values) v = v * layer.scale + layer.offset;
  }

  void forward(const Dense& layer, std::size_t i, Trace& t, bool, const Mask&) {
    const int in = t.input.columns, units = layer.units;
    const double* kernel = weights.data() + offsets_[i];
    const double* bias = layer.use_bias ? kernel + static_cast<std::size_t>(in) * units : nullptr;
    t.logits = Matrix(t.input.rows, units);
    for (int r = 0; r < t.input.rows; ++r)
      for (int o = 0; o < units; ++o) {
        double sum = bias ? bias[o] : 0;
        for (int k = 0; k < in; ++k) sum += t.input(r, k) * kernel[static_cast<std::size_t>(k) * units + o];
        t.logits(r, o) = sum;
      }
    finish(layer.activation, t);
  }

  void forward(const ActivationLayer& layer, std::size_t, Trace& t, bool, const Mask&) {
    t.logits = t.input;
    finish(layer.activation, t);
  }

  void forward(const Softmax&, std::size_t, Trace& t, bool, const Mask&) {
    t.logits = t.input;
    finish(Activation::softmax, t);
  }

  void forward(const PReLU&, std::size_t i, Trace& t, bool, const Mask&) {
    t.output = t.input;
    for (int r = 0; r < t.input.rows; ++r)
      for (int c = 0; c < t.input.columns; ++c)
        if (t.input(r, c) <= 0) t.output(r, c) *= weights[offsets_[i] + static_cast<std::size_t>(c)];
  }

  void forward(const Custom& layer, std::size_t i, Trace& t, bool training, const Mask&) {
    const int columns = t.input.columns;
    const std::vector<CustomWeightPlace> places = places_of(layer, columns);
    t.output = Matrix(t.input.rows, layer.functions->output_shape({&columns, 1}).front());
    for (int r = 0; r < t.input.rows; ++r)
      layer.functions->double_precision.forward({.inputs = row_of(t.input, r),
                                                 .weights = {weights.data() + offsets_[i], places},
                                                 .outputs = row_of(t.output, r),
                                                 .training = training});
  }

  /// ReLU, LeakyReLU, ELU.
  template <class L>
  void forward(const L& layer, std::size_t, Trace& t, bool, const Mask&) {
    t.output = t.input;
    for (double& x : t.output.values) x = point(layer, x).value;
  }
  static Point point(const ReLU& l, double x) {
    if (x <= l.threshold) return {l.negative_slope * (x - l.threshold), l.negative_slope};
    return l.max_value && x >= *l.max_value ? Point{*l.max_value, 0} : Point{x, 1};
  }
  static Point point(const LeakyReLU& l, double x) {
    return x > 0 ? Point{x, 1} : Point{l.negative_slope * x, l.negative_slope};
  }
  static Point point(const ELU& l, double x) {
    return x > 0 ? Point{x, 1} : Point{l.alpha * std::expm1(x), l.alpha * std::exp(x)};
  }

  void finish(Activation activation, Trace& t) const {
    t.logits = pass_on(std::move(t.logits));
    t.output = activate(activation, t.logits);
  }

  void forward(const BatchNormalization& layer, std::size_t i, Trace& t, bool training, const Mask&) {
    const int n = t.input.rows, columns = t.input.columns;
    const double* gamma = layer.scale ? weights.data() + offsets_[i] : nullptr;
    const double* beta = layer.center ? weights.data() + offsets_[i] + (layer.scale ? columns : 0) : nullptr;
    double* moving_mean = weights.data() + offsets_[i] + (layer.scale ? columns : 0) + (layer.center ? columns : 0);
    double* moving_variance = moving_mean + columns;
    t.output = t.normalised = Matrix(n, columns);
    for (int c = 0; c < columns; ++c) {
      double mean = moving_mean[c], variance = moving_variance[c];
      if (training && layer.trainable) {
        mean = variance = 0;
        for (int r = 0; r < n; ++r) mean += t.input(r, c) / n;
        for (int r = 0; r < n; ++r) variance += (t.input(r, c) - mean) * (t.input(r, c) - mean) / n;
        moving_mean[c] = moving_mean[c] * layer.momentum + mean * (1 - layer.momentum);
        moving_variance[c] = moving_variance[c] * layer.momentum + variance * (1 - layer.momentum);
      }
      t.inverse.push_back(1 / std::sqrt(variance + layer.epsilon));
      for (int r = 0; r < n; ++r) {
        t.normalised(r, c) = (t.input(r, c) - mean) * t.inverse.back();
        t.output(r, c) = (gamma ? gamma[c] : 1) * t.normalised(r, c) + (beta ? beta[c] : 0);
      }
    }
  }

  /// The layers within the Residual that is layer i, with their weights.
  Network within(const Residual& layer, std::size_t i, int inputs) const {
    Network network(inputs, layer.layers, {});
    std::size_t count = 0;
    for (const Layer& inner : layer.layers) count += count_weights(inner, inputs);
    const auto begin = weights.begin() + static_cast<std::ptrdiff_t>(offsets_[i]);
    network.weights.assign(begin, begin + static_cast<std::ptrdiff_t>(count));
    network.disturb = disturb;
    return network;
  }

  void forward(const Residual& layer, std::size_t i, Trace& t, bool training, const Mask& mask) {
    Network network = within(layer, i, t.input.columns);
    const Mask inner = [&](std::size_t k, int r, int c) { return mask(kInner * (k + 1) + i, r, c); };
    t.inner = network.forward(t.input, training, mask ? inner : Mask{});
    t.output = t.inner.back().output;
    for (std::size_t k = 0; k < t.output.values.size(); ++k) t.output.values[k] += t.input.values[k];
    std::copy(network.weights.begin(), network.weights.end(),
              weights.begin() + static_cast<std::ptrdiff_t>(offsets_[i]));
  }

  /// The deviation that a Normalization divides column c by.
  [[nodiscard]] double deviation(std::size_t i, std::size_t columns, std::size_t c) const {
    return std::max(std::sqrt(weights[offsets_[i] + columns + c]), 1e-7);
  }
  void forward(const Normalization& layer, std::size_t i, Trace& t, bool, const Mask&) {
    t.output = t.input;
    const std::size_t columns = t.input.columns;
    for (int r = 0; r < t.input.rows; ++r)
      for (std::size_t c = 0; c < columns; ++c) {
        const double x = t.input(r, c), mean = weights[offsets_[i] + c], by = deviation(i, columns, c);
        t.output(r, c) = layer.invert ? x * by + mean : (x - mean) / by;
      }
  }

  void forward(const LayerNormalization& layer, std::size_t i, Trace& t, bool, const Mask&) {
    const double* gamma = layer.scale ? weights.data() + offsets_[i] : nullptr;
    const double* beta = layer.center ? weights.data() + offsets_[i] + (layer.scale ? t.input.columns : 0) : nullptr;
    normalise_rows(t, true, 1.0 / t.input.columns, layer.epsilon, gamma, beta);
  }
  void forward(const RMSNormalization& layer, std::size_t i, Trace& t, bool, const Mask&) {
    normalise_rows(t, false, 1.0 / t.input.columns, layer.epsilon, weights.data() + offsets_[i], nullptr);
  }
  void forward(const UnitNormalization&, std::size_t, Trace& t, bool, const Mask&) {
    normalise_rows(t, false, 1, 0, nullptr, nullptr);
  }

  /// Each row, less its mean if `centred`, divided by sqrt(share * sum of its squares + epsilon).
  static void normalise_rows(Trace& t, bool centred, double share, double epsilon, const double* gamma,
                             const double* beta) {
    t.output = t.normalised = t.input;
    for (int r = 0; r < t.input.rows; ++r) {
      double mean = 0, squares = 0;
      for (int c = 0; c < t.input.columns; ++c) mean += centred ? t.input(r, c) / t.input.columns : 0;
      for (int c = 0; c < t.input.columns; ++c) squares += std::pow(t.input(r, c) - mean, 2);
      t.inverse.push_back(std::min(1 / std::sqrt(share * squares + epsilon), kLargestInverse));
      for (int c = 0; c < t.input.columns; ++c) {
        t.normalised(r, c) = (t.input(r, c) - mean) * t.inverse.back();
        t.output(r, c) = (gamma ? gamma[c] : 1) * t.normalised(r, c) + (beta ? beta[c] : 0);
      }
    }
  }

  // Images have tests of their own.
  void forward(const RandomFlip&, std::size_t, Trace& t, bool, const Mask&) { t.output = t.input; }
  void forward(const RandomTranslation&, std::size_t, Trace& t, bool, const Mask&) { t.output = t.input; }

  void forward(const Dropout&, std::size_t i, Trace& t, bool training, const Mask& mask) {
    t.mask = Matrix(t.input.rows, t.input.columns);
    t.output = t.input;
    for (int r = 0; r < t.mask.rows; ++r)
      for (int c = 0; c < t.mask.columns; ++c) {
        t.mask(r, c) = training && mask ? mask(i, r, c) : 1;
        t.output(r, c) *= t.mask(r, c);
      }
  }

  void forward(const GaussianDropout&, std::size_t i, Trace& t, bool training, const Mask& mask) {
    forward(Dropout{}, i, t, training, mask);
  }

  void forward(const GaussianNoise&, std::size_t i, Trace& t, bool training, const Mask& mask) {
    t.output = t.input;
    if (!training || !mask) return;
    for (int r = 0; r < t.input.rows; ++r)
      for (int c = 0; c < t.input.columns; ++c) t.output(r, c) += mask(i, r, c);
  }

  void forward(const AlphaDropout& layer, std::size_t i, Trace& t, bool training, const Mask& mask) {
    forward(Dropout{}, i, t, false, mask);  // a mask of ones
    if (!training || !mask || layer.rate == 0) return;
    const double limit = -1.0507009873554805 * 1.6732632423543772;
    const double a = 1 / std::sqrt((1 - layer.rate) * (1 + layer.rate * limit * limit)), b = -a * limit * layer.rate;
    for (int r = 0; r < t.input.rows; ++r)
      for (int c = 0; c < t.input.columns; ++c) {
        const bool kept = mask(i, r, c) != 0;
        t.mask(r, c) = kept ? a : 0;
        t.output(r, c) = (kept ? t.input(r, c) : limit) * a + b;
      }
  }

  /// What activities add to the loss.
  static double penalty(const std::vector<Layer>& layers, const std::vector<Trace>& traces) {
    double sum = 0;
    for (std::size_t i = 0; i < layers.size(); ++i) {
      if (const auto* layer = std::get_if<ActivityRegularization>(&layers[i]))
        for (const double x : traces[i].input.values)
          sum += (layer->l1 * std::abs(x) + layer->l2 * x * x) / traces[i].input.rows;
      if (const auto* residual = std::get_if<Residual>(&layers[i])) sum += penalty(residual->layers, traces[i].inner);
    }
    return sum;
  }

  Step run(const Batch& batch, const Loss& loss, bool training, const Mask& mask) {
    const std::vector<Trace> traces = forward(batch.x, training, mask);
    const auto* sparse = std::get_if<SparseCategoricalCrossentropy>(&loss);
    const auto* dense = std::get_if<CategoricalCrossentropy>(&loss);
    const bool from_logits = (sparse != nullptr && sparse->from_logits) || (dense != nullptr && dense->from_logits);
    // A softmax at the end and the cross-entropy are taken together: the same, but for probabilities below 1e-7.
    const bool fused = is_cross_entropy(loss) && !from_logits && activation_of(layers_.back()) == Activation::softmax;
    const Trace& last = traces.back();
    LossResult l = is_cross_entropy(loss)
                       ? cross_entropy(fused ? last.logits : last.output, batch, loss, fused || from_logits)
                       : loss_of_rows(last.output, batch, loss);

    Step step;
    step.output = last.output;
    step.row_losses = std::move(l.row_losses);
    step.loss = l.loss;
    step.loss += penalty(layers_, traces);
    step.gradient.resize(weights.size());
    if (!training) return step;

    backward(traces, pass_on(std::move(l.gradient)), fused, step);
    return step;
  }

  /// Through all layers; without the last one's activation if `fused`.
  Matrix backward(const std::vector<Trace>& traces, Matrix d, bool fused, Step& step) {
    for (std::size_t i = layers_.size(); i-- > 0;) {
      if (!(fused && i + 1 == layers_.size()))
        d = pass_on(activation_gradient(activation_of(layers_[i]), traces[i].logits, traces[i].output, d));
      d = pass_on(std::visit([&](const auto& layer) { return backward(layer, i, traces[i], d, step); }, layers_[i]));
    }
    return d;
  }

  // Each takes dL/d(output) — for layers with an activation, dL/d(logits) — adds to the weights' gradient and returns
  // dL/d(input).

  Matrix backward(const Flatten&, std::size_t, const Trace&, const Matrix& d, Step&) { return d; }
  Matrix backward(const Reshape&, std::size_t, const Trace&, const Matrix& d, Step&) { return d; }
  Matrix backward(const ActivityRegularization& layer, std::size_t, const Trace& t, Matrix d, Step&) {
    for (std::size_t k = 0; k < d.values.size(); ++k) {
      const double x = t.input.values[k];
      d.values[k] += (layer.l1 * ((x > 0) - (x < 0)) + 2 * layer.l2 * x) / d.rows;
    }
    return d;
  }
  Matrix backward(const ActivationLayer&, std::size_t, const Trace&, const Matrix& d, Step&) { return d; }

  Matrix backward(const Softmax&, std::size_t, const Trace&, const Matrix& d, Step&) { return d; }

  Matrix backward(const Custom& layer, std::size_t i, const Trace& t, const Matrix& d, Step& step) {
    const std::vector<CustomWeightPlace> places = places_of(layer, t.input.columns);
    Matrix of_inputs(t.input.rows, t.input.columns);
    std::vector<double> frozen(step.gradient.size());
    for (int r = 0; r < d.rows; ++r)
      layer.functions->double_precision.backward(
          {.inputs = row_of(t.input, r),
           .outputs = row_of(t.output, r),
           .weights = {weights.data() + offsets_[i], places},
           .output_gradient = row_of(d, r),
           .input_gradient = row_of(of_inputs, r),
           .weight_gradients = {(layer.trainable ? step.gradient : frozen).data() + offsets_[i], places}});
    return of_inputs;
  }

  Matrix backward(const PReLU& layer, std::size_t i, const Trace& t, Matrix d, Step& step) {
    for (int r = 0; r < d.rows; ++r)
      for (int c = 0; c < d.columns; ++c) {
        if (t.input(r, c) > 0) continue;
        const std::size_t alpha = offsets_[i] + static_cast<std::size_t>(c);
        if (layer.trainable) step.gradient[alpha] += d(r, c) * t.input(r, c);
        d(r, c) *= weights[alpha];
      }
    return d;
  }

  template <class L>
  Matrix backward(const L& layer, std::size_t, const Trace& t, Matrix d, Step&) {
    for (std::size_t k = 0; k < d.values.size(); ++k) d.values[k] *= point(layer, t.input.values[k]).slope;
    return d;
  }

  Matrix backward(const Rescaling& layer, std::size_t, const Trace&, Matrix d, Step&) {
    for (double& v : d.values) v *= layer.scale;
    return d;
  }

  Matrix backward(const GaussianNoise&, std::size_t, const Trace&, const Matrix& d, Step&) { return d; }
  Matrix backward(const GaussianDropout&, std::size_t i, const Trace& t, const Matrix& d, Step& step) {
    return backward(Dropout{}, i, t, d, step);
  }
  Matrix backward(const AlphaDropout&, std::size_t i, const Trace& t, const Matrix& d, Step& step) {
    return backward(Dropout{}, i, t, d, step);
  }

  Matrix backward(const RandomFlip&, std::size_t, const Trace&, const Matrix& d, Step&) { return d; }
  Matrix backward(const RandomTranslation&, std::size_t, const Trace&, const Matrix& d, Step&) { return d; }

  Matrix backward(const Dropout&, std::size_t, const Trace& t, Matrix d, Step&) {
    for (std::size_t k = 0; k < d.values.size(); ++k) d.values[k] *= t.mask.values[k];
    return d;
  }

  Matrix backward(const Dense& layer, std::size_t i, const Trace& t, const Matrix& d, Step& step) {
    const std::size_t in = t.input.columns, units = layer.units, kernel = offsets_[i], bias = kernel + in * units;
    Matrix dx(d.rows, t.input.columns);
    for (int r = 0; r < d.rows; ++r)
      for (std::size_t o = 0; o < units; ++o) {
        for (std::size_t k = 0; k < in; ++k) {
          dx(r, k) += d(r, o) * weights[kernel + k * units + o];
          if (layer.trainable) step.gradient[kernel + k * units + o] += t.input(r, k) * d(r, o);
        }
        if (layer.trainable && layer.use_bias) step.gradient[bias + o] += d(r, o);
      }
    return dx;
  }

  Matrix backward(const BatchNormalization& layer, std::size_t i, const Trace& t, const Matrix& d, Step& step) {
    const int n = d.rows;
    const std::size_t columns = d.columns, gamma = offsets_[i], beta = gamma + (layer.scale ? columns : 0);
    Matrix dx(n, d.columns);
    for (std::size_t c = 0; c < columns; ++c) {
      double sum = 0, dot = 0;
      for (int r = 0; r < n; ++r) {
        sum += d(r, c);
        dot += d(r, c) * t.normalised(r, c);
      }
      if (layer.trainable && layer.scale) step.gradient[gamma + c] = dot;
      if (layer.trainable && layer.center) step.gradient[beta + c] = sum;
      const double factor = (layer.scale ? weights[gamma + c] : 1) * t.inverse[c];
      for (int r = 0; r < n; ++r)  // the statistics depend on x only where they are the batch's
        dx(r, c) = factor * (layer.trainable ? d(r, c) - sum / n - t.normalised(r, c) * dot / n : d(r, c));
    }
    return dx;
  }

  Matrix backward(const Normalization& layer, std::size_t i, const Trace&, Matrix d, Step&) {
    for (int r = 0; r < d.rows; ++r)
      for (int c = 0; c < d.columns; ++c)
        d(r, c) *= layer.invert ? deviation(i, d.columns, c) : 1 / deviation(i, d.columns, c);
    return d;
  }
  Matrix backward(const Residual& layer, std::size_t i, const Trace& t, const Matrix& d, Step& step) {
    Network network = within(layer, i, t.input.columns);
    Step inner;
    inner.gradient.resize(network.weights.size());
    Matrix dx = network.backward(t.inner, d, false, inner);
    for (std::size_t k = 0; k < dx.values.size(); ++k) dx.values[k] += d.values[k];
    std::copy(inner.gradient.begin(), inner.gradient.end(),
              step.gradient.begin() + static_cast<std::ptrdiff_t>(offsets_[i]));
    return dx;
  }
  Matrix backward(const LayerNormalization& layer, std::size_t i, const Trace& t, const Matrix& d, Step& step) {
    return rows_gradient(t, d, true, 1.0 / d.columns, layer.scale ? offsets_[i] : kNone,
                         layer.center ? offsets_[i] + (layer.scale ? d.columns : 0) : kNone, layer.trainable, step);
  }
  Matrix backward(const RMSNormalization& layer, std::size_t i, const Trace& t, const Matrix& d, Step& step) {
    return rows_gradient(t, d, false, 1.0 / d.columns, offsets_[i], kNone, layer.trainable, step);
  }
  Matrix backward(const UnitNormalization&, std::size_t, const Trace& t, const Matrix& d, Step& step) {
    return rows_gradient(t, d, false, 1, kNone, kNone, false, step);
  }

  static constexpr double kLargestInverse = 1e12;  // of a row without length
  static constexpr std::size_t kNone = std::numeric_limits<std::size_t>::max();

  /// Of normalise_rows. `gamma` and `beta`: of their first weights, or kNone.
  Matrix rows_gradient(const Trace& t, const Matrix& d, bool centred, double share, std::size_t gamma, std::size_t beta,
                       bool trainable, Step& step) const {
    Matrix dx = d;
    for (int r = 0; r < d.rows; ++r) {
      double sum = 0, dot = 0;
      for (int c = 0; c < d.columns; ++c) {
        if (trainable && gamma != kNone) step.gradient[gamma + c] += d(r, c) * t.normalised(r, c);
        if (trainable && beta != kNone) step.gradient[beta + c] += d(r, c);
        if (gamma != kNone) dx(r, c) *= weights[gamma + c];
        sum += dx(r, c);
        dot += dx(r, c) * t.normalised(r, c);
      }
      if (t.inverse[r] >= kLargestInverse) dot = 0;
      for (int c = 0; c < d.columns; ++c)
        dx(r, c) = t.inverse[r] * (dx(r, c) - (centred ? sum / d.columns : 0) - share * t.normalised(r, c) * dot);
    }
    return dx;
  }

  std::vector<Layer> layers_;
  std::vector<std::size_t> offsets_;  // of each layer's first weight
};

}  // namespace telar::oracle
