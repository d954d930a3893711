// Intersections over unions: the sums of classes.hpp, but of numbers of classes or of the largest outputs.
#pragma once

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>

#include <telar/error.hpp>

#include "train/metric_kinds/kinds.hpp"

namespace telar::metric_kinds {

struct IoUReading {
  int classes = 2;
  std::optional<int> ignored{};
  bool sparse_true = true, sparse_predicted = true;
  std::optional<float> threshold{};
};
template <OfIntersections T>
IoUReading reading_of(const T& metric) {
  IoUReading reading;
  if constexpr (requires { metric.num_classes; }) reading.classes = metric.num_classes;
  if constexpr (requires { metric.ignore_class; }) reading.ignored = metric.ignore_class;
  reading.sparse_true = !OneOf<T, OneHotIoU, OneHotMeanIoU>;
  if constexpr (requires { metric.sparse_y_true; }) reading.sparse_true = metric.sparse_y_true;
  if constexpr (requires { metric.sparse_y_pred; }) reading.sparse_predicted = metric.sparse_y_pred;
  if constexpr (requires { metric.threshold; }) reading.threshold = static_cast<float>(metric.threshold);
  return reading;
}

template <OfIntersections T>
std::size_t size_of(const T& metric, std::size_t, int) {
  return 3 * static_cast<std::size_t>(reading_of(metric).classes);
}
template <OfIntersections T>
void add(const T& metric, const MeasuredRow& row, Sums sums) {
  const IoUReading reading = reading_of(metric);
  const auto count = [&](double actual, double predicted) {
    if (!(actual > -1 && actual < reading.classes && predicted > -1 && predicted < reading.classes)) return;
    const auto a = static_cast<int>(actual), p = static_cast<int>(predicted);
    if (reading.ignored == a) return;
    const double weight = std::trunc(row.weight);
    if (a == p) sums[3 * static_cast<std::size_t>(a)] += weight;
    sums[3 * static_cast<std::size_t>(a) + 1] += weight;
    sums[3 * static_cast<std::size_t>(p) + 2] += weight;
  };
  const auto largest = [&](const double* v) { return static_cast<double>(std::max_element(v, v + row.columns) - v); };
  if (!reading.sparse_predicted) return count(largest(row.t), largest(row.y));
  for (std::size_t c = 0; c < row.columns; ++c)
    count(row.t[c], reading.threshold ? (static_cast<float>(row.y[c]) >= *reading.threshold ? 1 : 0) : row.y[c]);
}
template <OfIntersections T>
double value_of(const T& metric, Totals sums) {
  constexpr double kEpsilon = 1e-7;  // Keras's
  double ratios = 0, occur = 0;
  const auto take = [&](std::size_t c) {
    const double hits = sums[3 * c], either = sums[3 * c + 1] + sums[3 * c + 2] - hits;
    if (either > 0) ratios += hits / (either + kEpsilon), ++occur;
  };
  if constexpr (requires { metric.target_class_ids; })
    for (const int id : metric.target_class_ids) take(static_cast<std::size_t>(id));
  else
    for (std::size_t c = 0; 3 * c < sums.size(); ++c) take(c);
  return ratios / (occur + kEpsilon);
}

/// Throws Error (usage) where Keras would compare numbers of classes with outputs of classes.
template <OfIntersections T>
void check_reading(const T& metric, std::size_t columns, bool labels, const std::string& name) {
  const IoUReading reading = reading_of(metric);
  const auto refuse = [&](const std::string& message, const std::string& hint) {
    throw Error(ErrorCode::usage, "metrics", name + " " + message, hint);
  };
  if (reading.threshold) return;
  if (columns == 1) {
    if (!reading.sparse_true || !reading.sparse_predicted)
      refuse("takes the largest of several outputs, but the network has one", "BinaryIoU says what one output means");
  } else if (labels || !reading.sparse_true) {
    if (reading.sparse_predicted)
      refuse("takes an output for the number of a class, but the network has one for each class",
             "say sparse_y_pred = false");
  } else if (!reading.sparse_predicted) {
    refuse("takes targets for numbers of classes, but they are one-hot", "say sparse_y_true = false");
  }
}

}  // namespace telar::metric_kinds
