// A textbook of the whole network in double precision: what the engine is measured against.
//
// Plain loops over the public spec types; nothing is shared with the engine, and nothing is fast. A batch is a Matrix
// with one row a sample, samples flattened in C order. Weights are flat in the canonical layout: Keras's variable
// order, kernels (in, out) row-major.
#pragma once

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

namespace telar::oracle {

struct Matrix {
  int rows = 0, columns = 0;
  std::vector<double> values;

  Matrix() = default;
  Matrix(int r, int c) : rows(r), columns(c), values(static_cast<std::size_t>(r) * c) {}
  double& operator()(std::size_t r, std::size_t c) { return values[r * columns + c]; }
  double operator()(std::size_t r, std::size_t c) const { return values[r * columns + c]; }
};

struct Batch {
  Matrix x;
  std::vector<int> labels;      ///< for the sparse loss
  Matrix targets;               ///< for the other one: (rows, classes)
  std::vector<double> weights;  ///< of the samples; empty: all 1
};

/// What Dropout layer number `layer` multiplies element (row, column) by: 0 or 1 / (1 - rate).
using Mask = std::function<double(std::size_t layer, int row, int column)>;

struct Step {
  Matrix output;
  std::vector<double> row_losses;  ///< weighted, before the reduction
  double loss = 0;
  std::vector<double> gradient;  ///< of the loss in all weights; 0 for what is not trained
};

// ---- activations
// ------------------------------------------------------------------------------------------------------

inline Matrix activate(Activation activation, const Matrix& z) {
  Matrix y = z;
  for (int r = 0; r < z.rows; ++r) {
    double sum = 0, largest = -std::numeric_limits<double>::infinity();
    for (int c = 0; c < z.columns; ++c) largest = std::max(largest, z(r, c));
    for (int c = 0; c < z.columns; ++c) sum += std::exp(z(r, c) - largest);
    for (int c = 0; c < z.columns; ++c) {
      const double v = z(r, c);
      switch (activation) {
        case Activation::linear:
          break;
        case Activation::relu:
          y(r, c) = v < 0 ? 0 : v;
          break;
        case Activation::sigmoid:
          y(r, c) = 1 / (1 + std::exp(-v));
          break;
        case Activation::tanh:
          y(r, c) = std::tanh(v);
          break;
        case Activation::softmax:
          y(r, c) = std::exp(v - largest) / sum;
          break;
      }
    }
  }
  return y;
}

/// From y = activation(z) and dL/dy: dL/dz.
inline Matrix activation_gradient(Activation activation, const Matrix& y, const Matrix& dy) {
  Matrix dz = dy;
  for (int r = 0; r < y.rows; ++r) {
    double dot = 0;
    for (int c = 0; c < y.columns; ++c) dot += y(r, c) * dy(r, c);
    for (int c = 0; c < y.columns; ++c) {
      const double v = y(r, c);
      switch (activation) {
        case Activation::linear:
          break;
        case Activation::relu:
          dz(r, c) *= v > 0 ? 1 : 0;
          break;
        case Activation::sigmoid:
          dz(r, c) *= v * (1 - v);
          break;
        case Activation::tanh:
          dz(r, c) *= 1 - v * v;
          break;
        case Activation::softmax:
          dz(r, c) = v * (dy(r, c) - dot);
          break;
      }
    }
  }
  return dz;
}

// ---- the loss
// ---------------------------------------------------------------------------------------------------------

struct LossResult {
  std::vector<double> row_losses;
  double loss = 0;
  Matrix gradient;  ///< in the outputs, or in the logits if `logits`
};

/// Cross-entropy of `output` (probabilities, or logits if `logits`) against the batch.
inline LossResult cross_entropy(const Matrix& output, const Batch& batch, const Loss& loss, bool logits) {
  const double low = 1e-7f, high = 1.0f - 1e-7f;  // Keras clips float32 numbers by these
  const int n = output.rows, classes = output.columns;
  const auto* categorical = std::get_if<CategoricalCrossentropy>(&loss);
  const double smoothing = categorical ? categorical->label_smoothing : 0;
  const Reduction reduction = std::visit([](const auto& l) { return l.reduction; }, loss);

  LossResult result{std::vector<double>(static_cast<std::size_t>(n)), 0, Matrix(n, classes)};
  std::vector<double> t(static_cast<std::size_t>(classes)), log_p(t), d(t);
  double weights = 0;
  for (int r = 0; r < n; ++r) {
    const double weight = batch.weights.empty() ? 1 : batch.weights[static_cast<std::size_t>(r)];
    weights += weight;
    for (int c = 0; c < classes; ++c)
      t[c] = categorical ? batch.targets(r, c) * (1 - smoothing) + smoothing / classes
                         : (batch.labels[static_cast<std::size_t>(r)] == c ? 1 : 0);
    if (logits) {
      double largest = output(r, 0), sum = 0, total = 0;
      for (int c = 0; c < classes; ++c) largest = std::max(largest, output(r, c));
      for (int c = 0; c < classes; ++c) sum += std::exp(output(r, c) - largest), total += t[c];
      for (int c = 0; c < classes; ++c) {
        log_p[c] = output(r, c) - largest - std::log(sum);
        d[c] = total * std::exp(log_p[c]) - t[c];
      }
    } else {
      double sum = 0, dot = 0;
      for (int c = 0; c < classes; ++c) sum += output(r, c);
      for (int c = 0; c < classes; ++c) {
        const double p = output(r, c) / sum;
        const bool inside = p >= low && p <= high;
        log_p[c] = std::log(std::min(std::max(p, low), high));
        d[c] = inside ? -t[c] / p : 0;
        dot += d[c] * p;
      }
      for (int c = 0; c < classes; ++c) d[c] = (d[c] - dot) / sum;
    }
    double row = 0;
    for (int c = 0; c < classes; ++c) row -= t[c] * log_p[c];
    result.row_losses[static_cast<std::size_t>(r)] = weight * row;
    result.loss += weight * row;
    for (int c = 0; c < classes; ++c) result.gradient(r, c) = weight * d[c];
  }
  const double divisor = reduction == Reduction::sum ? 1 : reduction == Reduction::sum_over_batch_size ? n : weights;
  result.loss /= divisor;
  for (double& g : result.gradient.values) g /= divisor;
  return result;
}

// ---- the network
// ------------------------------------------------------------------------------------------------------

class Network {
 public:
  /// `inputs`: numbers in one sample. `weights`: canonical.
  Network(int inputs, std::vector<Layer> layers, std::span<const float> canonical)
      : weights(canonical.begin(), canonical.end()), layers_(std::move(layers)) {
    std::size_t offset = 0;
    for (const Layer& layer : layers_) {
      offsets_.push_back(offset);
      if (const auto* dense = std::get_if<Dense>(&layer)) {
        offset += static_cast<std::size_t>(inputs + (dense->use_bias ? 1 : 0)) * dense->units;
        inputs = dense->units;
      } else if (const auto* norm = std::get_if<BatchNormalization>(&layer)) {
        offset += static_cast<std::size_t>(2 + (norm->scale ? 1 : 0) + (norm->center ? 1 : 0)) * inputs;
      }
    }
  }

