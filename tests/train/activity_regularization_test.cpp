// What ActivityRegularization adds to the losses that fit and evaluate report.
#include <cmath>
#include <gtest/gtest.h>
#include <limits>

#include <telar/telar.hpp>

namespace telar {
namespace {

/// Seven points whose targets are the points themselves.
Dataset identity() {
  const std::vector<float> x{1, -2, 0.5f, 3, -1, 0.25f, 2};
  return from_arrays({1}, x, Targets{x, 1});
}

Sequential penalised(double l1, double l2, Reduction reduction = Reduction::sum_over_batch_size) {
  Sequential model(Input{1}, {Rescaling{}, ActivityRegularization{.l1 = l1, .l2 = l2}});
  model.compile({.loss = MeanSquaredError{.reduction = reduction}});
  return model;
}

constexpr double kSizes = 9.75, kSquares = 1 + 4 + 0.25 + 9 + 1 + 0.0625 + 4;  // sums of |x| and of x^2

TEST(ActivityRegularization, AddsTheMeanOverTheSamplesOfTheirPenalties) {
  const Sequential model = penalised(0.1, 0.2);
  EXPECT_NEAR(model.evaluate(identity()).loss.value, (0.1 * kSizes + 0.2 * kSquares) / 7, 1e-6);
}

TEST(ActivityRegularization, GivesTheSameBitsForAnySizeOfTheBatches) {
  const Sequential model = penalised(0.3, 0.7);
  const double whole = model.evaluate(identity()).loss.value;
  for (const int batch_size : {1, 2, 3, 5})
    EXPECT_EQ(model.evaluate(identity(), {.batch_size = batch_size}).loss.value, whole);
}

TEST(ActivityRegularization, IsNotWeightedAsSamplesAre) {
  const std::vector<float> weights{0, 1, 2, 0, 3, 1, 0};
  for (const Reduction reduction : {Reduction::sum_over_batch_size, Reduction::mean_with_sample_weight, Reduction::sum})
    EXPECT_NEAR(penalised(0.1, 0, reduction).evaluate(identity(), {.sample_weight = weights}).loss.value,
                0.1 * kSizes / 7, 1e-6);
}

TEST(ActivityRegularization, IsPartOfTheLossesOfAFit) {
  Sequential model(Input{1}, {Dense{.units = 1, .kernel_initializer = Ones{}}, ActivityRegularization{.l2 = 0.5}});
  model.compile({.optimizer = SGD{.learning_rate = 0}, .loss = MeanSquaredError{}});
  const History history = model.fit(identity(), {.batch_size = 3, .validation_data = identity()});
  EXPECT_NEAR(*history.epochs[0].get("loss"), 0.5 * kSquares / 7, 1e-6);
  EXPECT_NEAR(*history.epochs[0].get("val_loss"), 0.5 * kSquares / 7, 1e-6);
}

TEST(ActivityRegularization, KeepsActivitiesSmall) {
  const auto trained = [](double l2) {
    Sequential model(Input{1}, {Dense{.units = 1, .use_bias = false}, ActivityRegularization{.l2 = l2}});
    model.compile({.optimizer = SGD{.learning_rate = 0.05}, .loss = MeanSquaredError{}});
    static_cast<void>(model.fit(identity(), {.batch_size = 7, .epochs = 200}));
    return static_cast<double>(model.get_weights("dense/kernel")[0]);
  };
  EXPECT_NEAR(trained(0), 1, 1e-4);
  EXPECT_NEAR(trained(1), 0.5, 1e-4);  // (w - 1)^2 + w^2 is least at 1/2
}

TEST(ActivityRegularization, EndsATrainingWhosePenaltyIsNotFinite) {
  Sequential model(Input{1}, {Dense{.units = 1}, ActivityRegularization{.l2 = 1e38}});
  model.compile({.loss = MeanSquaredError{}});
  EXPECT_EQ(model.fit(identity()).ended, Ended::diverged);
}

}  // namespace
}  // namespace telar
