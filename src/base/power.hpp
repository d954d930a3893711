// How many pairs it takes to see a difference.
#pragma once

#include <cstdint>

namespace telar {

/// The probability that a two-sided Student's t test at level `alpha` of n >= 2 paired differences, whose mean is
/// `effect` standard deviations, finds one: from the non-central t distribution.
[[nodiscard]] double power_of_difference(std::int64_t n, double effect, double alpha);

/// The same of two one-sided tests for (-band, band), also in standard deviations, to find equivalence; at least that.
[[nodiscard]] double power_of_equivalence(std::int64_t n, double effect, double band, double alpha);

/// Above it, nobody trains so many.
inline constexpr std::int64_t kMostPairs = 10'000;

/// The fewest pairs that find a difference, or equivalence, with probability `power`; kMostPairs + 1 if it takes more.
[[nodiscard]] std::int64_t pairs_for_difference(double effect, double alpha, double power = 0.8);
[[nodiscard]] std::int64_t pairs_for_equivalence(double effect, double band, double alpha, double power = 0.8);

}  // namespace telar
