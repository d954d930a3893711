// How sure a number is: 95 % intervals of proportions and means.
#pragma once

#include <cstdint>
#include <span>

namespace telar {

struct Interval {
  double low = 0;
  double high = 0;
};

/// Wilson's score interval, 95 %, without continuity correction, of a proportion seen as k of n (Wilson 1927, "Probable
/// inference, the law of succession, and statistical inference"). Inside [0, 1], and never of width 0; [0, 1] for n =
/// 0. Needs 0 <= k <= n.
[[nodiscard]] Interval wilson_interval(std::int64_t k, std::int64_t n);
/// The same where k counts halves.
[[nodiscard]] Interval wilson_interval_of_share(double k, double n);

/// What a sample of independent values says about the mean of where it comes from.
struct Summary {
  std::int64_t n = 0;
  double mean = 0;
  double sd = 0;      ///< sample standard deviation, n - 1 in the denominator
  Interval interval;  ///< Student's t, 95 %, n - 1 degrees of freedom
};

/// Mean, spread and interval of `values`. One value says nothing of the spread: sd is infinite and the interval is the
/// whole line. No values: the mean is 0 as well. A NaN among the values shows in all of them.
[[nodiscard]] Summary summarize(std::span<const double> values);
/// The same from n, the sum and the sum of squares, where the values themselves are gone. Loses digits if the mean is
/// much larger than the spread.
[[nodiscard]] Summary summarize(std::int64_t n, double sum, double sum_of_squares);

}  // namespace telar
