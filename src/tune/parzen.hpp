// A density over a search space from points that were seen in it.
#pragma once

#include <span>
#include <vector>

#include "base/random.hpp"
#include "tune/space.hpp"

namespace telar {

/// A mixture with one part for each point, and one that is even over the whole cube: along a number's edge a normal
/// distribution cut off at 0 and 1, over a choice's options the point's own and a little of the others, and even along
/// the edges that a point has no coordinate for. Of whole points: what goes well together is drawn together.
class ParzenEstimator {
 public:
  /// Bandwidths after Scott's rule, n^(-1 / (d + 4)), but not below 1 / min(100, 1 + n).
  ParzenEstimator(const SearchSpace& space, std::vector<Coordinates> points);

  /// Logarithm of the density along the edges that `at` has coordinates for.
  [[nodiscard]] double log_density(const Coordinates& at) const;
  /// A point, from blocks of `random` at `sub`; conditions hold.
  [[nodiscard]] Coordinates sample(const Random& random, std::uint64_t sub) const;

  /// The density along one edge alone, at `x`: of a choice, the probability of option x.
  [[nodiscard]] double marginal(std::size_t parameter, double x) const;

 private:
  /// Logarithm of a part's density along one edge.
  [[nodiscard]] double log_along(std::size_t parameter, std::size_t point, double x) const;

  const SearchSpace& space_;
  std::vector<Coordinates> points_;
  struct OptionLogs {
    double even = 0, own = 0, other = 0;
  };
  std::vector<OptionLogs> option_logs_;  // of a choice: where a point is not known, of its own option, of another
  std::vector<Coordinates> log_scales_;  // of a point's normal distribution along each edge
  double width_;
};

}  // namespace telar
