// How many of the best of a search are trained again.
#include "study/tune/tuning_study.hpp"

#include <vector>

namespace telar::test {
namespace {

std::vector<int> planned(const std::vector<double>& full_seconds, double seconds) {
  const ChoosingPlan plan = plan_choosing(full_seconds, seconds);
  return {static_cast<int>(plan.finalists), plan.seeds};
}

using FinalistsAndSeeds = std::vector<int>;

TEST(PlanChoosing, AllWithTwoSeedsWhereThereIsTime) { EXPECT_EQ(planned({10, 10, 10}, 60), (FinalistsAndSeeds{3, 2})); }

TEST(PlanChoosing, FewerFinalistsBeforeFewerSeeds) {
  EXPECT_EQ(planned({10, 10, 10}, 59), (FinalistsAndSeeds{2, 2}));
  EXPECT_EQ(planned({10, 10, 10}, 40), (FinalistsAndSeeds{2, 2}));
}

TEST(PlanChoosing, OneSeedRatherThanNoChoice) {
  EXPECT_EQ(planned({10, 10, 10}, 39), (FinalistsAndSeeds{3, 1}));
  EXPECT_EQ(planned({10, 10, 10}, 20), (FinalistsAndSeeds{2, 1}));
}

TEST(PlanChoosing, OneAloneIsNoChoice) {
  EXPECT_EQ(planned({10, 10, 10}, 19), (FinalistsAndSeeds{0, 0}));
  EXPECT_EQ(planned({10, 30}, 39), (FinalistsAndSeeds{0, 0}));
}

TEST(PlanChoosing, TheOnlyOneIsTrainedIfThereIsTime) {
  EXPECT_EQ(planned({10}, 20), (FinalistsAndSeeds{1, 2}));
  EXPECT_EQ(planned({10}, 19), (FinalistsAndSeeds{1, 1}));
  EXPECT_EQ(planned({10}, 9), (FinalistsAndSeeds{0, 0}));
  EXPECT_EQ(planned({}, 100), (FinalistsAndSeeds{0, 0}));
}

}  // namespace
}  // namespace telar::test
