// Experiments with a network at the end of its training.
#include <cmath>
#include <gtest/gtest.h>
#include <random>

#include "study/why/probes.hpp"

namespace telar {
namespace {

Dataset samples(std::size_t n, float mean, float sd) {
  std::mt19937_64 engine(5);
  std::normal_distribution<float> normal(mean, sd);
  std::vector<float> features(4 * n);
  for (float& x : features) x = normal(engine);
  std::vector<std::int32_t> labels(n);
  for (std::size_t i = 0; i < n; ++i) labels[i] = features[4 * i] > mean ? 1 : 0;
  return from_arrays({4}, features, labels, 2);
}

Sequential network(std::vector<Layer> hidden, Optimizer optimizer = SGD{.learning_rate = 0.1}) {
  hidden.emplace_back(Dense{.units = 2, .activation = Activation::softmax});
  Sequential model(Input{4}, std::move(hidden), 3);
  model.compile({.optimizer = std::move(optimizer), .loss = SparseCategoricalCrossentropy{}, .metrics = {Accuracy{}}});
  return model;
}

TEST(RecomputedStatistics, AreThoseOfTheTrainingSet) {
  const Dataset train = samples(640, 3, 2);
  const Sequential model = network({BatchNormalization{}});
  EXPECT_TRUE(uses_batch_statistics(model));
  const Sequential seen = with_recomputed_statistics(model, train, 32, {.statistics_steps = 20});
  const auto& features = std::get<std::vector<float>>(train.storage().features);
  for (std::size_t c = 0; c < 4; ++c) {
    double mean = 0;
    for (std::size_t i = 0; i < 640; ++i) mean += features[4 * i + c] / 640;
    EXPECT_NEAR(seen.get_weights("batch_normalization/moving_mean")[c], mean, 1e-4);
    EXPECT_NEAR(seen.get_weights("batch_normalization/moving_variance")[c], 4, 0.5);
  }
  EXPECT_EQ(seen.get_weights("dense/kernel")[0], model.get_weights("dense/kernel")[0]) << "and no other weight moves";
}

TEST(RecomputedStatistics, AreThoseOfInferenceWithoutDropout) {
  const Dataset train = samples(640, 3, 0.001f);
  const Sequential model = network({Dropout{0.5}, BatchNormalization{}});
  const Sequential seen = with_recomputed_statistics(model, train, 32, {});
  EXPECT_NEAR(seen.get_weights("batch_normalization/moving_mean")[0], 3, 0.01);
  EXPECT_NEAR(seen.get_weights("batch_normalization/moving_variance")[0], 0, 0.01) << "with dropout it would be 9";
}

TEST(RecomputedStatistics, AreFoundWithinAResidual) {
  EXPECT_TRUE(uses_batch_statistics(network({Residual{{BatchNormalization{}}}})));
  EXPECT_FALSE(uses_batch_statistics(network({Dense{.units = 4}})));
  BatchNormalization frozen;
  frozen.trainable = false;
  EXPECT_FALSE(uses_batch_statistics(network({frozen})));
}

TEST(BatchStatistics, ScoreWhatTheMovingOnesDoNotFit) {
  // Trained on nothing: the moving averages are 0 and 1, the data lie at 100.
  const Dataset data = samples(320, 100, 1);
  Sequential model = network({BatchNormalization{}});
  model.set_weights("dense/kernel", std::vector<float>{-1, 1, 0, 0, 0, 0, 0, 0});
  const double moving = model.evaluate(data)["accuracy"].value;
  const Logs batches = score_by_batch_statistics(model, data, 32, {});
  EXPECT_NEAR(moving, 0.5, 0.1) << "all are taken for one class";
  EXPECT_GT(*batches.get("accuracy"), 0.9);
}

TEST(FurtherSteps, MoveEachKernelByRateTimesGradient) {
  const Dataset train = samples(640, 0, 1);
  const Sequential model = network({Dense{.units = 8, .activation = Activation::relu}}, SGD{.learning_rate = 0.01});
  const FurtherSteps further =
      take_further_steps(model, train, {.batch_size = 64}, {.further_steps = 8, .gradient_steps = 8});
  ASSERT_EQ(further.kernels.size(), 2u);
  for (const KernelMotion& kernel : further.kernels) {
    double squares = 0;
    for (const float w : model.get_weights(kernel.layer + "/kernel")) squares += double{w} * w;
    EXPECT_GT(kernel.gradient_norm, 0);
    EXPECT_NEAR(kernel.update_ratio / (0.01 * kernel.gradient_norm / std::sqrt(squares)), 1, 0.3) << kernel.layer;
  }
}

TEST(FurtherSteps, NeedNoValidation) {
  const Dataset train = samples(640, 0, 1);
  const Sequential model = network({Dense{.units = 8}});
  FitOptions options{.batch_size = 64, .validation_data = train, .validation_freq = 2};
  options.sample_weight.assign(640, 0.5f);
  options.validation_sample_weight.assign(640, 2.0f);
  EXPECT_EQ(take_further_steps(model, train, options, {.further_steps = 8}).kernels.size(), 2u);
}

TEST(FurtherSteps, LeaveTheModelAloneAndAverageWhatFollows) {
  const Dataset train = samples(640, 0, 1);
  Sequential model = network({Dense{.units = 8, .activation = Activation::relu}});
  const std::string before = model.weights_sha256();
  const FurtherSteps further = take_further_steps(model, train, {.batch_size = 64}, {.further_steps = 8});
  EXPECT_EQ(model.weights_sha256(), before);
  EXPECT_NE(further.averaged.weights_sha256(), before);
  // With a rate of 0 nothing moves, and the mean is the network itself.
  const Sequential still = network({Dense{.units = 8}}, SGD{.learning_rate = 0.0});
  const FurtherSteps none = take_further_steps(still, train, {.batch_size = 64}, {.further_steps = 8});
  EXPECT_EQ(none.averaged.weights_sha256(), still.weights_sha256());
  EXPECT_EQ(none.kernels.front().update_ratio, 0);
}

}  // namespace
}  // namespace telar
