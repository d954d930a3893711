// Positives and negatives by the number of thresholds they are above. And calibration: for each bin confidence,
// recognised samples and all of them.
#pragma once

#include <algorithm>
#include <cmath>
#include <utility>

#include "train/metric_kinds/kinds.hpp"

namespace telar::metric_kinds {

inline std::size_t size_of(const AUC& metric, std::size_t, int) {
  return 2 * static_cast<std::size_t>(metric.num_thresholds);
}
inline void add(const AUC& metric, const MeasuredRow& row, Sums sums) {
  const double last = metric.num_thresholds - 1;  // thresholds: below 0, then i / last, then above 1
  for (std::size_t c = 0; c < row.columns; ++c) {
    if (std::isnan(row.y[c])) continue;
    const double above = std::clamp(std::ceil(row.y[c] * last), 1.0, last);
    sums[2 * static_cast<std::size_t>(above) + (row.t[c] > 0.5 ? 0 : 1)] += row.weight;
  }
}
inline double value_of(const AUC& metric, Totals sums) {
  double all_positive = 0, all_negative = 0, area = 0, tp = 0, fp = 0;
  for (std::size_t i = 0; i < sums.size(); i += 2) all_positive += sums[i], all_negative += sums[i + 1];
  for (std::size_t i = sums.size(); i > 2;) {  // from the highest threshold down
    i -= 2;
    const double more_tp = sums[i], more_fp = sums[i + 1];
    if (metric.curve == Curve::roc) {
      area += ratio(more_fp, all_negative) * ratio(tp + more_tp / 2, all_positive);
    } else {  // Davis & Goadrich 2006: between two points true positives grow linearly with all positives
      const double before = tp + fp, now = before + more_tp + more_fp, slope = ratio(more_tp, more_tp + more_fp);
      const double start = tp - slope * before;
      const double growth = before > 0 && now > 0 ? std::log(now / before) : 0;
      area += ratio(slope * (more_tp + start * growth), all_positive);
    }
    tp += more_tp, fp += more_fp;
  }
  return area;
}

/// The share that is asked for and, at the thresholds where it is large enough, the largest of the other one.
inline double asked_of(const PrecisionAtRecall& metric) { return metric.recall; }
inline double asked_of(const RecallAtPrecision& metric) { return metric.precision; }
inline double asked_of(const SensitivityAtSpecificity& metric) { return metric.specificity; }
inline double asked_of(const SpecificityAtSensitivity& metric) { return metric.sensitivity; }

template <OfThresholds T>
std::size_t size_of(const T& metric, std::size_t, int) {
  return 2 * (static_cast<std::size_t>(metric.num_thresholds) + 1);
}
template <OfThresholds T>
void add(const T& metric, const MeasuredRow& row, Sums sums) {
  const double last = metric.num_thresholds - 1;  // thresholds: i / last
  for (std::size_t c = 0; c < row.columns; ++c) {
    if (std::isnan(row.y[c])) continue;
    const double above = std::clamp(std::ceil(row.y[c] * last), 0.0, last + 1);
    sums[2 * static_cast<std::size_t>(above) + (row.t[c] > 0.5 ? 0 : 1)] += row.weight;
  }
}
template <OfThresholds T>
double value_of(const T& metric, Totals sums) {
  double positives = 0, negatives = 0, best = 0, tp = 0, fp = 0;
  for (std::size_t i = 0; i < sums.size(); i += 2) positives += sums[i], negatives += sums[i + 1];
  for (std::size_t i = sums.size(); i > 2;) {  // from the highest threshold down, whose outputs are above it
    i -= 2;
    tp += sums[i], fp += sums[i + 1];
    const double recall = ratio(tp, positives), precision = ratio(tp, tp + fp),
                 specificity = ratio(negatives - fp, negatives);
    double asked = recall, other = precision;
    if (std::is_same_v<T, RecallAtPrecision>) std::swap(asked, other);
    if (std::is_same_v<T, SensitivityAtSpecificity>) asked = specificity, other = recall;
    if (std::is_same_v<T, SpecificityAtSensitivity>) asked = recall, other = specificity;
    if (asked >= asked_of(metric)) best = std::max(best, other);
  }
  return best;
}

inline std::size_t size_of(const ExpectedCalibrationError& metric, std::size_t, int) {
  return 3 * static_cast<std::size_t>(metric.bins);
}
inline void add(const ExpectedCalibrationError& metric, const MeasuredRow& row, Sums sums) {
  double confidence = *std::max_element(row.y, row.y + row.columns);
  if (row.columns == 1) confidence = std::max(confidence, 1 - confidence);
  if (std::isnan(confidence)) return;
  const double bin = std::clamp(std::ceil(confidence * metric.bins) - 1, 0.0, metric.bins - 1.0);
  const std::size_t at = 3 * static_cast<std::size_t>(bin);
  sums[at] += row.weight * confidence;
  sums[at + 1] += row.predicted == row.actual ? row.weight : 0;
  sums[at + 2] += row.weight;
}
inline double value_of(const ExpectedCalibrationError&, Totals sums) {
  double distance = 0, all = 0;
  for (std::size_t i = 0; i < sums.size(); i += 3) distance += std::abs(sums[i] - sums[i + 1]), all += sums[i + 2];
  return ratio(distance, all);
}

}  // namespace telar::metric_kinds
