#include "model/initialize.hpp"

#include <algorithm>
#include <boost/math/special_functions/erf.hpp>
#include <cmath>

namespace telar {

namespace {

struct Fans {
  double in, out;
};

void uniform(double variance, const Random& random, std::span<float> values) {
  const float limit = static_cast<float>(std::sqrt(3.0 * variance));
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = (2.0f * random.uniform(i) - 1.0f) * limit;
}

/// Normal cut at two standard deviations, by the inverse of its distribution function; `variance` is that after the
/// cut.
void truncated_normal(double variance, const Random& random, std::span<float> values) {
  constexpr double kDeviationAfterCut = 0.87962566103423978;
  constexpr double kInside = 0.95449973610364158;  // P(|z| < 2) = erf(sqrt(2))
  const double deviation = std::sqrt(variance) / kDeviationAfterCut;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double u = (static_cast<double>(random.bits(i)) + 0.5) * 0x1p-32;  // in (0, 1)
    const double z = std::sqrt(2.0) * boost::math::erf_inv((2 * u - 1) * kInside);
    values[i] = static_cast<float>(deviation * std::clamp(z, -2.0, 2.0));
  }
}

struct Fill {
  Fans fans;
  const Random& random;
  std::span<float> values;

  void operator()(const GlorotUniform&) const { uniform(2.0 / (fans.in + fans.out), random, values); }
  void operator()(const GlorotNormal&) const { truncated_normal(2.0 / (fans.in + fans.out), random, values); }
  void operator()(const HeUniform&) const { uniform(2.0 / fans.in, random, values); }
  void operator()(const HeNormal&) const { truncated_normal(2.0 / fans.in, random, values); }
  void operator()(const LecunUniform&) const { uniform(1.0 / fans.in, random, values); }
  void operator()(const LecunNormal&) const { truncated_normal(1.0 / fans.in, random, values); }
  void operator()(const Zeros&) const { std::ranges::fill(values, 0.0f); }
  void operator()(const Ones&) const { std::ranges::fill(values, 1.0f); }
};

}  // namespace

void initialize(const Initializer& initializer, const std::vector<int>& shape, const Random& random,
                std::span<float> values) {
  const Fans fans{static_cast<double>(shape.front()), static_cast<double>(shape.back())};
  std::visit(Fill{fans, random, values}, initializer);
}

}  // namespace telar
