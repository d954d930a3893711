#include "base/power.hpp"

#include <algorithm>
#include <boost/math/distributions/non_central_t.hpp>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>

namespace telar {

namespace {

double critical_t(double freedom, double alpha) {
  return boost::math::quantile(boost::math::complement(boost::math::students_t(freedom), alpha));
}

/// That a t of so many degrees of freedom, shifted by `shift`, is above `limit`.
double above(double freedom, double shift, double limit) {
  constexpr double kFar = 1000;  // more changes nothing but the length of the distribution's series
  const boost::math::non_central_t t(freedom, std::clamp(shift, -kFar, kFar));
  return boost::math::cdf(boost::math::complement(t, limit));
}

/// The fewest n from 2 on with power(n) >= wanted, where the power grows with n.
template <class Power>
std::int64_t fewest_pairs(const Power& power, double wanted) {
  std::int64_t enough = 2;
  while (enough <= kMostPairs && power(enough) < wanted) enough *= 2;
  std::int64_t too_few = std::max<std::int64_t>(enough / 2, 1);
  enough = std::min(enough, kMostPairs + 1);
  while (enough - too_few > 1) {
    const std::int64_t middle = (too_few + enough) / 2;
    (power(middle) < wanted ? too_few : enough) = middle;
  }
  return enough;
}

}  // namespace

double power_of_difference(std::int64_t n, double effect, double alpha) {
  const auto freedom = static_cast<double>(n - 1);
  const double shift = std::abs(effect) * std::sqrt(static_cast<double>(n)), limit = critical_t(freedom, alpha / 2);
  return above(freedom, shift, limit) + above(freedom, -shift, limit);
}

double power_of_equivalence(std::int64_t n, double effect, double band, double alpha) {
  const auto freedom = static_cast<double>(n - 1);
  const double root = std::sqrt(static_cast<double>(n)), limit = critical_t(freedom, alpha);
  // That both tests reject is at least what is left when each may fail.
  return std::max(0.0,
                  above(freedom, (band - effect) * root, limit) + above(freedom, (band + effect) * root, limit) - 1);
}

std::int64_t pairs_for_difference(double effect, double alpha, double power) {
  if (!(std::abs(effect) > 0)) return kMostPairs + 1;
  return fewest_pairs([&](std::int64_t n) { return power_of_difference(n, effect, alpha); }, power);
}

std::int64_t pairs_for_equivalence(double effect, double band, double alpha, double power) {
  if (!(std::abs(effect) < band)) return kMostPairs + 1;
  return fewest_pairs([&](std::int64_t n) { return power_of_equivalence(n, effect, band, alpha); }, power);
}

}  // namespace telar
