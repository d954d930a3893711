#include <algorithm>
#include <cmath>
#include <gtest/gtest.h>
#include <limits>
#include <map>
#include <rapidcheck/gtest.h>

#include <telar/dataset.hpp>

#include "support/expect_error.hpp"

namespace telar {
namespace {

using Parts = std::pair<Dataset, Dataset>;
using Rows = std::vector<std::uint32_t>;
using test::expect_error;

Dataset labelled(std::vector<std::int32_t> labels) {
  std::vector<float> features(labels.size());
  return from_arrays({1}, std::move(features), std::move(labels));
}
Dataset of_size(std::size_t n) { return labelled(std::vector<std::int32_t>(n, 0)); }

Rows rows_of(const Dataset& data) { return {data.rows().begin(), data.rows().end()}; }

bool in_order(const Dataset& data) { return std::is_sorted(data.rows().begin(), data.rows().end()); }

bool is_partition(const Dataset& data, const Parts& parts) {
  Rows all = rows_of(parts.first);
  const Rows second = rows_of(parts.second);
  all.insert(all.end(), second.begin(), second.end());
  std::sort(all.begin(), all.end());
  return all == rows_of(data);
}

std::size_t rounded_share(std::size_t n, double fraction) {
  return static_cast<std::size_t>(std::llround(static_cast<double>(n) * fraction));
}

TEST(TakeFirst, is_the_notebooks_split) {
  const Dataset data = of_size(60'000);
  const Parts parts = take_first(data, 10'000);
  EXPECT_EQ(parts.first.size(), 10'000u);
  EXPECT_EQ(parts.second.size(), 50'000u);
  EXPECT_EQ(parts.first.rows().back(), 9'999u);
  EXPECT_EQ(parts.second.rows().front(), 10'000u);
}

TEST(TakeFirst, refuses_more_than_there_are) {
  const Dataset data = of_size(5);
  EXPECT_TRUE(take_first(data, 5).second.empty());
  expect_error(ErrorCode::usage, "split", "cannot take the first 6 of the data with 5 samples",
               [&] { static_cast<void>(take_first(data, 6)); });
}

TEST(SplitLast, holds_out_the_end_rounded_as_keras_does) {
  const Parts parts = split_last(of_size(10), 0.2);
  EXPECT_EQ(rows_of(parts.second), (Rows{8, 9}));
  // floor(9 * 0.8) = 7 stay; floor(10 * (1 - 0.1)) = 9, although 1 - 0.1 is rounded.
  EXPECT_EQ(split_last(of_size(9), 0.2).first.size(), 7u);
  EXPECT_EQ(split_last(of_size(10), 0.1).first.size(), 9u);
}

TEST(Split, refuses_fractions_that_leave_a_part_empty) {
  const Dataset data = of_size(10);
  for (const double fraction : {0.0, 1.0, -0.1, 1.5, std::numeric_limits<double>::quiet_NaN()}) {
    const auto refused = [&](auto split) { expect_error(ErrorCode::usage, "split", "between 0 and 1", split); };
    refused([&] { static_cast<void>(split_last(data, fraction)); });
    refused([&] { static_cast<void>(split_shuffled(data, fraction, 0)); });
    refused([&] { static_cast<void>(split_stratified(data, fraction, 0)); });
  }
  const auto refused = [&](auto split) { expect_error(ErrorCode::usage, "split", "leaves one part", split); };
  refused([&] { static_cast<void>(split_last(data, 0.99)); });
  refused([&] { static_cast<void>(split_shuffled(data, 0.01, 0)); });
  refused([&] { static_cast<void>(split_stratified(data, 0.01, 0)); });
}

RC_GTEST_PROP(SplitShuffled, is_a_partition_of_the_right_sizes_in_the_original_order, (std::uint64_t seed)) {
  const auto n = *rc::gen::inRange<std::size_t>(4, 500);
  const double fraction = *rc::gen::inRange(20, 81) / 100.0;
  const Dataset data = of_size(n);
  const Parts parts = split_shuffled(data, fraction, seed);
  RC_ASSERT(is_partition(data, parts));
  RC_ASSERT(in_order(parts.first));
  RC_ASSERT(in_order(parts.second));
  RC_ASSERT(parts.second.size() == rounded_share(n, fraction));
  RC_ASSERT(rows_of(split_shuffled(data, fraction, seed).second) == rows_of(parts.second));
}

TEST(SplitShuffled, draws_other_samples_with_another_seed) {
  const Dataset data = of_size(1000);
  EXPECT_NE(rows_of(split_shuffled(data, 0.2, 0).second), rows_of(split_shuffled(data, 0.2, 1).second));
}

TEST(SplitShuffled, draws_every_sample_equally_often) {
  const Dataset data = of_size(10);
  std::vector<int> drawn(10);
  constexpr int kSeeds = 4000;
  for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
    for (const std::uint32_t row : rows_of(split_shuffled(data, 0.3, seed).second)) ++drawn[row];
  }
  for (const int count : drawn) EXPECT_NEAR(count, 0.3 * kSeeds, 5 * std::sqrt(0.3 * 0.7 * kSeeds));
}

RC_GTEST_PROP(SplitStratified, gives_each_class_its_share, (std::uint64_t seed)) {
  const auto labels = *rc::gen::container<std::vector<std::int32_t>>(300, rc::gen::inRange(0, 12));
  const double fraction = *rc::gen::inRange(5, 96) / 100.0;
  const Dataset data = labelled(labels);
  const Parts parts = split_stratified(data, fraction, seed);
  RC_ASSERT(is_partition(data, parts));
  RC_ASSERT(in_order(parts.first));
  RC_ASSERT(in_order(parts.second));
  RC_ASSERT(parts.second.size() == rounded_share(labels.size(), fraction));
  std::map<std::int32_t, int> held_out;
  for (std::size_t i = 0; i < parts.second.size(); ++i) ++held_out[parts.second.label(i)];
  for (int c = 0; c < 12; ++c) {
    const double exact = static_cast<double>(std::count(labels.begin(), labels.end(), c)) * fraction;
    RC_ASSERT(std::abs(held_out[c] - exact) < 1.0 + 1e-9);
  }
  RC_ASSERT(rows_of(split_stratified(data, fraction, seed).second) == rows_of(parts.second));
}

TEST(SplitStratified, gives_the_odd_samples_to_the_largest_remainders) {
  // Shares 1.5, 0.9 and 0.6 of 3: the whole part goes to class 0, the other two to classes 1 and 2.
  const Dataset data = labelled({0, 0, 0, 0, 0, 1, 1, 1, 2, 2});
  const Dataset held_out = split_stratified(data, 0.3, 4).second;
  std::vector<std::int32_t> labels;
  for (std::size_t i = 0; i < held_out.size(); ++i) labels.push_back(held_out.label(i));
  EXPECT_EQ(labels, (std::vector<std::int32_t>{0, 1, 2}));
}

TEST(SplitStratified, draws_other_samples_with_another_seed) {
  const Dataset data = of_size(1000);
  EXPECT_NE(rows_of(split_stratified(data, 0.2, 0).second), rows_of(split_stratified(data, 0.2, 1).second));
}

TEST(SplitStratified, needs_labels) {
  const Dataset data = to_categorical(labelled({0, 1, 0, 1}));
  expect_error(ErrorCode::usage, "split", "needs integer labels",
               [&] { static_cast<void>(split_stratified(data, 0.5, 0)); });
}

}  // namespace
}  // namespace telar
