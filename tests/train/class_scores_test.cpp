// What a Score says of the classes, one by one and together.
#include <cmath>
#include <gtest/gtest.h>

#include <telar/telar.hpp>

#include "base/statistics.hpp"

namespace telar::test {
namespace {

Score score_with(int classes, std::vector<std::int64_t> confusion) {
  Score score;
  score.classes = classes;
  score.confusion = std::move(confusion);
  return score;
}

void expect_estimate(const Estimate& estimate, double value, const Interval& interval) {
  EXPECT_DOUBLE_EQ(estimate.value, value);
  EXPECT_DOUBLE_EQ(estimate.low, interval.low);
  EXPECT_DOUBLE_EQ(estimate.high, interval.high);
}

TEST(ClassScores, ArePrecisionRecallAndF1WithWilsonsIntervals) {
  const std::vector<ClassScore> classes = score_with(2, {90, 10, 0, 20}).by_class();
  ASSERT_EQ(classes.size(), 2u);
  EXPECT_EQ(classes[1].samples, 20);
  EXPECT_EQ(classes[1].predicted, 30);
  expect_estimate(classes[0].precision, 1, wilson_interval(90, 90));
  expect_estimate(classes[0].recall, 0.9, wilson_interval(90, 100));
  expect_estimate(classes[1].precision, 20.0 / 30, wilson_interval(20, 30));
  expect_estimate(classes[1].recall, 1, wilson_interval(20, 20));
  const Interval p = wilson_interval(90, 100);  // right ones among all that are of class 0 or taken for it
  expect_estimate(classes[0].f1, 2 * 1 * 0.9 / (1 + 0.9), {2 * p.low / (1 + p.low), 2 * p.high / (1 + p.high)});
  EXPECT_DOUBLE_EQ(classes[1].f1.value, 2.0 * 20 / (20 + 30));
}

TEST(ClassScores, OfNothingAreNaN) {
  const std::vector<ClassScore> classes = score_with(3, {5, 0, 0, 3, 0, 0, 0, 0, 0}).by_class();
  EXPECT_TRUE(std::isnan(classes[1].precision.value)) << "nothing was taken for it";
  EXPECT_EQ(classes[1].recall.value, 0);
  EXPECT_EQ(classes[1].f1.value, 0);
  EXPECT_TRUE(std::isnan(classes[2].recall.value)) << "it has no samples";
  EXPECT_TRUE(std::isnan(classes[2].f1.value));
  EXPECT_EQ(classes[2].f1.low, 0);
  EXPECT_EQ(classes[2].f1.high, 1);
  EXPECT_TRUE(Score{}.by_class().empty());
}

Dataset ninety(int classes = 3) {
  std::vector<float> features;
  std::vector<std::int32_t> labels;
  for (int i = 0; i < 90; ++i) {
    for (int c = 0; c < 3; ++c) features.push_back(static_cast<float>((i * 7 + c * 5) % 11) / 11);
    labels.push_back((i % 7) % classes);
  }
  return from_arrays({3}, features, labels, classes);
}

Sequential judged(Loss loss, std::vector<Metric> metrics, int outputs = 3, Activation last = Activation::softmax) {
  Sequential model{Input{3}, {Dense{.units = outputs, .activation = last}}};
  model.compile({.loss = std::move(loss), .metrics = std::move(metrics)});
  return model;
}

std::vector<std::string> names_of(const std::vector<std::pair<std::string, Estimate>>& estimates) {
  std::vector<std::string> names;
  for (const auto& entry : estimates) names.push_back(entry.first);
  return names;
}

using Names = std::vector<std::string>;

TEST(ClassScores, ComeWithWhatElseJudgesAClassification) {
  const Score score = judged(SparseCategoricalCrossentropy{}, {Accuracy{}, F1Score{}}).evaluate(ninety());
  EXPECT_EQ(names_of(score.metrics), (Names{"accuracy", "f1_score"}));
  EXPECT_EQ(names_of(score.of_classes),
            (Names{"balanced_accuracy", "matthews_correlation", "expected_calibration_error"}));
  const Score compiled =
      judged(SparseCategoricalCrossentropy{}, {ExpectedCalibrationError{}, MatthewsCorrelation{}, BalancedAccuracy{}})
          .evaluate(ninety());
  EXPECT_TRUE(compiled.of_classes.empty()) << "they are metrics already";
  double recalls = 0, scores = 0;
  for (const ClassScore& c : score.by_class()) recalls += c.recall.value, scores += c.f1.value;
  EXPECT_DOUBLE_EQ(score["balanced_accuracy"].value, recalls / 3);
  EXPECT_DOUBLE_EQ(score["f1_score"].value, scores / 3);
  for (const auto& [name, estimate] : score.of_classes) {
    EXPECT_EQ(estimate.value, compiled[name].value) << name;
    EXPECT_EQ(estimate.low, compiled[name].low) << name;
    EXPECT_EQ(estimate.high, compiled[name].high) << name;
    EXPECT_LE(estimate.low, estimate.high) << name;
  }
}

TEST(ClassScores, SayNothingOfCalibrationWithoutProbabilities) {
  const Names without{"balanced_accuracy", "matthews_correlation"};
  const Loss logits = SparseCategoricalCrossentropy{.from_logits = true};
  EXPECT_EQ(names_of(judged(logits, {}, 3, Activation::linear).evaluate(ninety()).of_classes), without);
  EXPECT_EQ(names_of(judged(Hinge{}, {}, 1, Activation::linear).evaluate(ninety(2)).of_classes), without);
  EXPECT_EQ(judged(BinaryCrossentropy{}, {}, 1, Activation::sigmoid).evaluate(ninety(2)).of_classes.size(), 3u);
}

TEST(ClassScores, AreThereForClassificationsOnly) {
  const Dataset numbers = from_arrays({3}, std::vector<float>(30, 0.5f), Targets{std::vector<float>(10, 1.0f), 1});
  const Score score = judged(MeanSquaredError{}, {}, 1, Activation::linear).evaluate(numbers);
  EXPECT_TRUE(score.of_classes.empty());
  EXPECT_TRUE(score.by_class().empty());
}

}  // namespace
}  // namespace telar::test
