// Schedules of trainings of another length.
#include "spec/stretch.hpp"

namespace telar::test {
namespace {

TEST(Stretched, HasTheSameCourseInMoreSteps) {
  const Schedule schedules[]{
      ExponentialDecay{.initial_learning_rate = 1, .decay_steps = 10, .decay_rate = 0.5},
      PolynomialDecay{.initial_learning_rate = 1, .decay_steps = 10},
      InverseTimeDecay{.initial_learning_rate = 1, .decay_steps = 10, .decay_rate = 0.5},
      CosineDecay{.initial_learning_rate = 0.1, .decay_steps = 10, .warmup_target = 1, .warmup_steps = 4},
      CosineDecayRestarts{.initial_learning_rate = 1, .first_decay_steps = 10},
      LinearWarmup{.learning_rate = 1, .warmup_steps = 10},
      OneCycle{.max_learning_rate = 1, .total_steps = 10}};
  for (const Schedule& schedule : schedules) {
    const LearningRate original = std::visit([](const auto& s) { return LearningRate(s); }, schedule);
    const LearningRate longer = stretched(original, 3);
    for (int step = 0; step <= 20; ++step)
      EXPECT_NEAR(longer.at(3 * step), original.at(step), 1e-12) << schedule.index() << " at " << step;
  }
}

TEST(Stretched, BoundariesStayInOrder) {
  const auto s = std::get<PiecewiseConstantDecay>(
      stretched(Schedule(PiecewiseConstantDecay{.boundaries = {10, 11, 30}, .values = {4, 3, 2, 1}}), 0.1));
  EXPECT_EQ(s.boundaries, (std::vector<int>{1, 2, 3}));
}

TEST(Stretched, ANumberStays) { EXPECT_EQ(stretched(LearningRate(0.25), 7).at(1000), 0.25); }

}  // namespace
}  // namespace telar::test
