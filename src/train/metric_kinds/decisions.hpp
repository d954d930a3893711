// Decisions about single outputs: right ones, and those that were made or had to be.
#pragma once

#include <numeric>

#include "train/metric_kinds/kinds.hpp"

namespace telar::metric_kinds {

template <OfDecisions T>
std::size_t size_of(const T&, std::size_t, int) {
  return 2;
}
template <OfDecisions T>
void add(const T& metric, const MeasuredRow& row, Sums sums) {
  for (std::size_t c = 0; c < row.columns; ++c) {
    const bool positive = row.y[c] > metric.threshold, is = row.t[c] > 0.5;
    sums[0] += positive && is ? row.weight : 0;
    sums[1] += (std::is_same_v<T, Precision> ? positive : is) ? row.weight : 0;
  }
}
template <OfDecisions T>
double value_of(const T&, Totals sums) {
  return ratio(sums[0], sums[1]);
}

template <OfCounts T>
std::size_t size_of(const T&, std::size_t, int) {
  return 1;
}
template <OfCounts T>
void add(const T& metric, const MeasuredRow& row, Sums sums) {
  constexpr bool kPositive = OneOf<T, TruePositives, FalsePositives>, kRight = OneOf<T, TruePositives, TrueNegatives>;
  for (std::size_t c = 0; c < row.columns; ++c) {
    const bool positive = row.y[c] > metric.threshold, is = row.t[c] > 0.5;
    if (positive == kPositive && (positive == is) == kRight) sums[0] += row.weight;
  }
}
template <OfCounts T>
double value_of(const T&, Totals sums) {
  return std::accumulate(sums.begin(), sums.end(), 0.0);
}

}  // namespace telar::metric_kinds