  std::vector<double> weights;
  /// Done to every number that goes from layer to layer, forward and backward, to see how much that matters. Default:
  /// nothing.
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
    Matrix normalised;            // BatchNormalization: (x - mean) * inverse
    std::vector<double> inverse;  // and 1 / sqrt(variance + epsilon)
    Matrix mask;                  // Dropout
  };

  static Activation activation_of(const Layer& layer) {
    if (const auto* dense = std::get_if<Dense>(&layer)) return dense->activation;
    if (const auto* activation = std::get_if<ActivationLayer>(&layer)) return activation->activation;
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

  static void finish(Activation activation, Trace& t) { t.output = activate(activation, t.logits); }

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

  void forward(const Dropout&, std::size_t i, Trace& t, bool training, const Mask& mask) {
    t.mask = Matrix(t.input.rows, t.input.columns);
    t.output = t.input;
    for (int r = 0; r < t.mask.rows; ++r)
      for (int c = 0; c < t.mask.columns; ++c) {
        t.mask(r, c) = training && mask ? mask(i, r, c) : 1;
        t.output(r, c) *= t.mask(r, c);
      }
  }

  Step run(const Batch& batch, const Loss& loss, bool training, const Mask& mask) {
    const std::vector<Trace> traces = forward(batch.x, training, mask);
    const bool from_logits = std::visit([](const auto& l) { return l.from_logits; }, loss);
    // A softmax at the end and the cross-entropy are taken together: the same, but for probabilities below 1e-7.
    const bool fused = !from_logits && activation_of(layers_.back()) == Activation::softmax;
    const Trace& last = traces.back();
    LossResult l = cross_entropy(fused ? last.logits : last.output, batch, loss, fused || from_logits);

    Step step;
    step.output = last.output;
    step.row_losses = std::move(l.row_losses);
    step.loss = l.loss;
    step.gradient.resize(weights.size());
    if (!training) return step;

    Matrix d = pass_on(std::move(l.gradient));
    for (std::size_t i = layers_.size(); i-- > 0;) {
      if (!(fused && i + 1 == layers_.size()))
        d = pass_on(activation_gradient(activation_of(layers_[i]), traces[i].output, d));
      d = pass_on(std::visit([&](const auto& layer) { return backward(layer, i, traces[i], d, step); }, layers_[i]));
    }
    return step;
  }

  // Each takes dL/d(output) — for layers with an activation, dL/d(logits) — adds to the weights' gradient and returns
  // dL/d(input).

  Matrix backward(const Flatten&, std::size_t, const Trace&, const Matrix& d, Step&) { return d; }
  Matrix backward(const ActivationLayer&, std::size_t, const Trace&, const Matrix& d, Step&) { return d; }

  Matrix backward(const Rescaling& layer, std::size_t, const Trace&, Matrix d, Step&) {
    for (double& v : d.values) v *= layer.scale;
    return d;
  }

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

  std::vector<Layer> layers_;
  std::vector<std::size_t> offsets_;  // of each layer's first weight
};

}  // namespace telar::oracle
