#include "base/statistics.hpp"

#include <algorithm>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <limits>

namespace telar {

namespace {

Summary from_squared_deviations(std::int64_t n, double mean, double squares) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  if (n < 2) return {n, mean, infinity, {-infinity, infinity}};
  const double count = static_cast<double>(n);
  const double sd = std::sqrt(squares / (count - 1));
  const boost::math::students_t t(count - 1);
  const double half = boost::math::quantile(boost::math::complement(t, 0.025)) * sd / std::sqrt(count);
  return {n, mean, sd, {mean - half, mean + half}};
}

}  // namespace

Interval wilson_interval(std::int64_t k, std::int64_t n) {
  return wilson_interval_of_share(static_cast<double>(k), static_cast<double>(n));
}

Interval wilson_interval_of_share(double k, double n) {
  if (!(n > 0)) return {0, 1};
  constexpr double z = 1.959963984540054;  // 97.5 % quantile of the normal distribution
  const double p = k / n;
  const double scale = 1 / (1 + z * z / n);
  const double center = scale * (p + z * z / (2 * n));
  const double half = scale * z * std::sqrt(p * (1 - p) / n + z * z / (4 * n * n));
  // At the ends the formula gives exactly 0 or 1, its rounding does not.
  return {k == 0 ? 0 : std::max(0.0, center - half), k == n ? 1 : std::min(1.0, center + half)};
}

Summary summarize(std::span<const double> values) {
  const auto n = static_cast<std::int64_t>(values.size());
  double sum = 0;
  for (const double x : values) sum += x;
  const double mean = n == 0 ? 0 : sum / static_cast<double>(n);
  double squares = 0;
  for (const double x : values) squares += (x - mean) * (x - mean);
  return from_squared_deviations(n, mean, squares);
}

Summary summarize(std::int64_t n, double sum, double sum_of_squares) {
  if (n <= 0) return from_squared_deviations(0, 0, 0);
  const double mean = sum / static_cast<double>(n);
  const double squares = sum_of_squares - sum * mean;
  return from_squared_deviations(n, mean,
                                 squares < 0 ? 0 : squares);  // rounding may leave less than nothing; NaN stays
}

}  // namespace telar
