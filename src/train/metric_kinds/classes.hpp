// Recognised, true and predicted samples of each class.
#pragma once

#include <cmath>

#include "train/metric_kinds/kinds.hpp"

namespace telar::metric_kinds {

template <OfClassCounts T>
std::size_t size_of(const T&, std::size_t, int classes) {
  return 3 * static_cast<std::size_t>(classes);
}
template <OfClassCounts T>
void add(const T&, const MeasuredRow& row, Sums sums) {
  const auto actual = static_cast<std::size_t>(row.actual), predicted = static_cast<std::size_t>(row.predicted);
  if (actual == predicted) sums[3 * actual] += row.weight;
  sums[3 * actual + 1] += row.weight;
  sums[3 * predicted + 2] += row.weight;
}

inline double f_score(double hits, double actual, double predicted, double beta) {
  return ratio((1 + beta * beta) * hits, beta * beta * actual + predicted);
}
inline double f_score(Average average, double beta, Totals sums) {
  double hits = 0, actual = 0, predicted = 0, scores = 0, weighted = 0;
  for (std::size_t i = 0; i < sums.size(); i += 3) {
    const double score = f_score(sums[i], sums[i + 1], sums[i + 2], beta);
    hits += sums[i], actual += sums[i + 1], predicted += sums[i + 2];
    scores += score, weighted += score * sums[i + 1];
  }
  if (average == Average::micro) return f_score(hits, actual, predicted, beta);
  return average == Average::weighted ? ratio(weighted, actual) : scores * 3 / static_cast<double>(sums.size());
}
inline double value_of(const F1Score& metric, Totals sums) { return f_score(metric.average, 1, sums); }
inline double value_of(const FBetaScore& metric, Totals sums) { return f_score(metric.average, metric.beta, sums); }

inline double value_of(const MatthewsCorrelation&, Totals sums) {
  double hits = 0, all = 0, both = 0, actual = 0, predicted = 0;
  for (std::size_t i = 0; i < sums.size(); i += 3) {
    hits += sums[i], all += sums[i + 1];
    both += sums[i + 1] * sums[i + 2], actual += sums[i + 1] * sums[i + 1], predicted += sums[i + 2] * sums[i + 2];
  }
  return ratio(hits * all - both, std::sqrt((all * all - actual) * (all * all - predicted)));
}

inline double value_of(const BalancedAccuracy&, Totals sums) {
  double shares = 0, classes = 0;
  for (std::size_t i = 0; i < sums.size(); i += 3)
    if (sums[i + 1] > 0) shares += sums[i] / sums[i + 1], ++classes;
  return ratio(shares, classes);
}

}  // namespace telar::metric_kinds
