#include "base/random.hpp"

#include <algorithm>
#include <cmath>
#include <gtest/gtest.h>
#include <map>
#include <numeric>
#include <rapidcheck/gtest.h>
#include <set>
#include <vector>

namespace telar {
namespace {

using Block = std::array<std::uint32_t, 4>;

// "philox4x32 10" in the file kat_vectors of Random123 (Salmon, Moraes, Dror, Shaw 2011).
TEST(Random, gives_the_known_answers_of_philox) {
  EXPECT_EQ(Random::block(0, 0, 0), (Block{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  EXPECT_EQ(Random::block(~0ull, ~0ull, ~0ull), (Block{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
  EXPECT_EQ(Random::block(0x299f31d0a4093822, 0x85a308d3243f6a88, 0x0370734413198a2e),
            (Block{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

TEST(Random, has_a_stream_of_its_own_for_each_seed_purpose_and_name) {
  std::set<std::uint64_t> keys;
  for (const std::uint64_t seed : {0, 1, 2}) {
    for (const Purpose purpose : {Purpose::initializer, Purpose::shuffle, Purpose::dropout, Purpose::split}) {
      for (const char* name : {"", "dense/kernel", "dense_1/kernel", "dense/bias"})
        keys.insert(Random(seed, purpose, name).key());
    }
  }
  EXPECT_EQ(keys.size(), 3u * 4 * 4);
}

TEST(Random, numbers_a_stream_by_the_words_of_its_blocks) {
  const Random random(7, Purpose::dropout, "dropout");
  for (std::uint64_t i = 0; i < 12; ++i) EXPECT_EQ(random.bits(i, 5), random.block(i / 4, 5)[i % 4]);
}

TEST(Random, is_uniform_between_0_and_1) {
  const Random random(0, Purpose::initializer, "x");
  constexpr int n = 100'000;
  double sum = 0, squares = 0;
  for (int i = 0; i < n; ++i) {
    const double x = random.uniform(static_cast<std::uint64_t>(i));
    ASSERT_GE(x, 0);
    ASSERT_LT(x, 1);
    sum += x;
    squares += x * x;
  }
  // Six standard errors of the mean and of the mean of squares.
  EXPECT_NEAR(sum / n, 0.5, 6 * std::sqrt(1.0 / 12 / n));
  EXPECT_NEAR(squares / n, 1.0 / 3, 6 * std::sqrt(4.0 / 45 / n));
}

RC_GTEST_PROP(Random, stays_below_n, (std::uint64_t seed, std::uint64_t index)) {
  const auto n = *rc::gen::inRange<std::uint64_t>(1, 1ull << 40);
  RC_ASSERT(Random(seed, Purpose::split, "x").below(n, index) < n);
}

RC_GTEST_PROP(Shuffle, is_a_permutation_that_only_seed_and_number_decide, (std::uint64_t seed, std::uint64_t sub)) {
  const auto n = *rc::gen::inRange<std::size_t>(0, 300);
  std::vector<std::uint32_t> a(n);
  std::iota(a.begin(), a.end(), 0u);
  const std::vector<std::uint32_t> identity = a;
  std::vector<std::uint32_t> b = a;
  shuffle(a.data(), n, Random(seed, Purpose::shuffle, "epoch"), sub);
  shuffle(b.data(), n, Random(seed, Purpose::shuffle, "epoch"), sub);
  RC_ASSERT(a == b);
  std::sort(b.begin(), b.end());
  RC_ASSERT(b == identity);
}

TEST(Shuffle, gives_each_of_the_permutations_its_share) {
  constexpr int kRounds = 24'000;
  std::map<std::vector<int>, int> counts;
  const Random random(3, Purpose::shuffle, "epoch");
  for (std::uint64_t i = 0; i < kRounds; ++i) {
    std::vector<int> v{0, 1, 2, 3};
    shuffle(v.data(), v.size(), random, i);
    ++counts[v];
  }
  ASSERT_EQ(counts.size(), 24u);
  double chi_squared = 0;
  for (const auto& entry : counts) chi_squared += std::pow(entry.second - kRounds / 24, 2) / (kRounds / 24);
  EXPECT_LT(chi_squared, 49.7);  // 99.9 % quantile of chi-squared with 23 degrees of freedom
}

}  // namespace
}  // namespace telar
