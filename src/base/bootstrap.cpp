#include "base/bootstrap.hpp"

#include <algorithm>
#include <boost/math/distributions/normal.hpp>
#include <cmath>
#include <limits>
#include <vector>

#include "base/random.hpp"

namespace telar {

namespace {

double mean_of(std::span<const double> values) {
  double sum = 0;
  for (const double x : values) sum += x;
  return sum / static_cast<double>(values.size());
}

/// Between the two nearest of sorted values.
double quantile_of(std::span<const double> sorted, double share) {
  const double place = share * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(place);
  const std::size_t above = std::min(below + 1, sorted.size() - 1);
  return sorted[below] + (place - static_cast<double>(below)) * (sorted[above] - sorted[below]);
}

/// How fast the spread of the mean changes with it: a sixth of the skewness of the values.
double acceleration(std::span<const double> values, double mean) {
  double cubes = 0, squares = 0;
  for (const double x : values) {
    const double d = x - mean;
    squares += d * d;
    cubes += d * d * d;
  }
  return cubes / (6 * std::pow(squares, 1.5));
}

}  // namespace

std::size_t resampled_index(int resample, std::size_t i, std::size_t n) noexcept {
  return static_cast<std::size_t>(Random(0, Purpose::shuffle, "BCa").below(n, i, static_cast<std::uint64_t>(resample)));
}

Interval bca_interval(std::span<const double> values) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  const std::size_t n = values.size();
  if (n < 2 || !std::ranges::all_of(values, [](double x) { return std::isfinite(x); })) return {-infinity, infinity};
  const auto [least, most] = std::ranges::minmax(values);
  if (least == most) return {least, most};

  const double mean = mean_of(values);
  std::vector<double> means(kResamples), drawn(n);
  for (int r = 0; r < kResamples; ++r) {
    for (std::size_t i = 0; i < n; ++i) drawn[i] = values[resampled_index(r, i, n)];
    means[static_cast<std::size_t>(r)] = mean_of(drawn);
  }
  std::ranges::sort(means);
  // Means that differ by their rounding alone are equal.
  const double rounding = 1e-12 * std::max(std::abs(least), std::abs(most));
  const auto below = std::ranges::lower_bound(means, mean - rounding) - means.begin();
  const auto up_to = std::ranges::upper_bound(means, mean + rounding) - means.begin();

  const boost::math::normal normal;
  const double bias = boost::math::quantile(normal, static_cast<double>(below + up_to) / (2.0 * kResamples));
  const double a = acceleration(values, mean);
  const auto end = [&](double share) {
    const double z = bias + boost::math::quantile(normal, share);
    return quantile_of(means, boost::math::cdf(normal, bias + z / (1 - a * z)));
  };
  return {end(0.025), end(0.975)};
}

}  // namespace telar
