// A loss and a metric of the user's own. Their gradients: tests/oracle/gradient_check_test.cpp.
#include <cmath>
#include <gtest/gtest.h>

#include <telar/telar.hpp>

#include "support/thrown.hpp"

namespace telar::test {
namespace {

Dataset line() {
  std::vector<float> x, t;
  for (int i = 0; i < 24; ++i) x.push_back(static_cast<float>(i) / 24), t.push_back(3 * x.back() - 1);
  return from_arrays({1}, x, Targets{t, 1});
}

Loss squared(Reduction reduction = Reduction::sum_over_batch_size) {
  return CustomLoss(
      "squared",
      []<class T>(std::span<const T> y, std::span<const T> t, std::span<T> slope) {
        const T e = y[0] - t[0];
        if (!slope.empty()) slope[0] = 2 * e;
        return e * e;
      },
      reduction);
}

Sequential custom_network(const Loss& loss, std::vector<Metric> metrics = {}) {
  Sequential model{Input{1}, {Dense{.units = 8, .activation = Activation::tanh}, Dense{.units = 1}}};
  model.compile({.optimizer = SGD{.learning_rate = 0.1}, .loss = loss, .metrics = std::move(metrics)});
  return model;
}

TEST(CustomLoss, TrainsAsTheSameLossOfTelar) {
  std::vector<float> weights(24);
  for (std::size_t i = 0; i < weights.size(); ++i) weights[i] = static_cast<float>(i % 3);
  for (const Reduction reduction : {Reduction::sum_over_batch_size, Reduction::mean_with_sample_weight}) {
    Sequential own = custom_network(squared(reduction)), telars = custom_network(MeanSquaredError{reduction});
    const FitOptions options{.batch_size = 7, .epochs = 3, .sample_weight = weights};
    const History a = own.fit(line(), options), b = telars.fit(line(), options);
    for (std::size_t e = 0; e < 3; ++e) EXPECT_NEAR(a["loss"][e], b["loss"][e], 1e-6);
    EXPECT_NEAR(own.evaluate(line()).loss.value, telars.evaluate(line()).loss.value, 1e-6);
  }
}

TEST(CustomLoss, TakesLabelsAsTargetsOfOneOutput) {
  const Dataset data = from_arrays({1}, {0, 1, 2}, std::vector<std::int32_t>{0, 1, 1}, 2);
  Sequential model{Input{1}, {Dense{.units = 1, .kernel_initializer = Zeros{}}}};
  model.compile({.loss = squared()});
  EXPECT_NEAR(model.evaluate(data).loss.value, 2.0 / 3, 1e-6);
}

TEST(CustomLoss, MakesTheSameBitsForAnyNumberOfThreads) {
  Sequential one = custom_network(squared()), four = custom_network(squared());
  one.fit(line(), {.batch_size = 24, .epochs = 3, .threads = 1});
  four.fit(line(), {.batch_size = 24, .epochs = 3, .threads = 4});
  EXPECT_EQ(one.weights_sha256(), four.weights_sha256());
}

TEST(CustomLoss, IsRefusedWithoutAFunction) {
  EXPECT_EQ(thrown_by([] { custom_network(CustomLoss{}); }).message(), "it has no function");
}

TEST(CustomMetric, IsTheMeanOverTheSamplesUnderItsName) {
  const Metric within{CustomMetric{.name = "within_half",
                                   .of_row = [](auto y, auto t) { return std::abs(y[0] - t[0]) < 0.5 ? 1.0 : 0.0; }}};
  Sequential model = custom_network(MeanSquaredError{}, {within, MeanAbsoluteError{}});
  const History history = model.fit(line(), {.epochs = 2, .validation_data = line()});
  EXPECT_EQ(history["val_within_half"].size(), 2u);
  const Score score = model.evaluate(line());
  const std::vector<float> y = model.predict(line());
  double near = 0;
  for (std::size_t i = 0; i < y.size(); ++i)
    near += std::abs(y[i] - (3 * static_cast<float>(i) / 24 - 1)) < 0.5f ? 1.0 / 24 : 0;
  EXPECT_NEAR(score["within_half"].value, near, 1e-9);
  EXPECT_LE(score["within_half"].low, near);
}

TEST(CustomMetric, GetsOneHotTargetsOfLabels) {
  const Metric mass{CustomMetric{.name = "mass", .of_row = [](auto y, auto t) {
                                   double sum = 0;
                                   for (std::size_t c = 0; c < y.size(); ++c) sum += y[c] * t[c];
                                   return sum;
                                 }}};
  Sequential model{Input{2}, {Softmax{}}};
  model.compile({.loss = SparseCategoricalCrossentropy{}, .metrics = {mass}});
  const Dataset data = from_arrays({2}, {0, 0, 0, 0}, std::vector<std::int32_t>{0, 1}, 2);
  EXPECT_NEAR(model.evaluate(data)["mass"].value, 0.5, 1e-6);
}

TEST(Dice, OfWholeBatchesSaysNothingOfTheSpreadOfSamples) {
  Sequential model{Input{2}, {Softmax{}}};
  const Dataset data = to_categorical(from_arrays({2}, {0, 1, 2, 0}, std::vector<std::int32_t>{0, 1}, 2));
  model.compile({.loss = Dice{}});
  EXPECT_TRUE(std::isinf(model.evaluate(data).loss.high));
  model.compile({.loss = Dice{.axis = -1}});
  EXPECT_TRUE(std::isfinite(model.evaluate(data).loss.high));
}

}  // namespace
}  // namespace telar::test
