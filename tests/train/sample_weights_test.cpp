// sample_weight and class_weight: what they do to the loss, and what is refused.
#include <gtest/gtest.h>

#include <telar/telar.hpp>

#include "support/thrown.hpp"

namespace telar {
namespace {

Dataset weighted_blobs(int samples = 60) {
  std::vector<float> features;
  std::vector<std::int32_t> labels;
  for (int i = 0; i < samples; ++i) {
    labels.push_back(i % 3);
    for (int c = 0; c < 4; ++c)
      features.push_back(static_cast<float>(c == i % 3) + 0.3f * static_cast<float>((i * 7 + c * 13) % 11) / 11);
  }
  return from_arrays({4}, features, labels, 3);
}

Sequential weighted_network() {
  Sequential model{
      Input{4},
      {Dense{.units = 8, .activation = Activation::relu}, Dense{.units = 3, .activation = Activation::softmax}}};
  model.compile(
      {.optimizer = SGD{.learning_rate = 0.1}, .loss = SparseCategoricalCrossentropy{}, .metrics = {Accuracy{}}});
  return model;
}

TEST(SampleWeight, OfOneChangesNothing) {
  Sequential with = weighted_network(), without = weighted_network();
  with.fit(weighted_blobs(), {.epochs = 2, .sample_weight = std::vector<float>(60, 1.0f)});
  without.fit(weighted_blobs(), {.epochs = 2});
  EXPECT_EQ(with.weights_sha256(), without.weights_sha256());
}

TEST(SampleWeight, OfZeroLeavesASampleOutOfTheSum) {
  std::vector<float> weights(60, 0.0f);
  std::fill(weights.begin(), weights.begin() + 30, 1.0f);
  const Sequential model = weighted_network();
  const double half = model.evaluate(weighted_blobs(), {.sample_weight = weights}).loss.value;
  EXPECT_NEAR(half, model.evaluate(weighted_blobs().slice(0, 30)).loss.value / 2,
              1e-6);  // divided by all samples, as in Keras
  EXPECT_EQ(model.evaluate(weighted_blobs(), {.sample_weight = weights})["accuracy"].value,
            model.evaluate(weighted_blobs())["accuracy"].value);
}

TEST(SampleWeight, FollowsTheSamplesOfASubsetAndOfASplit) {
  const Dataset data = weighted_blobs();
  std::vector<float> weights;
  for (int i = 0; i < 60; ++i) weights.push_back(static_cast<float>(i % 5) / 2);
  Sequential split = weighted_network(), given = weighted_network();
  const History a = split.fit(data, {.epochs = 2, .validation_split = 0.25, .sample_weight = weights});
  given.fit(data.slice(0, 45), {.epochs = 2, .sample_weight = {weights.begin(), weights.begin() + 45}});
  EXPECT_EQ(split.weights_sha256(), given.weights_sha256());
  EXPECT_NEAR(a["val_loss"].back(),
              given.evaluate(data.slice(45, 15), {.sample_weight = {weights.begin() + 45, weights.end()}}).loss.value,
              1e-9);
}

TEST(ClassWeight, IsTheSampleWeightOfItsClass) {
  std::vector<float> weights;
  for (int i = 0; i < 60; ++i) weights.push_back(i % 3 == 1 ? 3.0f : 1.0f);
  Sequential by_class = weighted_network(), by_sample = weighted_network();
  by_class.fit(weighted_blobs(), {.epochs = 2, .class_weight = {{1, 3.0}}});
  by_sample.fit(weighted_blobs(), {.epochs = 2, .sample_weight = weights});
  EXPECT_EQ(by_class.weights_sha256(), by_sample.weights_sha256());
}

TEST(WeightedMetrics, CountASampleAsItsWeightSays) {
  Sequential model = weighted_network();
  model.compile({.loss = SparseCategoricalCrossentropy{}, .metrics = {Accuracy{}}, .weighted_metrics = {Accuracy{}}});
  std::vector<float> weights(60, 0.0f);
  std::fill(weights.begin(), weights.begin() + 30, 2.0f);
  const Score score = model.evaluate(weighted_blobs(), {.sample_weight = weights});
  EXPECT_EQ(score["accuracy"].value, model.evaluate(weighted_blobs())["accuracy"].value);
  EXPECT_EQ(score["weighted_accuracy"].value, model.evaluate(weighted_blobs().slice(0, 30))["accuracy"].value);
  EXPECT_LE(score["weighted_accuracy"].low, score["weighted_accuracy"].value);
  EXPECT_GE(score["weighted_accuracy"].high, score["weighted_accuracy"].value);
}

TEST(WeightedMetrics, TakeThePlaceOfTheOnesThatAreReportedAnyway) {
  Sequential model = weighted_network();
  model.compile({.loss = SparseCategoricalCrossentropy{}, .weighted_metrics = {BalancedAccuracy{}}});
  const Score score = model.evaluate(weighted_blobs(), {.sample_weight = std::vector<float>(60, 2.0f)});
  ASSERT_EQ(score.metrics.size(), 1u);
  EXPECT_EQ(score.metrics[0].first, "balanced_accuracy");
  for (const auto& entry : score.of_classes) EXPECT_NE(entry.first, "balanced_accuracy");
}

TEST(SampleWeight, OfValidationDataIsItsOwn) {
  const Dataset data = weighted_blobs();
  std::vector<float> weights(15, 1.0f);
  weights[3] = 4.0f;
  Sequential model = weighted_network();
  const History history =
      model.fit(data.slice(0, 45), {.validation_data = data.slice(45, 15), .validation_sample_weight = weights});
  EXPECT_NEAR(history["val_loss"].back(), model.evaluate(data.slice(45, 15), {.sample_weight = weights}).loss.value,
              1e-9);
  const Error error =
      test::thrown_by([&] { model.fit(data, {.validation_split = 0.2, .validation_sample_weight = weights}); });
  EXPECT_NE(std::string(error.what()).find("without validation_data"), std::string::npos) << error.what();
}

TEST(Refused, WeightsThatDoNotFit) {
  Sequential model = weighted_network();
  const auto refusal = [&](const FitOptions& options) {
    return std::string(test::thrown_by([&] { model.fit(weighted_blobs(), options); }).what());
  };
  EXPECT_NE(refusal({.sample_weight = {1, 2}}).find("2 numbers for 60 samples"), std::string::npos);
  EXPECT_NE(refusal({.sample_weight = std::vector<float>(60, -1.0f)}).find("is -1"), std::string::npos);
  EXPECT_NE(refusal({.class_weight = {{3, 1.0}}}).find("names class 3"), std::string::npos);
  EXPECT_NE(refusal({.class_weight = {{0, -1.0}}}).find("class_weight of class 0 = -1"), std::string::npos);
  EXPECT_NE(refusal({.class_weight = {{0, 1.0}}, .sample_weight = std::vector<float>(60, 1.0f)}).find("both"),
            std::string::npos);
}

}  // namespace
}  // namespace telar
