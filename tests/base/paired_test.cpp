// Tests on paired differences, against values worked out by hand and in the papers.
#include "base/paired.hpp"

#include <gtest/gtest.h>
#include <limits>
#include <rapidcheck/gtest.h>
#include <vector>

namespace telar {
namespace {

/// The definition: every assignment of signs, one after the other.
double sign_flips_one_by_one(const std::vector<double>& differences) {
  double sum = 0;
  for (const double d : differences) sum += d;
  int as_far = 0;
  for (unsigned signs = 0; signs < 1u << differences.size(); ++signs) {
    double flipped = 0;
    for (std::size_t i = 0; i < differences.size(); ++i) flipped += signs >> i & 1u ? -differences[i] : differences[i];
    as_far += std::abs(flipped) >= std::abs(sum) - 1e-9 ? 1 : 0;
  }
  return as_far / std::exp2(static_cast<double>(differences.size()));
}

// Darwin's maize as in Fisher 1935, "The Design of Experiments", section 21: 1726 of 32768 assignments.
TEST(SignFlipTest, gives_fishers_own_example) {
  const std::vector<double> maize{49, -67, 8, 16, 6, 23, 28, 41, 14, 29, 56, 24, 75, 60, -48};
  const SignFlipTest test = sign_flip_test(maize);
  EXPECT_DOUBLE_EQ(test.p, 1726 / 32768.0);
  EXPECT_EQ(test.draws, 0) << "all were counted";
}

TEST(SignFlipTest, can_never_be_significant_for_fewer_than_six) {
  for (std::size_t n = 1; n <= 12; ++n)
    EXPECT_DOUBLE_EQ(sign_flip_test(std::vector<double>(n, 1.5)).p, 2 / std::exp2(static_cast<double>(n)));
}

RC_GTEST_PROP(SignFlipTest, counts_every_assignment_ties_and_zeros_included, ()) {
  const auto whole = *rc::gen::container<std::vector<int>>(*rc::gen::inRange(0, 13), rc::gen::inRange(-4, 5));
  std::vector<double> differences;
  for (const int d : whole) differences.push_back(d * 0.1);  // whose sums are equal but for their rounding
  RC_ASSERT(std::abs(sign_flip_test(differences).p - sign_flips_one_by_one(differences)) < 1e-12);
}

TEST(SignFlipTest, takes_for_equal_what_differs_by_rounding_of_the_differences) {
  const std::vector<double> exact{0.25, 0.25, -0.25, 0.25}, rounded{0.25, 0.250000001, -0.25, 0.249999999};
  EXPECT_DOUBLE_EQ(sign_flip_test(rounded, 1e-9).p, sign_flip_test(exact).p);
}

TEST(SignFlipTest, finds_nothing_in_nothing) {
  EXPECT_EQ(sign_flip_test({}).p, 1);
  EXPECT_EQ(sign_flip_test(std::vector<double>(30, 0.0)).p, 1);
  EXPECT_EQ(sign_flip_test(std::vector{1.0, std::numeric_limits<double>::quiet_NaN()}).p, 1);
}

TEST(SignFlipTest, draws_where_counting_takes_too_long_and_comes_near_the_count) {
  std::vector<double> differences;
  for (int i = 0; i < 40; ++i) differences.push_back(std::sin(i * 12.9898) + 0.25);
  const SignFlipTest counted = sign_flip_test(differences);
  differences.push_back(0);  // which changes no sum
  const SignFlipTest drawn = sign_flip_test(differences);
  EXPECT_EQ(counted.draws, 0);
  EXPECT_EQ(drawn.draws, 100'000);
  EXPECT_NEAR(drawn.p, counted.p, 4 * std::sqrt(counted.p * (1 - counted.p) / 100'000));
  EXPECT_GT(counted.p, 0.001);
  EXPECT_LT(counted.p, 0.1);
}

// Fagerland, Lydersen and Laake 2013, "The McNemar test for binary matched-pairs data", table 1: 1 and 7.
TEST(McNemarTest, gives_the_published_values) {
  EXPECT_NEAR(mcnemar_test(1, 7).exact, 0.0703125, 1e-12);
  EXPECT_NEAR(mcnemar_test(7, 1).mid, 0.0390625, 1e-12);
}

TEST(McNemarTest, finds_nothing_where_both_sides_are_equal) {
  EXPECT_EQ(mcnemar_test(0, 0).exact, 1);
  EXPECT_EQ(mcnemar_test(5, 5).exact, 1);
  EXPECT_NEAR(mcnemar_test(1, 1).mid, 0.75, 1e-12) << "P(0) + P(2) + P(1) / 2";
}

TEST(ClusteredMcNemar, is_mcnemars_where_each_item_is_judged_once) {
  const std::vector<std::int32_t> once{1, 1, 1, 1, 1, 1, 1, -1, 0, 0, 0};
  EXPECT_NEAR(clustered_mcnemar_p(once), 0.03389485, 1e-8) << "chi-squared 36 / 8";
}

TEST(ClusteredMcNemar, does_not_count_an_item_ten_times_because_it_was_judged_ten_times) {
  std::vector<std::int32_t> once{1, 1, 1, 1, -1, 0}, often;
  for (const std::int32_t d : once) often.push_back(10 * d);
  EXPECT_DOUBLE_EQ(clustered_mcnemar_p(once), clustered_mcnemar_p(often));
  EXPECT_EQ(clustered_mcnemar_p(std::vector<std::int32_t>(4, 0)), 1);
}

TEST(Equivalence, is_found_exactly_where_the_90_percent_interval_lies_in_the_band) {
  const std::vector<double> differences{0.1, -0.2, 0.05, 0.15, -0.1, 0.0, 0.2, -0.05};
  const Summary s = summarize(differences);
  const double half = 1.894578605 * s.sd / std::sqrt(8.0);  // Student's t, 7 degrees of freedom, 95 %
  EXPECT_NEAR(equivalence_p(differences, s.mean + half), 0.05, 1e-9);
  EXPECT_LT(equivalence_p(differences, s.mean + half + 0.01), 0.05);
  EXPECT_GT(equivalence_p(differences, s.mean + half - 0.01), 0.05);
}

TEST(Equivalence, of_differences_that_are_all_the_same_is_certain) {
  EXPECT_EQ(equivalence_p(std::vector<double>(8, 0.0), 0.002), 0);
  EXPECT_EQ(equivalence_p(std::vector<double>(8, 0.003), 0.002), 1);
}

TEST(Equivalence, needs_a_band_and_more_than_one_difference) {
  EXPECT_EQ(equivalence_p(std::vector<double>(8, 0.0), 0), 1);
  EXPECT_EQ(equivalence_p(std::vector<double>{0.0}, 0.002), 1);
}

// Holm 1979 with the p-values of R's example of p.adjust.
TEST(Holm, multiplies_by_what_is_left_and_never_falls) {
  const std::vector<double> p{0.01, 0.02, 0.03, 0.04, 0.05};
  const std::vector<double> adjusted = holm(p), expected{0.05, 0.08, 0.09, 0.09, 0.09};
  for (std::size_t i = 0; i < p.size(); ++i) EXPECT_NEAR(adjusted[i], expected[i], 1e-15);
}

TEST(Holm, keeps_the_order_of_what_it_was_given_and_ends_at_1) {
  const std::vector<double> adjusted = holm(std::vector<double>{0.9, 0.001, 0.6});
  EXPECT_EQ(adjusted, (std::vector<double>{1, 0.003, 1}));
  EXPECT_EQ(holm(std::vector<double>{0.04}), std::vector<double>{0.04});
}

TEST(ShareAboveZero, counts_ties_as_halves) {
  const Share share = share_above_zero(std::vector<double>{1, 2, 0, -1});
  EXPECT_EQ(share.value, 2.5 / 4);
  EXPECT_LT(share.interval.low, share.value);
  EXPECT_GT(share.interval.high, share.value);
  EXPECT_EQ(share_above_zero({}).interval.high, 1);
}

TEST(ShareAboveZero, has_wilsons_interval_where_there_are_no_ties) {
  const Share share = share_above_zero(std::vector<double>{1, 1, 1, -1, 1});
  const Interval wilson = wilson_interval(4, 5);
  EXPECT_EQ(share.interval.low, wilson.low);
  EXPECT_EQ(share.interval.high, wilson.high);
}

}  // namespace
}  // namespace telar
