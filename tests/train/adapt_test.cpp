// Normalization: statistics that are given, or taken from the data.
#include <cmath>
#include <gtest/gtest.h>

#include <telar/telar.hpp>

#include "support/thrown.hpp"

namespace telar {
namespace {

Dataset four_points() {
  return from_arrays({2}, std::vector<float>{1, 10, 3, 10, 8, 10}, std::vector<std::int32_t>{0, 1, 0});
}

void expect_near(std::span<const float> got, const std::vector<double>& expected) {
  ASSERT_EQ(got.size(), expected.size());
  for (std::size_t i = 0; i < got.size(); ++i)
    EXPECT_NEAR(static_cast<double>(got[i]), expected[i], 1e-6 * std::abs(expected[i])) << i;
}

TEST(Adapt, GivesANormalizationTheMeanAndTheBiasedVarianceOfTheData) {
  Sequential model(Input{2}, {Normalization{}});
  expect_near(model.get_weights("normalization/mean"), {0, 0});
  expect_near(model.get_weights("normalization/variance"), {1, 1});
  model.adapt(four_points());
  expect_near(model.get_weights("normalization/mean"), {4, 10});
  expect_near(model.get_weights("normalization/variance"), {26.0 / 3, 0});
  const double sd = std::sqrt(26.0 / 3);
  expect_near(model.predict(four_points()), {-3 / sd, 0, -1 / sd, 0, 4 / sd, 0});
}

TEST(Adapt, SeesWhatTheLayersBeforeMakeOfTheData) {
  Sequential model(Input{2}, {Rescaling{.scale = 2, .offset = 1}, Normalization{}, Dropout{.rate = 0.5},
                              Rescaling{.scale = 3}, Normalization{}});
  model.adapt(four_points());
  expect_near(model.get_weights("normalization/mean"), {9, 21});
  expect_near(model.get_weights("normalization_1/variance"), {9, 0});
}

TEST(Adapt, LeavesWhatIsGiven) {
  Sequential model(Input{2}, {Normalization{.mean = {1, 2}, .variance = {4, 9}}});
  model.adapt(four_points());
  expect_near(model.predict(four_points()), {0, 8.0 / 3, 1, 8.0 / 3, 3.5, 8.0 / 3});
}

TEST(Adapt, IsNothingThatTrainingChanges) {
  Sequential model(Input{2}, {Normalization{}, Dense{.units = 2, .activation = Activation::softmax}});
  model.adapt(four_points());
  const std::vector<float> before(model.get_weights("normalization/mean").begin(),
                                  model.get_weights("normalization/mean").end());
  model.compile({.optimizer = AdamW{}, .loss = SparseCategoricalCrossentropy{}});
  static_cast<void>(model.fit(four_points(), {.epochs = 2}));
  EXPECT_EQ(std::vector<float>(model.get_weights("normalization/mean").begin(),
                               model.get_weights("normalization/mean").end()),
            before);
}

TEST(Adapt, RefusesSamplesOfAnotherShapeAndStatisticsOfAnotherNumberOfFeatures) {
  Sequential model(Input{3}, {Normalization{}});
  EXPECT_EQ(test::thrown_by([&] { model.adapt(four_points()); }).where(), "adapt, ");
  EXPECT_EQ(test::thrown_by([] { Sequential(Input{3}, {Normalization{.mean = {1}, .variance = {1}}}); }).message(),
            "mean and variance have 1 numbers, but the samples 3");
}

}  // namespace
}  // namespace telar
