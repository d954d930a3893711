// Jobs that need nothing of each other.
#include "base/side_by_side.hpp"

#include <atomic>
#include <gtest/gtest.h>
#include <stdexcept>
#include <thread>
#include <vector>

namespace telar {
namespace {

TEST(SideBySide, RunsEachJobOnceOnAnyNumberOfThreads) {
  for (const int threads : {0, 1, 2, 7}) {
    std::vector<std::atomic<int>> runs(100);
    side_by_side(runs.size(), threads, [&](std::size_t i) { ++runs[i]; });
    for (const auto& count : runs) EXPECT_EQ(count, 1) << threads;
  }
  side_by_side(0, 4, [](std::size_t) { FAIL() << "there is no job"; });
}

TEST(SideBySide, BeginsNoOtherJobOnceOneHasThrown) {
  for (const int threads : {1, 4}) {
    std::atomic<int> begun{0};
    const auto job = [&](std::size_t i) {
      ++begun;
      if (i == 2) throw std::runtime_error("the third");
      if (i > 2) std::this_thread::sleep_for(std::chrono::milliseconds(20));
    };
    EXPECT_THROW(side_by_side(1000, threads, job), std::runtime_error);
    EXPECT_LT(begun, 100) << threads;
  }
}

}  // namespace
}  // namespace telar
