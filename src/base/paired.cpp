#include "base/paired.hpp"

#include <algorithm>
#include <boost/math/distributions/binomial.hpp>
#include <boost/math/distributions/chi_squared.hpp>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <numeric>

#include "base/random.hpp"

namespace telar {

namespace {

constexpr std::int64_t kSignFlipDraws = 100'000;

/// The sums of all assignments of signs, ascending.
std::vector<double> signed_sums(std::span<const double> values) {
  std::vector<double> sums{0};
  for (const double value : values) {
    const std::size_t size = sums.size();
    for (std::size_t i = 0; i < size; ++i) {
      sums.push_back(sums[i] - value);
      sums[i] += value;
    }
  }
  std::ranges::sort(sums);
  return sums;
}

/// How many sums of an element of each are at least `limit`; both are sorted.
std::uint64_t pairs_from(std::span<const double> a, std::span<const double> b, double limit) {
  std::uint64_t count = 0;
  std::size_t first = b.size();  // of those in b that are large enough
  for (const double x : a) {
    while (first > 0 && x + b[first - 1] >= limit) --first;
    count += b.size() - first;
  }
  return count;
}

}  // namespace

bool sign_is_flipped(std::int64_t draw, std::size_t pair) noexcept {
  return (Random(0, Purpose::shuffle, "sign flip").bits(pair / 32, static_cast<std::uint64_t>(draw)) >> pair % 32 &
          1u) != 0;
}

SignFlipTest sign_flip_test(std::span<const double> differences, double resolution) {
  const std::size_t n = differences.size();
  double sum = 0, size = 0;
  for (const double d : differences) {
    sum += d;
    size += std::abs(d);
  }
  // Sums that differ by their rounding alone are ties.
  const double limit = std::abs(sum) - std::max(1e-12 * size, static_cast<double>(n) * resolution);
  if (!(limit > 0)) return {};
  if (n <= kExactSignFlips) {
    // As many below -limit as above limit.
    const auto above = static_cast<double>(
        pairs_from(signed_sums(differences.first(n / 2)), signed_sums(differences.subspan(n / 2)), limit));
    return {std::min(1.0, 2 * above / std::exp2(static_cast<double>(n))), 0};
  }
  std::int64_t as_far = 0;
  for (std::int64_t draw = 0; draw < kSignFlipDraws; ++draw) {
    double flipped = 0;
    for (std::size_t i = 0; i < n; ++i) flipped += sign_is_flipped(draw, i) ? -differences[i] : differences[i];
    as_far += std::abs(flipped) >= limit ? 1 : 0;
  }
  return {static_cast<double>(1 + as_far) / static_cast<double>(1 + kSignFlipDraws), kSignFlipDraws};
}

McNemarTest mcnemar_test(std::int64_t only_a, std::int64_t only_b) {
  if (only_a + only_b == 0) return {};
  const boost::math::binomial both(static_cast<double>(only_a + only_b), 0.5);
  const auto fewer = static_cast<double>(std::min(only_a, only_b));
  const double exact = 2 * boost::math::cdf(both, fewer);
  if (only_a == only_b) return {1, 1 - 0.5 * boost::math::pdf(both, fewer)};
  return {std::min(1.0, exact), exact - boost::math::pdf(both, fewer)};
}

double clustered_mcnemar_p(std::span<const std::int32_t> differences) {
  double sum = 0, squares = 0;
  for (const std::int32_t d : differences) {
    sum += d;
    squares += static_cast<double>(d) * d;
  }
  if (squares == 0) return 1;
  return boost::math::cdf(boost::math::complement(boost::math::chi_squared(1), sum * sum / squares));
}

double equivalence_p(std::span<const double> differences, double band) {
  if (differences.size() < 2 || !(band > 0)) return 1;
  const Summary s = summarize(differences);
  if (!std::isfinite(s.mean) || !std::isfinite(s.sd)) return 1;
  const double room = band - std::abs(s.mean);  // to the nearer end, where p is larger
  if (s.sd == 0) return room > 0 ? 0 : 1;
  const auto n = static_cast<double>(s.n);
  return boost::math::cdf(boost::math::complement(boost::math::students_t(n - 1), room / (s.sd / std::sqrt(n))));
}

std::vector<double> holm(std::span<const double> p) {
  std::vector<std::size_t> order(p.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, {}, [&](std::size_t i) { return p[i]; });
  std::vector<double> adjusted(p.size());
  double largest = 0;
  for (std::size_t i = 0; i < order.size(); ++i) {
    largest = std::max(largest, std::min(1.0, static_cast<double>(p.size() - i) * p[order[i]]));
    adjusted[order[i]] = largest;
  }
  return adjusted;
}

Share share_above_zero(std::span<const double> differences) {
  double above = 0;
  for (const double d : differences) above += d > 0 ? 1 : d == 0 ? 0.5 : 0;
  const auto n = static_cast<double>(differences.size());
  return {n > 0 ? above / n : 0.5, wilson_interval_of_share(above, n)};
}

}  // namespace telar
