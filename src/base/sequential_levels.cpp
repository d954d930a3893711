#include "base/sequential_levels.hpp"

#include <boost/math/distributions/normal.hpp>
#include <boost/math/quadrature/gauss.hpp>
#include <cmath>

namespace telar {

namespace {

constexpr unsigned kNodes = 60;

/// Places and weights of an integral over (-bound, bound).
struct Quadrature {
  std::vector<double> places, weights;
  explicit Quadrature(double bound) {
    const auto& half = boost::math::quadrature::gauss<double, kNodes>::abscissa();
    const auto& weight = boost::math::quadrature::gauss<double, kNodes>::weights();
    for (std::size_t i = 0; i < half.size(); ++i)
      for (const double sign : {-1.0, 1.0}) {
        places.push_back(sign * bound * half[i]);
        weights.push_back(bound * weight[i]);
      }
  }
};

}  // namespace

std::vector<double> sequential_levels(std::span<const int> sizes, std::span<const double> spent) {
  const boost::math::normal normal;
  std::vector<double> levels;
  // The sum of differences of variance 1, where no look has found anything yet: its density at some places.
  std::vector<double> places{0}, mass{1};
  double seen = 0, before = 0;
  for (std::size_t look = 0; look < sizes.size(); ++look) {
    const double size = sizes[look], step = std::sqrt(size - seen);
    const double wanted = spent[look] - before;
    const auto outside = [&](double bound) {
      double sum = 0;
      for (std::size_t i = 0; i < places.size(); ++i)
        sum += mass[i] * (boost::math::cdf(normal, (places[i] - bound) / step) +
                          boost::math::cdf(normal, (-places[i] - bound) / step));
      return sum;
    };
    double low = 0, high = 40 * std::sqrt(size);
    for (int i = 0; i < 80; ++i) {
      const double middle = (low + high) / 2;
      (outside(middle) > wanted ? low : high) = middle;
    }
    levels.push_back(2 * boost::math::cdf(boost::math::complement(normal, high / std::sqrt(size))));

    const Quadrature inside(high);
    std::vector<double> next(inside.places.size());
    for (std::size_t j = 0; j < next.size(); ++j) {
      for (std::size_t i = 0; i < places.size(); ++i)
        next[j] += mass[i] * boost::math::pdf(normal, (inside.places[j] - places[i]) / step) / step;
      next[j] *= inside.weights[j];
    }
    places = inside.places;
    mass = std::move(next);
    seen = size;
    before = spent[look];
  }
  return levels;
}

}  // namespace telar
