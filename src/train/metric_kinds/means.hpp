// Means over the samples: sums of w, w m and w m^2. And explained variance, which takes more of them.
#pragma once

#include <algorithm>
#include <cmath>

#include "compute/row_loss.hpp"
#include "model/loss_op.hpp"
#include "train/metric_kinds/kinds.hpp"

namespace telar::metric_kinds {

template <class T>
concept IsMean = IsLoss<T> || OfRecognisedSamples<T> || OfTopK<T> ||
    OneOf<T, BinaryAccuracy, RootMeanSquaredError, PearsonCorrelation, ConcordanceCorrelation, CustomMetric>;

inline double cross_entropy(const compute::CrossEntropyOp& op, const MeasuredRow& row) {
  const double smoothing = static_cast<double>(op.smoothing), classes = static_cast<double>(row.columns);
  double largest = row.y[0], total = 0, loss = 0;
  for (std::size_t c = 1; c < row.columns; ++c) largest = std::max(largest, row.y[c]);
  for (std::size_t c = 0; c < row.columns; ++c) total += op.logits ? std::exp(row.y[c] - largest) : row.y[c];
  for (std::size_t c = 0; c < row.columns; ++c) {
    const double t = row.t[c] * (1 - smoothing) + smoothing / classes;
    const double clipped = std::clamp(row.y[c] / total, double{1e-7f}, double{1.0f - 1e-7f});
    if (t != 0) loss -= t * (op.logits ? row.y[c] - largest - std::log(total) : std::log(clipped));
  }
  return loss;
}

template <IsLoss T>
double of_row(const T& loss, const MeasuredRow& row) {
  const LossOperation operation = loss_op(loss);
  if (const auto* entropy = std::get_if<compute::CrossEntropyOp>(&operation)) return cross_entropy(*entropy, row);
  const double value =
      compute::row_loss<double>(std::get<compute::LossOp>(operation).formula, row.y, row.t, row.columns, nullptr);
  return std::is_same_v<T, CosineSimilarity> ? -value : value;
}
template <OfRecognisedSamples T>
double of_row(const T&, const MeasuredRow& row) {
  return row.predicted == row.actual ? 1 : 0;
}
template <OfTopK T>
double of_row(const T& metric, const MeasuredRow& row) {
  const double own = row.y[row.actual];
  return std::count_if(row.y, row.y + row.columns, [own](double y) { return y > own; }) < metric.k ? 1 : 0;
}
inline double of_row(const BinaryAccuracy& metric, const MeasuredRow& row) {
  double hits = 0;
  for (std::size_t c = 0; c < row.columns; ++c) hits += (row.y[c] > metric.threshold) == (row.t[c] > 0.5) ? 1 : 0;
  return hits / static_cast<double>(row.columns);
}
inline double of_row(const RootMeanSquaredError&, const MeasuredRow& row) { return of_row(MeanSquaredError{}, row); }

/// Moments of a sample's outputs and targets about their means.
struct Moments {
  double y = 0, t = 0, yy = 0, tt = 0, yt = 0;
  explicit Moments(const MeasuredRow& row) {
    const double n = static_cast<double>(row.columns);
    for (std::size_t c = 0; c < row.columns; ++c) y += row.y[c] / n, t += row.t[c] / n;
    for (std::size_t c = 0; c < row.columns; ++c) {
      yy += (row.y[c] - y) * (row.y[c] - y) / n, tt += (row.t[c] - t) * (row.t[c] - t) / n;
      yt += (row.y[c] - y) * (row.t[c] - t) / n;
    }
  }
};
inline constexpr double kLeastSpread = 1e-7;  // Keras's epsilon
inline double of_row(const PearsonCorrelation&, const MeasuredRow& row) {
  const Moments m(row);
  return m.yt / std::max(std::sqrt(m.yy * m.tt), kLeastSpread);
}
inline double of_row(const ConcordanceCorrelation&, const MeasuredRow& row) {
  const Moments m(row);
  return 2 * m.yt / (m.yy + m.tt + (m.y - m.t) * (m.y - m.t) + kLeastSpread);
}
inline double of_row(const CustomMetric& metric, const MeasuredRow& row) {
  return metric.of_row({row.y, row.columns}, {row.t, row.columns});
}

template <IsMean T>
std::size_t size_of(const T&, std::size_t, int) {
  return 3;
}
template <IsMean T>
void add(const T& metric, const MeasuredRow& row, Sums sums) {
  if constexpr (std::is_same_v<T, SparseCategoricalCrossentropy>)
    if (metric.ignore_class == row.actual) return;
  const double m = of_row(metric, row);
  sums[0] += row.weight;
  sums[1] += row.weight * m;
  sums[2] += row.weight * m * m;
}
template <IsMean T>
double value_of(const T&, Totals sums) {
  const double mean = ratio(sums[1], sums[0]);
  return std::is_same_v<T, RootMeanSquaredError> ? std::sqrt(mean) : mean;
}

/// Sums: weights, and for each output t, t^2 and (y - t)^2.
inline std::size_t size_of(const R2Score&, std::size_t columns, int) { return 1 + 3 * columns; }
inline void add(const R2Score&, const MeasuredRow& row, Sums sums) {
  sums[0] += row.weight;
  for (std::size_t c = 0; c < row.columns; ++c) {
    const double t = row.t[c], error = row.y[c] - t;
    sums[3 * c + 1] += row.weight * t;
    sums[3 * c + 2] += row.weight * t * t;
    sums[3 * c + 3] += row.weight * error * error;
  }
}
inline double value_of(const R2Score&, Totals sums) {
  double score = 0;
  for (std::size_t i = 1; i < sums.size(); i += 3) {
    const double spread = sums[i + 1] - ratio(sums[i] * sums[i], sums[0]);
    score += 1 - ratio(sums[i + 2], spread);
  }
  return score * 3 / static_cast<double>(sums.size() - 1);
}

}  // namespace telar::metric_kinds
