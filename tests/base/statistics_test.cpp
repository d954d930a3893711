#include "base/statistics.hpp"

#include <cmath>
#include <gtest/gtest.h>
#include <limits>
#include <rapidcheck/gtest.h>
#include <vector>

namespace telar {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// Newcombe 1998, "Two-sided confidence intervals for the single proportion", table I, method 3, four digits.
TEST(WilsonInterval, gives_the_published_values) {
  const struct {
    int k, n;
    double low, high;
  } rows[] = {{81, 263, 0.2553, 0.3662}, {15, 148, 0.0624, 0.1605}, {0, 20, 0.0000, 0.1611}, {1, 29, 0.0061, 0.1718}};
  for (const auto& row : rows) {
    const Interval interval = wilson_interval(row.k, row.n);
    EXPECT_NEAR(interval.low, row.low, 0.00005) << row.k << " of " << row.n;
    EXPECT_NEAR(interval.high, row.high, 0.00005) << row.k << " of " << row.n;
  }
}

TEST(WilsonInterval, knows_nothing_from_no_trial) {
  EXPECT_EQ(wilson_interval(0, 0).low, 0);
  EXPECT_EQ(wilson_interval(0, 0).high, 1);
}

RC_GTEST_PROP(WilsonInterval, holds_the_proportion_and_stays_between_0_and_1, ()) {
  const int n = *rc::gen::inRange(1, 100'000);
  const int k = *rc::gen::inRange(0, n + 1);
  const Interval interval = wilson_interval(k, n);
  const double p = static_cast<double>(k) / n;
  RC_ASSERT(0 <= interval.low);
  RC_ASSERT(interval.low <= p);
  RC_ASSERT(p <= interval.high);
  RC_ASSERT(interval.high <= 1);
  RC_ASSERT(interval.low < interval.high);
}

RC_GTEST_PROP(WilsonInterval, is_the_same_for_successes_and_failures, ()) {
  const int n = *rc::gen::inRange(1, 10'000);
  const int k = *rc::gen::inRange(0, n + 1);
  const Interval a = wilson_interval(k, n), b = wilson_interval(n - k, n);
  RC_ASSERT(std::abs(a.low - (1 - b.high)) < 1e-12);
}

// Student 1908, "The probable error of a mean": additional hours of sleep, differences of the two drugs. Mean and
// interval as R prints them for t.test(extra ~ group, data = sleep, paired = TRUE).
const std::vector<double> kSleep{1.2, 2.4, 1.3, 1.3, 0.0, 1.0, 1.8, 0.8, 4.6, 1.4};

TEST(Summary, gives_the_published_interval_of_students_own_data) {
  const Summary s = summarize(kSleep);
  EXPECT_EQ(s.n, 10);
  EXPECT_NEAR(s.mean, 1.58, 1e-12);
  EXPECT_NEAR(s.sd, 1.229995, 5e-7);
  EXPECT_NEAR(s.interval.low, 0.7001142, 5e-8);
  EXPECT_NEAR(s.interval.high, 2.4598858, 5e-8);
}

TEST(Summary, gives_the_same_from_sums) {
  double sum = 0, squares = 0;
  for (const double x : kSleep) sum += x, squares += x * x;
  const Summary a = summarize(kSleep), b = summarize(10, sum, squares);
  EXPECT_NEAR(a.mean, b.mean, 1e-12);
  EXPECT_NEAR(a.sd, b.sd, 1e-12);
  EXPECT_NEAR(a.interval.low, b.interval.low, 1e-12);
  EXPECT_NEAR(a.interval.high, b.interval.high, 1e-12);
}

TEST(Summary, of_one_value_is_the_value_and_the_whole_line) {
  const std::vector<double> one{0.88};
  for (const Summary& s : {summarize(one), summarize(1, 0.88, 0.88 * 0.88)}) {
    EXPECT_EQ(s.mean, 0.88);
    EXPECT_EQ(s.sd, kInfinity);
    EXPECT_EQ(s.interval.low, -kInfinity);
    EXPECT_EQ(s.interval.high, kInfinity);
  }
}

TEST(Summary, of_nothing_is_nothing) {
  const std::vector<double> none;
  EXPECT_EQ(summarize(none).n, 0);
  EXPECT_EQ(summarize(none).mean, 0);
  EXPECT_EQ(summarize(0, 0, 0).interval.high, kInfinity);
}

TEST(Summary, of_equal_values_has_no_width_even_where_the_sums_are_rounded) {
  const std::vector<double> equal(7, 0.5);
  EXPECT_EQ(summarize(equal).sd, 0);
  EXPECT_EQ(summarize(equal).interval.low, 0.5);
  const Summary s = summarize(3, 3 * 0.1, 3 * (0.1 * 0.1));
  EXPECT_GE(s.sd, 0);
  EXPECT_LT(s.sd, 1e-8);
}

TEST(Summary, shows_a_nan) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const std::vector<double> values{1, nan, 2};
  EXPECT_TRUE(std::isnan(summarize(values).mean));
  EXPECT_TRUE(std::isnan(summarize(values).interval.low));
  EXPECT_TRUE(std::isnan(summarize(3, nan, nan).sd));
}

}  // namespace
}  // namespace telar
