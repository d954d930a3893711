// Whether paired values differ: tests on the differences within pairs, and how to read several of them.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/statistics.hpp"

namespace telar {

/// Up to so many pairs the sign-flip test counts every assignment of signs, above it draws some.
inline constexpr std::size_t kExactSignFlips = 40;

struct SignFlipTest {
  double p = 1;            ///< two-sided
  std::int64_t draws = 0;  ///< assignments of signs that were drawn; 0: all 2^n were counted
};

/// Fisher's randomisation test of paired differences (Fisher 1935, "The Design of Experiments", section 21): the share
/// of all assignments of signs whose sum is at least as far from 0 as the one seen. Zeros stay in. Exact for up to
/// kExactSignFlips pairs, where its smallest p is 2 / 2^n; above, 100,000 assignments are drawn, always the same, and p
/// is (1 + as far) / (1 + drawn) (Phipson and Smyth 2010). Sums closer than n `resolution` are equal: give what the
/// differences are rounded to. Without differences p is 1.
[[nodiscard]] SignFlipTest sign_flip_test(std::span<const double> differences, double resolution = 0);

/// Whether the sign of difference `pair` is flipped in a drawn assignment.
[[nodiscard]] bool sign_is_flipped(std::int64_t draw, std::size_t pair) noexcept;

/// What McNemar's test says of `only_a` and `only_b` pairs in which only one of two was right (McNemar 1947, "Note on
/// the sampling error of the difference between correlated proportions or percentages").
struct McNemarTest {
  double exact = 1;  ///< two-sided binomial p
  double mid = 1;  ///< mid-p (Fagerland, Lydersen and Laake 2013): less conservative; half the weight of what was seen
};
[[nodiscard]] McNemarTest mcnemar_test(std::int64_t only_a, std::int64_t only_b);

/// McNemar's test where each of the items was judged several times, so that its judgements belong together: the p of
/// (sum d)^2 / sum d^2, chi-squared with one degree of freedom, over d, an item's "only b" less its "only a"
/// (Durkalski, Palesch, Lipsitz and Rust 2003, "Analysis of clustered matched-pair data"). With one judgement each it
/// is McNemar's own. 1 if all are 0.
[[nodiscard]] double clustered_mcnemar_p(std::span<const std::int32_t> differences);

/// Two one-sided Student's t tests that the mean of `differences` is within (-band, band) (Schuirmann 1987): the larger
/// p. At most alpha exactly if the 1 - 2 alpha interval of the mean lies in the band. 1 for less than two differences
/// or no band.
[[nodiscard]] double equivalence_p(std::span<const double> differences, double band);

/// p-values adjusted for their number, in their order (Holm 1979, "A simple sequentially rejective multiple test
/// procedure"): rejecting what is at most alpha errs in any of them with probability at most alpha.
[[nodiscard]] std::vector<double> holm(std::span<const double> p);

/// In what share of pairs the difference is above 0; ties count half. Wilson's interval, 95 %.
struct Share {
  double value = 0;
  Interval interval{0, 1};
};
[[nodiscard]] Share share_above_zero(std::span<const double> differences);

}  // namespace telar
