// The team of threads, the barriers a program needs, and the choice of an instruction set.
#include <atomic>
#include <cstdlib>
#include <gtest/gtest.h>

#include <telar/error.hpp>

#include "compute/dependencies.hpp"
#include "compute/isa.hpp"
#include "compute/team.hpp"

namespace telar::compute {
namespace {

TEST(Team, RunsTheFunctionOnceOnEveryThread) {
  for (const int threads : {1, 2, 3, 4}) {
    Team team(threads);
    std::atomic<int> calls[4]{};
    for (int run = 0; run < 200; ++run)
      team.run([](void* p, int thread) noexcept { ++static_cast<std::atomic<int>*>(p)[thread]; }, calls);
    for (int t = 0; t < 4; ++t) EXPECT_EQ(calls[t], t < threads ? 200 : 0);
  }
}

TEST(Team, NobodyPassesABarrierBeforeAllHaveCome) {
  struct Context {
    Team team{3};
    std::atomic<int> arrived{0};
    std::atomic<int> early{0};
  } context;
  context.team.run(
      [](void* p, int) noexcept {
        auto& c = *static_cast<Context*>(p);
        for (int round = 1; round <= 500; ++round) {
          ++c.arrived;
          c.team.barrier().wait();
          if (c.arrived < 3 * round) ++c.early;
          c.team.barrier().wait();
        }
      },
      &context);
  EXPECT_EQ(context.arrived, 1500);
  EXPECT_EQ(context.early, 0);
}

TEST(Dependencies, AnOperationWaitsForWhatItReads) {
  Program program;
  program.max_rows = 4;
  const Matrix a{0, 8, 32}, b{128, 8, 32}, c{256, 8, 32}, d{384, 8, 32};
  const std::vector<Op> step{ActivationOp{a, b}, ActivationOp{a, c}, ActivationOp{b, d}, ActivationOp{c, a}};
  // The second is independent of the first; the third reads what the first wrote; the fourth overwrites what both read,
  // but that was before the barrier.
  EXPECT_EQ(barriers_before(program, step), (std::vector<bool>{false, false, true, false}));
}

TEST(Dependencies, AnOperationThatOverwritesWaitsForReaders) {
  Program program;
  program.max_rows = 4;
  const Matrix a{0, 8, 32}, b{128, 8, 32}, c{256, 8, 32};
  EXPECT_EQ(barriers_before(program, {ActivationOp{a, b}, ActivationOp{c, a}}), (std::vector<bool>{false, true}));
}

class TelarIsa : public testing::Test {
 protected:
  void TearDown() override { unsetenv("TELAR_ISA"); }
};

TEST_F(TelarIsa, EveryAvailableIsaCanBeAskedFor) {
  for (const Isa isa : available_isas()) {
    setenv("TELAR_ISA", std::string(name_of(isa)).c_str(), 1);
    EXPECT_EQ(current_isa(), isa);
  }
}

TEST_F(TelarIsa, AnUnknownOneIsAUsageErrorThatListsTheOthers) {
  setenv("TELAR_ISA", "mmx", 1);
  try {
    static_cast<void>(current_isa());
    FAIL() << "accepted";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::usage);
    EXPECT_EQ(error.where(), "TELAR_ISA");
    EXPECT_NE(error.message().find("'mmx'"), std::string::npos);
    EXPECT_NE(error.hint().find(name_of(available_isas().back())), std::string::npos);
  }
}

}  // namespace
}  // namespace telar::compute
