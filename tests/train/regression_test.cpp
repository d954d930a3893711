// Networks that learn numbers rather than classes.
#include <cmath>
#include <gtest/gtest.h>

#include <telar/telar.hpp>

#include "support/thrown.hpp"

namespace telar {
namespace {

/// y0 = x0 + 2 x1, y1 = x0 x1, of points in the unit square.
Dataset surfaces(int samples = 200, int width = 2) {
  std::vector<float> features;
  Targets targets{{}, width};
  for (int i = 0; i < samples; ++i) {
    const float a = static_cast<float>(i * 37 % 101) / 101, b = static_cast<float>(i * 53 % 97) / 97;
    features.insert(features.end(), {a, b});
    targets.values.push_back(a + 2 * b);
    if (width == 2) targets.values.push_back(a * b);
  }
  return from_arrays({2}, features, targets);
}

Sequential regression_network(int outputs = 2) {
  Sequential model{Input{2}, {Dense{.units = 16, .activation = Activation::tanh}, Dense{.units = outputs}}};
  model.compile({.optimizer = Adam{.learning_rate = 0.01}, .loss = MeanSquaredError{}});
  return model;
}

TEST(Regression, LearnsTargetsOfAnyWidthAndLogsTheLossAlone) {
  for (const int width : {1, 2}) {
    Sequential model = regression_network(width);
    const History history = model.fit(surfaces(200, width), {.epochs = 60, .validation_data = surfaces(50, width)});
    EXPECT_EQ(history.names(), (std::vector<std::string>{"loss", "val_loss"}));
    EXPECT_EQ(history.ended, Ended::completed);
    EXPECT_LT(history["val_loss"].back(), 0.01);
  }
}

TEST(Regression, ScoresTheLossWithItsIntervalAndNoClasses) {
  Sequential model = regression_network();
  const Score score = model.evaluate(surfaces());
  EXPECT_EQ(score.classes, 0);
  EXPECT_TRUE(score.confusion.empty());
  EXPECT_TRUE(score.metrics.empty());
  EXPECT_EQ(score.samples, 200);
  EXPECT_LT(score.loss.low, score.loss.value);
  EXPECT_GT(score.loss.high, score.loss.value);

  const std::vector<float> outputs = model.predict(surfaces());
  const Dataset data = surfaces();
  double squares = 0;
  for (std::size_t i = 0; i < outputs.size(); ++i)
    squares += std::pow(static_cast<double>(outputs[i]) - static_cast<double>(data.storage().targets[i]), 2);
  EXPECT_NEAR(score.loss.value, squares / static_cast<double>(outputs.size()), 1e-6);
}

TEST(Regression, TakesEveryLossOfNumbers) {
  for (const Loss& loss : {Loss{MeanSquaredError{}}, Loss{MeanAbsoluteError{}}, Loss{MeanAbsolutePercentageError{}},
                           Loss{MeanSquaredLogarithmicError{}}, Loss{Huber{}}, Loss{LogCosh{}}}) {
    Sequential model = regression_network();
    model.compile({.optimizer = Adam{.learning_rate = 0.01}, .loss = loss});
    const History history = model.fit(surfaces(), {.epochs = 20});
    EXPECT_EQ(history.ended, Ended::completed);
    EXPECT_LT(history["loss"].back(), 0.8 * history["loss"].front()) << loss.index();
  }
}

TEST(TwoClasses, OfOneOutputAreLearntFromLabels) {
  std::vector<float> features;
  std::vector<std::int32_t> labels;
  for (int i = 0; i < 120; ++i) {
    features.push_back(static_cast<float>(i % 60) / 30 - 1);
    labels.push_back(i % 60 < 30 ? 0 : 1);
  }
  const Dataset data = from_arrays({1}, features, labels, 2);
  for (const bool logits : {false, true}) {
    Sequential model{Input{1}, {Dense{.units = 1, .activation = logits ? Activation::linear : Activation::sigmoid}}};
    model.compile({.optimizer = Adam{.learning_rate = 0.1},
                   .loss = BinaryCrossentropy{.from_logits = logits},
                   .metrics = {Accuracy{}}});
    model.fit(data, {.epochs = 50});
    const Score score = model.evaluate(data);
    EXPECT_GT(score["accuracy"].value, 0.95);
    ASSERT_EQ(score.classes, 2);
    EXPECT_EQ(score.confusion[0] + score.confusion[1] + score.confusion[2] + score.confusion[3], 120);
    EXPECT_GT(score.confusion[3], 55);
  }
}

TEST(IgnoredClass, CountsNowhereInTheLoss) {
  const std::vector<float> features{0, 1, 2, 3, 4, 5};
  Sequential model{Input{1}, {Dense{.units = 3, .activation = Activation::softmax}}};
  model.compile({.loss = SparseCategoricalCrossentropy{}});
  const double of_the_others = model.evaluate(from_arrays({1}, {0, 2, 4, 5}, {0, 1, 0, 1}, 3)).loss.value;
  model.compile({.loss = SparseCategoricalCrossentropy{.ignore_class = 2}});
  const Dataset all = from_arrays({1}, features, {0, 2, 1, 2, 0, 1}, 3);
  for (const int batch : {1, 4, 6})
    EXPECT_NEAR(model.evaluate(all, {.batch_size = batch}).loss.value, of_the_others, 1e-6);
  EXPECT_EQ(model.fit(all.subset(std::vector<std::uint32_t>{1, 3}), {.epochs = 1}).ended, Ended::completed);
}

TEST(Refused, LossesThatDoNotFitTheData) {
  Sequential model = regression_network();
  const std::string width = test::thrown_by([&] { model.fit(surfaces(20, 1)); }).what();
  EXPECT_NE(width.find("the network has 2 outputs, but the targets of"), std::string::npos) << width;
  const Dataset labelled = from_arrays({2}, std::vector<float>(6), {0, 1, 2}, 3);
  const std::string labels = test::thrown_by([&] { model.fit(labelled); }).what();
  EXPECT_NE(labels.find("mean_squared_error needs targets for each output"), std::string::npos) << labels;

  Sequential one = regression_network(1);
  one.compile({.loss = BinaryCrossentropy{}});
  const std::string classes = test::thrown_by([&] { one.fit(labelled); }).what();
  EXPECT_NE(classes.find("binary_crossentropy of one output knows the classes 0 and 1"), std::string::npos) << classes;

  model.compile({.loss = MeanSquaredError{}, .metrics = {Accuracy{}}});
  const std::string accuracy = test::thrown_by([&] { model.fit(surfaces()); }).what();
  EXPECT_NE(accuracy.find("accuracy needs classes"), std::string::npos) << accuracy;

  EXPECT_NE(
      std::string(test::thrown_by([&] { model.compile({.loss = Huber{.delta = -1}}); }).what()).find("delta = -1"),
      std::string::npos);
}

}  // namespace
}  // namespace telar
