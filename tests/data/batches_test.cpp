#include "data/batches.hpp"

#include <algorithm>
#include <gtest/gtest.h>
#include <numeric>
#include <rapidcheck/gtest.h>

namespace telar {
namespace {

using Order = std::vector<std::uint32_t>;

Order order(std::size_t n, std::uint64_t seed, std::uint64_t epoch, bool shuffled = true) {
  Order result;
  epoch_order(result, n, seed, epoch, shuffled);
  return result;
}

Order identity(std::size_t n) {
  Order result(n);
  std::iota(result.begin(), result.end(), 0u);
  return result;
}

TEST(EpochOrder, is_the_datas_own_without_shuffling) { EXPECT_EQ(order(1000, 5, 3, false), identity(1000)); }

TEST(EpochOrder, differs_from_epoch_to_epoch_and_from_seed_to_seed) {
  EXPECT_NE(order(1000, 0, 0), identity(1000));
  EXPECT_NE(order(1000, 0, 0), order(1000, 0, 1));
  EXPECT_NE(order(1000, 0, 0), order(1000, 1, 0));
}

RC_GTEST_PROP(EpochOrder, has_every_sample_once_whatever_was_there_before, (Order before, std::uint64_t seed)) {
  const auto n = *rc::gen::inRange<std::size_t>(0, 400);
  const auto epoch = *rc::gen::inRange<std::uint64_t>(0, 100);
  epoch_order(before, n, seed, epoch, true);
  RC_ASSERT(before == order(n, seed, epoch));
  std::sort(before.begin(), before.end());
  RC_ASSERT(before == identity(n));
}

TEST(EpochOrder, keeps_its_memory) {
  Order result = order(1000, 0, 0);
  const std::uint32_t* memory = result.data();
  epoch_order(result, 1000, 0, 1, true);
  EXPECT_EQ(result.data(), memory);
}

}  // namespace
}  // namespace telar
