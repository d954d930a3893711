// The loss of a batch and its gradient as a textbook has them.
#pragma once

#include <algorithm>
#include <cmath>
#include <vector>

#include <telar/losses.hpp>

#include "oracle/batch.hpp"
#include "oracle/row_losses.hpp"

namespace telar::oracle {

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
  const double smoothing =
      categorical ? categorical->label_smoothing : std::get<SparseCategoricalCrossentropy>(loss).label_smoothing;
  const Reduction reduction = std::visit([](const auto& l) { return l.reduction; }, loss);

  LossResult result{std::vector<double>(static_cast<std::size_t>(n)), 0, Matrix(n, classes)};
  std::vector<double> t(static_cast<std::size_t>(classes)), log_p(t), d(t);
  double weights = 0;
  for (int r = 0; r < n; ++r) {
    const double weight = batch.weights.empty() ? 1 : batch.weights[static_cast<std::size_t>(r)];
    weights += weight;
    for (int c = 0; c < classes; ++c)
      t[c] = (categorical                                      ? batch.targets(r, c)
              : batch.labels[static_cast<std::size_t>(r)] == c ? 1
                                                               : 0) *
                 (1 - smoothing) +
             smoothing / classes;
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

inline bool is_cross_entropy(const Loss& loss) {
  return std::holds_alternative<CategoricalCrossentropy>(loss) ||
         std::holds_alternative<SparseCategoricalCrossentropy>(loss);
}

/// Any other loss of the outputs against the batch's targets.
inline LossResult loss_of_rows(const Matrix& output, const Batch& batch, const Loss& loss) {
  const int n = output.rows;
  const std::size_t columns = output.columns;
  const Reduction reduction = std::visit([](const auto& l) { return l.reduction; }, loss);
  LossResult result{std::vector<double>(static_cast<std::size_t>(n)), 0, Matrix(n, output.columns)};
  double weights = 0;
  for (int r = 0; r < n; ++r) {
    const double weight = batch.weights.empty() ? 1 : batch.weights[static_cast<std::size_t>(r)];
    weights += weight;
    Duals y;
    std::vector<double> t;
    for (std::size_t c = 0; c < columns; ++c) y.emplace_back(output(r, c)), t.push_back(batch.targets(r, c));
    for (std::size_t c = 0; c < columns; ++c) {
      y[c].d = 1;
      result.gradient(r, c) = weight * row_loss(loss, y, t).d;
      y[c].d = 0;
    }
    result.loss += result.row_losses[static_cast<std::size_t>(r)] = weight * row_loss(loss, y, t).v;
  }
  const double divisor = reduction == Reduction::sum ? 1 : reduction == Reduction::sum_over_batch_size ? n : weights;
  result.loss /= divisor;
  for (double& g : result.gradient.values) g /= divisor;
  return result;
}

}  // namespace telar::oracle
