#include "tune/parzen.hpp"

#include <algorithm>
#include <boost/math/special_functions/erf.hpp>
#include <cmath>
#include <numbers>
#include <utility>

namespace telar {

namespace {

double normal_cdf(double x) { return 0.5 * std::erfc(-x / std::numbers::sqrt2); }
double normal_quantile(double p) { return -std::numbers::sqrt2 * boost::math::erfc_inv(2 * p); }

/// In (0, 1), from two 32-bit numbers.
double uniform_double(std::uint32_t high, std::uint32_t low) {
  return (static_cast<double>((std::uint64_t{high} << 20) ^ (low >> 12)) + 0.5) * 0x1p-52;
}

}  // namespace

ParzenEstimator::ParzenEstimator(const SearchSpace& space, std::vector<Coordinates> points)
    : space_(space), points_(std::move(points)) {
  const double n = static_cast<double>(points_.size()), d = static_cast<double>(space.size());
  width_ = std::max(0.5 * std::pow(n + 1, -1 / (d + 4)), 1 / std::min(100.0, 1 + n));
  const double spread = 1 / (n + 1);  // a prior of one observation over all options
  for (std::size_t i = 0; i < space.size(); ++i) {
    const auto options = static_cast<double>(std::max<std::size_t>(space.options(i), 1));
    option_logs_.push_back({-std::log(options), std::log((1 + spread / options) / (1 + spread)),
                            std::log((0 + spread / options) / (1 + spread))});
  }
  for (const Coordinates& point : points_) {
    Coordinates& scales = log_scales_.emplace_back();
    for (std::size_t i = 0; i < point.size(); ++i) {
      if (space.options(i) > 0) {
        scales.push_back(0);
        continue;
      }
      const double inside = normal_cdf((1 - point[i]) / width_) - normal_cdf(-point[i] / width_);
      scales.push_back(-std::log(width_ * std::sqrt(2 * std::numbers::pi) * inside));
    }
  }
}

double ParzenEstimator::log_along(std::size_t parameter, std::size_t point, double x) const {
  const double center = points_[point][parameter];
  if (space_.options(parameter) > 0) {
    const OptionLogs& logs = option_logs_[parameter];
    return std::isnan(center) ? logs.even : x == center ? logs.own : logs.other;
  }
  if (std::isnan(center)) return 0;
  const double z = (x - center) / width_;
  return log_scales_[point][parameter] - 0.5 * z * z;
}

double ParzenEstimator::log_density(const Coordinates& at) const {
  double even = 1;
  for (std::size_t i = 0; i < space_.size(); ++i)
    if (!std::isnan(at[i]) && space_.options(i) > 0) even /= static_cast<double>(space_.options(i));
  double sum = even;
  for (std::size_t point = 0; point < points_.size(); ++point) {
    double density = 0;
    for (std::size_t i = 0; i < space_.size(); ++i)
      if (!std::isnan(at[i])) density += log_along(i, point, at[i]);
    sum += std::exp(density);
  }
  return std::log(sum / static_cast<double>(points_.size() + 1));
}

double ParzenEstimator::marginal(std::size_t parameter, double x) const {
  const auto options = static_cast<double>(space_.options(parameter));
  double sum = options > 0 ? 1 / options : 1;
  for (std::size_t point = 0; point < points_.size(); ++point) sum += std::exp(log_along(parameter, point, x));
  return sum / static_cast<double>(points_.size() + 1);
}

Coordinates ParzenEstimator::sample(const Random& random, std::uint64_t sub) const {
  const std::size_t part = random.below(points_.size() + 1, 0, sub);
  std::vector<double> draws(space_.size());
  for (std::size_t i = 0; i < draws.size(); ++i) {
    const auto bits = random.block(1 + i, sub);
    const double u = uniform_double(bits[0], bits[1]);
    draws[i] = u;
    if (part == points_.size() || std::isnan(points_[part][i])) continue;
    const double center = points_[part][i];
    if (const std::size_t options = space_.options(i)) {
      // The point's own option, or with the prior's weight any of them.
      const double spread = 1 / static_cast<double>(points_.size() + 1);
      if (uniform_double(bits[2], bits[3]) < 1 / (1 + spread)) draws[i] = (center + 0.5) / static_cast<double>(options);
    } else {
      const double low = normal_cdf(-center / width_), high = normal_cdf((1 - center) / width_);
      const double p = std::clamp(low + u * (high - low), 1e-15, 1 - 1e-15);
      draws[i] = std::clamp(center + width_ * normal_quantile(p), 0.0, 1.0);
    }
  }
  return space_.place(draws);
}

}  // namespace telar
