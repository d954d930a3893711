// The team of threads, the barriers a program needs, and the choice of an instruction set.
#include <atomic>
#include <cstdlib>
#include <gtest/gtest.h>
#include <string>
#include <utility>

#include <telar/error.hpp>

#include "compute/isa.hpp"
#include "compute/schedule.hpp"
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

/// Groups as text: "rows 0-2 | columns 2-4" with a bar where all threads wait.
std::string text(const std::vector<Group>& groups) {
  static const char* const kNames[] = {"rows", "columns", "grid", "kernel"};
  std::string text;
  for (const Group& group : groups) {
    if (!text.empty()) text += group.barrier ? " | " : ", ";
    text += std::string(kNames[static_cast<int>(group.cut)]) + " " + std::to_string(group.begin) + "-" +
            std::to_string(group.end);
  }
  return text;
}

/// Things of a program for 128 rows, one after the other in the arena.
struct Plan {
  Program program;
  std::size_t used = 0;

  Plan() { program.max_rows = 128; }
  Matrix matrix(int columns) {
    const int stride = static_cast<int>(padded(columns)) + 16;
    const Matrix m{used, columns, stride};
    used += 128 * static_cast<std::size_t>(stride);
    return m;
  }
  Vector vector(int size) { return {std::exchange(used, used + padded(size)), size}; }
  Kernel kernel(int in, int out) {
    Kernel k{used, in, out};
    used += k.size();
    return k;
  }
};

TEST(Schedule, WhatStaysInItsRowsIsDoneRowsByRows) {
  Plan p;
  const Matrix x = p.matrix(64), a = p.matrix(96), b = p.matrix(10), delta = p.matrix(10), below = p.matrix(96);
  const Kernel first = p.kernel(64, 96), second = p.kernel(96, 10), copy = p.kernel(10, 96);
  CrossEntropyOp loss;
  loss.in = b, loss.delta = delta, loss.scratch = p.matrix(10);
  loss.row_loss = p.vector(128).at, loss.row_class = p.vector(128).at;
  const std::vector<Op> step{GatherOp{x},
                             DenseOp{x, a, first, {}, Act::relu},
                             DenseOp{a, b, second, {}, Act::linear},
                             loss,
                             DenseInputGradOp{delta, below, copy, a, Act::relu},
                             GuardOp{loss.row_loss},
                             DenseUpdateOp{a, delta, second, copy, {}},
                             DenseUpdateOp{x, below, first, {}, {}}};
  EXPECT_EQ(text(schedule(p.program, step, true)), "rows 0-5 | kernel 5-6, kernel 6-7, kernel 7-8");
  // With few rows a thread, panels are shared out: everybody waits for the whole layer below.
  EXPECT_EQ(text(schedule(p.program, step, false)),
            "rows 0-1 | grid 1-2 | grid 2-3 | rows 3-4 | grid 4-5, kernel 5-6 | kernel 6-7, kernel 7-8");
}

TEST(Schedule, BatchNormalizationIsDoneOnTheColumnsThatWereJustMade) {
  Plan p;
  const Matrix x = p.matrix(64), a = p.matrix(96), n = p.matrix(96), b = p.matrix(96);
  const Kernel first = p.kernel(64, 96), second = p.kernel(96, 96);
  BatchNormOp norm;
  norm.in = a, norm.out = n, norm.batch = true;
  norm.moving_mean = p.vector(96), norm.moving_variance = p.vector(96);
  norm.saved_mean = p.vector(96), norm.saved_inverse = p.vector(96);
  const DropoutOp dropout{n, n, p.matrix(96), 0.5f, 1};
  EXPECT_EQ(text(schedule(
                p.program,
                {GatherOp{x}, DenseOp{x, a, first, {}, Act::relu}, norm, dropout, DenseOp{n, b, second, {}, Act::relu}},
                true)),
            "rows 0-1 | columns 1-4 | rows 4-5");
}

TEST(Schedule, AnOperationThatOverwritesWaitsForReaders) {
  Plan p;
  const Matrix a = p.matrix(64), b = p.matrix(64), c = p.matrix(64);
  const Kernel square = p.kernel(64, 64);
  EXPECT_EQ(text(schedule(p.program, {DenseOp{a, b, square, {}}, ActivationOp{c, a}}, false)), "grid 0-1 | grid 1-2");
  EXPECT_EQ(text(schedule(p.program, {DenseOp{a, b, square, {}}, DenseOp{a, c, square, {}}}, false)), "grid 0-2");
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

#if defined(__aarch64__)
TEST_F(TelarIsa, IsNeonOnArm) { EXPECT_EQ(available_isas(), std::vector<Isa>{Isa::neon}); }
#endif

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
