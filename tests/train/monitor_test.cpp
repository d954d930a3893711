#include "train/monitor.hpp"

#include <cmath>
#include <gtest/gtest.h>
#include <limits>
#include <sstream>

#include "support/fake_training.hpp"

namespace telar {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

TEST(Monitor, TakesTheFirstValueWhateverItIs) {
  Monitor monitor("val_loss", Mode::automatic, 1000);
  EXPECT_FALSE(monitor.best());
  EXPECT_TRUE(monitor.improve(5));
  EXPECT_EQ(monitor.best(), 5);
  monitor.reset();
  EXPECT_FALSE(monitor.best());
}

TEST(Monitor, KnowsByTheNameThatAccuracyGoesUpAndLossDown) {
  for (const char* name :
       {"accuracy", "val_accuracy", "sparse_categorical_accuracy", "acc", "val_acc", "val_precision_at_recall",
        "recall_at_precision", "sensitivity_at_specificity", "specificity_at_sensitivity_1", "val_pearson_correlation",
        "concordance_correlation", "true_positives", "true_negatives"})
    EXPECT_TRUE(Monitor(name, Mode::automatic, 0).better(2, 1)) << name;
  for (const char* name : {"loss", "val_loss", "learning_rate"})
    EXPECT_TRUE(Monitor(name, Mode::automatic, 0).better(1, 2)) << name;
}

TEST(Monitor, FollowsAModeThatIsNamed) {
  EXPECT_TRUE(Monitor("val_loss", Mode::max, 0).better(2, 1));
  EXPECT_TRUE(Monitor("val_accuracy", Mode::min, 0).better(1, 2));
}

TEST(Monitor, WantsMoreThanTheMarginWhateverItsSign) {
  for (const double margin : {0.25, -0.25}) {
    EXPECT_FALSE(Monitor("loss", Mode::automatic, margin).better(0.75, 1.0));
    EXPECT_TRUE(Monitor("loss", Mode::automatic, margin).better(0.74, 1.0));
    EXPECT_FALSE(Monitor("accuracy", Mode::automatic, margin).better(1.25, 1.0));
    EXPECT_TRUE(Monitor("accuracy", Mode::automatic, margin).better(1.26, 1.0));
  }
}

TEST(Monitor, ComparesInFloat32AsKerasDoes) {
  EXPECT_FALSE(Monitor("loss", Mode::automatic, 0).better(1 - 1e-9, 1));  // both are 1.0f
  EXPECT_TRUE(Monitor("loss", Mode::automatic, 0).better(1 - 1e-7, 1));
}

TEST(Monitor, NeverImprovesByOrOverNaN) {
  Monitor monitor("loss", Mode::automatic, 0);
  EXPECT_TRUE(monitor.improve(1));
  EXPECT_FALSE(monitor.improve(kNaN));
  EXPECT_EQ(monitor.best(), 1);
  monitor.reset();
  EXPECT_TRUE(monitor.improve(kNaN));
  EXPECT_FALSE(monitor.improve(1));
}

TEST(Monitor, ListsMetricsWithTheLearningRateLast) {
  EXPECT_EQ(available_metrics(logs_of({{"loss", 1}, {"learning_rate", 1}, {"accuracy", 1}})),
            "accuracy,loss,learning_rate");
  EXPECT_EQ(available_metrics(Logs{}), "");
}

TEST(Monitor, SaysAWarningOnce) {
  std::ostringstream out;
  WarnOnce warn;
  warn(out, "a");
  warn(out, "a");
  warn(out, "b");
  EXPECT_EQ(out.str(), "warning: a\nwarning: b\n");
}

}  // namespace
}  // namespace telar
