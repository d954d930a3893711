// What a learning curve tells.
#include <cmath>
#include <gtest/gtest.h>
#include <random>

#include "study/why/learning.hpp"

namespace telar {
namespace {

History history(const std::vector<double>& loss, const std::vector<double>& val_loss) {
  History h;
  for (std::size_t i = 0; i < loss.size(); ++i) {
    Logs logs;
    logs.set("loss", loss[i]);
    logs.set("val_loss", val_loss[i]);
    h.epochs.push_back(logs);
  }
  return h;
}

TEST(Jitter, IsTheSpreadOfNoiseWhateverTheSlope) {
  std::mt19937_64 engine(7);
  std::normal_distribution<double> noise(0, 0.01);
  for (const double slope : {0.0, -0.5}) {
    std::vector<double> values;
    for (int i = 0; i < 4000; ++i) values.push_back(slope * i + noise(engine));
    EXPECT_NEAR(jitter(values), 0.01, 0.001) << slope;
  }
}

TEST(Jitter, OfALineIsZeroAndOfAFewEpochsIsNotKnown) {
  EXPECT_NEAR(jitter(std::vector<double>{5, 4, 3, 2, 1, 0}), 0, 1e-12);
  EXPECT_TRUE(std::isnan(jitter(std::vector<double>{1, 2, 1, 2})));
}

TEST(Jitter, LooksAtTheLastHalf) {
  std::vector<double> values(20, 0.0);
  values[3] = 100;
  EXPECT_EQ(jitter(values), 0);
}

TEST(EpochsTo, GoAlongTheLineBetweenTwoEpochs) {
  const std::vector<double> losses{1.0, 0.6, 0.2};
  EXPECT_DOUBLE_EQ(epochs_to(losses, 1.0), 1);
  EXPECT_DOUBLE_EQ(epochs_to(losses, 0.6), 2);
  EXPECT_DOUBLE_EQ(epochs_to(losses, 0.5), 2.25);
  EXPECT_TRUE(std::isnan(epochs_to(losses, 0.1)));
  EXPECT_DOUBLE_EQ(value_at(losses, 2.25), 0.5);
  EXPECT_DOUBLE_EQ(value_at(losses, 3), 0.2);
  EXPECT_TRUE(std::isnan(value_at(losses, 3.5)));
}

TEST(EqualLoss, ComparesWhereBothHaveBeen) {
  // The second learns faster and fits closer, at the price of a larger gap.
  const History slow = history({1.0, 0.8, 0.6}, {1.1, 0.9, 0.7}), fast = history({0.8, 0.4, 0.2}, {1.0, 0.8, 0.75});
  const EqualLoss at = at_equal_loss(slow, fast);
  EXPECT_NEAR(at.gap_first, 0.1, 1e-12) << "at a loss of 0.6, in epoch 3";
  EXPECT_NEAR(at.gap_second, 0.9 - 0.6, 1e-12) << "half-way between its epochs 1 and 2";
  EXPECT_NEAR(at.epochs_first, 2.75, 1e-12) << "to a val_loss of 0.75";
  EXPECT_NEAR(at.epochs_second, 3, 1e-12);
}

TEST(LostSinceBest, IsWhatTheBestEpochWasBelowTheLast) {
  EXPECT_DOUBLE_EQ(lost_since_best(std::vector<double>{3, 1, 2}), 1);
  EXPECT_DOUBLE_EQ(lost_since_best(std::vector<double>{3, NAN, 2}), 0);
  EXPECT_TRUE(std::isnan(lost_since_best({})));
}

}  // namespace
}  // namespace telar
