#include "model/initialize.hpp"

#include <algorithm>
#include <boost/math/special_functions/erf.hpp>
#include <cmath>

#include <telar/error.hpp>

namespace telar {

namespace {

struct Fans {
  double in, out;
};

void uniform(double variance, const Random& random, std::span<float> values) {
  const float limit = static_cast<float>(std::sqrt(3.0 * variance));
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = (2.0f * random.uniform(i) - 1.0f) * limit;
}

/// Number i of a standard normal, by the inverse of its distribution function; `inside` is the share of the middle that
/// is drawn from.
double normal(const Random& random, std::size_t i, double inside = 1) {
  const double u = (static_cast<double>(random.bits(i)) + 0.5) * 0x1p-32;  // in (0, 1)
  return std::sqrt(2.0) * boost::math::erf_inv((2 * u - 1) * inside);
}

/// Normal cut at two standard deviations, `deviation` before the cut.
void cut_normal(double mean, double deviation, const Random& random, std::span<float> values) {
  constexpr double kInside = 0.95449973610364158;  // P(|z| < 2) = erf(sqrt(2))
  for (std::size_t i = 0; i < values.size(); ++i)
    values[i] = static_cast<float>(mean + deviation * std::clamp(normal(random, i, kInside), -2.0, 2.0));
}

/// The same with the variance after the cut.
void truncated_normal(double variance, const Random& random, std::span<float> values) {
  constexpr double kDeviationAfterCut = 0.87962566103423978;
  cut_normal(0, std::sqrt(variance) / kDeviationAfterCut, random, values);
}

/// The Q of a normal matrix's QR, with a positive diagonal of R: its columns made orthonormal one after the other. A
/// wide matrix is the transpose of a tall one.
void orthogonal(double gain, const std::vector<int>& shape, const Random& random, std::span<float> values) {
  const auto rows = static_cast<std::size_t>(shape.front()), columns = static_cast<std::size_t>(shape.back());
  const std::size_t length = std::max(rows, columns), count = std::min(rows, columns);
  std::vector<double> q(values.size());  // one vector after the other
  for (std::size_t v = 0; v < count; ++v)
    for (std::size_t k = 0; k < length; ++k) q[v * length + k] = normal(random, k * count + v);
  for (std::size_t v = 0; v < count; ++v) {
    double* vector = &q[v * length];
    double squares = 0;
    for (std::size_t k = 0; k < length; ++k) squares += vector[k] * vector[k];
    for (std::size_t k = 0; k < length; ++k) vector[k] /= std::sqrt(squares);
    for (std::size_t other = v + 1; other < count; ++other) {
      double* rest = &q[other * length];
      double dot = 0;
      for (std::size_t k = 0; k < length; ++k) dot += vector[k] * rest[k];
      for (std::size_t k = 0; k < length; ++k) rest[k] -= dot * vector[k];
    }
  }
  for (std::size_t r = 0; r < rows; ++r)
    for (std::size_t c = 0; c < columns; ++c)
      values[r * columns + c] = static_cast<float>(gain * (rows < columns ? q[r * length + c] : q[c * length + r]));
}

struct Fill {
  const std::vector<int>& shape;
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
  void operator()(const Constant& c) const { std::ranges::fill(values, static_cast<float>(c.value)); }
  void operator()(const RandomNormal& n) const { untruncated(n.mean, n.stddev); }
  void operator()(const RandomUniform& u) const {
    for (std::size_t i = 0; i < values.size(); ++i)
      values[i] = static_cast<float>(u.minval + (u.maxval - u.minval) * static_cast<double>(random.uniform(i)));
  }
  void operator()(const TruncatedNormal& n) const { cut_normal(n.mean, n.stddev, random, values); }
  void operator()(const VarianceScaling& v) const {
    using Mode = VarianceScaling::Mode;
    using Distribution = VarianceScaling::Distribution;
    const double fan = v.mode == Mode::fan_in ? fans.in : v.mode == Mode::fan_out ? fans.out : (fans.in + fans.out) / 2;
    switch (v.distribution) {
      case Distribution::truncated_normal:
        return truncated_normal(v.scale / fan, random, values);
      case Distribution::untruncated_normal:
        return untruncated(0, std::sqrt(v.scale / fan));
      case Distribution::uniform:
        return uniform(v.scale / fan, random, values);
    }
  }
  void operator()(const Orthogonal& o) const { orthogonal(o.gain, shape, random, values); }
  void operator()(const Identity& identity) const {
    const auto columns = static_cast<std::size_t>(shape.back());
    for (std::size_t i = 0; i < values.size(); ++i)
      values[i] = i / columns == i % columns ? static_cast<float>(identity.gain) : 0.0f;
  }

 private:
  void untruncated(double mean, double deviation) const {
    for (std::size_t i = 0; i < values.size(); ++i)
      values[i] = static_cast<float>(mean + deviation * normal(random, i));
  }
};

}  // namespace

void initialize(const Initializer& initializer, const std::vector<int>& shape, const Random& random,
                std::span<float> values) {
  double before = 1;  // of more than two axes, those before the last two: Keras's receptive field
  for (std::size_t axis = 0; axis + 2 < shape.size(); ++axis) before *= shape[axis];
  const Fans fans{before * (shape.size() > 1 ? shape[shape.size() - 2] : shape[0]), before * shape.back()};
  std::visit(
      [&](const auto& kind) {
        std::optional<std::uint64_t> seed;
        if constexpr (requires { kind.seed; }) seed = kind.seed;
        Fill{shape, fans, seed ? Random(*seed, Purpose::initializer, {}) : random, values}(kind);
      },
      initializer);
}

void check_initializer(const Initializer& initializer, const std::vector<int>& shape, const std::string& where) {
  if (const auto* uniform = std::get_if<RandomUniform>(&initializer); uniform && uniform->minval > uniform->maxval)
    throw Error(ErrorCode::usage, where, "the initialiser's minval is above its maxval", "swap them");
  const bool of_kernels =
      std::holds_alternative<Orthogonal>(initializer) || std::holds_alternative<Identity>(initializer);
  if (of_kernels && shape.size() != 2)
    throw Error(ErrorCode::usage, where, "the initialiser is for kernels, but the variable has one axis",
                "such as \"zeros\" or \"random_normal\"");
}

}  // namespace telar
