// Bootstrap intervals, how many pairs a difference takes, and what looks at growing data may spend.
#include <gtest/gtest.h>
#include <limits>
#include <vector>

#include "base/bootstrap.hpp"
#include "base/power.hpp"
#include "base/sequential_levels.hpp"

namespace telar {
namespace {

TEST(BcaInterval, is_near_students_for_many_values_without_skew) {
  std::vector<double> values;
  for (int i = -50; i <= 50; ++i) values.push_back(i / 10.0);
  const Interval bca = bca_interval(values), student = summarize(values).interval;
  EXPECT_NEAR(bca.low, student.low, 0.03);
  EXPECT_NEAR(bca.high, student.high, 0.03);
}

TEST(BcaInterval, leans_to_the_long_tail) {
  std::vector<double> values;
  for (int i = 1; i <= 30; ++i) values.push_back(std::exp(i / 8.0));
  const Interval bca = bca_interval(values);
  const double mean = summarize(values).mean;
  EXPECT_GT(bca.high - mean, 1.2 * (mean - bca.low));
}

TEST(BcaInterval, says_nothing_of_what_it_cannot_know) {
  EXPECT_EQ(bca_interval(std::vector<double>{1}).high, std::numeric_limits<double>::infinity());
  EXPECT_EQ(bca_interval(std::vector<double>{1, std::nan("")}).low, -std::numeric_limits<double>::infinity());
  const Interval same = bca_interval(std::vector<double>(5, 0.25));
  EXPECT_EQ(same.low, 0.25);
  EXPECT_EQ(same.high, 0.25);
}

TEST(ResampledIndex, is_a_function_of_its_place) {
  std::vector<int> seen(7);
  for (int r = 0; r < 1000; ++r)
    for (std::size_t i = 0; i < 7; ++i) {
      EXPECT_EQ(resampled_index(r, i, 7), resampled_index(r, i, 7));
      ++seen[resampled_index(r, i, 7)];
    }
  for (const int times : seen) EXPECT_NEAR(times, 1000, 5 * std::sqrt(1000.0));
}

// As every textbook's table has it: 34 pairs for half a standard deviation, 80 % power, 5 %.
TEST(Power, gives_the_tables_of_textbooks) {
  EXPECT_EQ(pairs_for_difference(0.5, 0.05), 34);
  EXPECT_EQ(pairs_for_difference(0.3 / 0.25, 0.05), 8);
  EXPECT_EQ(pairs_for_difference(0.2 / 0.25, 0.05), 15);
  EXPECT_EQ(pairs_for_difference(-0.1 / 0.25, 0.05), 52);
}

TEST(Power, grows_with_pairs_and_begins_at_the_level) {
  EXPECT_NEAR(power_of_difference(20, 0, 0.05), 0.05, 1e-9);
  EXPECT_LT(power_of_difference(10, 0.5, 0.05), power_of_difference(11, 0.5, 0.05));
  EXPECT_LT(power_of_equivalence(10, 0, 1, 0.05), power_of_equivalence(11, 0, 1, 0.05));
}

TEST(Power, ends_where_nobody_would_train_so_many) {
  EXPECT_EQ(pairs_for_difference(0, 0.05), kMostPairs + 1);
  EXPECT_EQ(pairs_for_difference(1e-6, 0.05), kMostPairs + 1);
  EXPECT_EQ(pairs_for_equivalence(1, 1, 0.05), kMostPairs + 1);
  EXPECT_EQ(pairs_for_difference(std::numeric_limits<double>::infinity(), 0.05), 2);
}

TEST(SequentialLevels, spend_all_at_a_single_look) {
  const std::vector<int> sizes{8};
  EXPECT_NEAR(sequential_levels(sizes, std::vector<double>{0.05})[0], 0.05, 1e-10);
}

// Pocock 1977, table 1: three looks at equal distances, 5 %, have the bound 2.289 each, which is the level .0221.
TEST(SequentialLevels, give_pococks_constant_boundary) {
  const std::vector<int> sizes{1, 2, 3};
  const std::vector<double> levels = sequential_levels(sizes, std::vector<double>{0.0220516, 0.0379378, 0.05});
  for (const double level : levels) EXPECT_NEAR(level, 0.02205, 1e-5);
}

}  // namespace
}  // namespace telar
