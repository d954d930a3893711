// What a report sees of a network at work.
#include <cmath>
#include <gtest/gtest.h>

#include <telar/sequential.hpp>

#include "study/report/network_view.hpp"

namespace telar {
namespace {

Dataset labelled(std::vector<std::int32_t> labels) {
  std::vector<float> features(labels.size() * 2);
  for (std::size_t i = 0; i < features.size(); ++i) features[i] = static_cast<float>(i % 3);
  return from_arrays({2}, std::move(features), std::move(labels), 2);
}

TEST(NetworkView, ListsTheMostConfidentMistakesFirst) {
  NetworkView view;
  view_outputs({0.9f, 0.1f, 0.2f, 0.8f, 0.3f, 0.7f, 0.6f, 0.4f}, labelled({0, 0, 0, 1}), 2, view);
  EXPECT_EQ(view.samples, 4u);
  EXPECT_EQ(view.wrong, 3u);
  ASSERT_EQ(view.mistakes.size(), 2u);
  EXPECT_EQ(view.mistakes[0].sample, 1u);
  EXPECT_EQ(view.mistakes[0].actual, "0");
  EXPECT_EQ(view.mistakes[0].predicted, "1");
  EXPECT_FLOAT_EQ(static_cast<float>(view.mistakes[0].confidence), 0.8f);
  EXPECT_EQ(view.mistakes[1].sample, 2u);
  EXPECT_TRUE(view.mistakes[0].png.empty()) << "two numbers are no picture";
}

TEST(NetworkView, CalibratesAsTheMetricDoes) {
  const std::vector<float> outputs{0.9f, 0.1f, 0.2f, 0.8f, 0.3f, 0.7f, 0.55f, 0.45f};
  NetworkView view;
  view_outputs(outputs, labelled({0, 0, 1, 1}), 10, view);
  // Each of these in a bin of its own: |0.9 - 1|, |0.8 - 0|, |0.7 - 1|, |0.55 - 0|, of four samples.
  EXPECT_NEAR(view.calibration_error, (0.1 + 0.8 + 0.3 + 0.55) / 4, 1e-7);
  std::int64_t samples = 0;
  for (const CalibrationBin& bin : view.calibration) samples += bin.samples;
  EXPECT_EQ(samples, 4);
}

TEST(NetworkView, TakesOneOutputForTheProbabilityOfTheSecondClass) {
  NetworkView view;
  view_outputs({0.9f, 0.2f}, labelled({0, 0}), 10, view);
  ASSERT_EQ(view.mistakes.size(), 1u);
  EXPECT_EQ(view.mistakes[0].predicted, "1");
  EXPECT_FLOAT_EQ(static_cast<float>(view.mistakes[0].confidence), 0.9f);
}

TEST(NetworkView, HasPicturesOfImages) {
  const Dataset images = from_arrays({4, 4}, std::vector<float>(32, 0.5f), std::vector<std::int32_t>{0, 0}, 2);
  NetworkView view;
  view_outputs({0.1f, 0.9f, 0.9f, 0.1f}, images, 10, view);
  ASSERT_EQ(view.mistakes.size(), 1u);
  ASSERT_GT(view.mistakes[0].png.size(), 8u);
  EXPECT_EQ(static_cast<char>(view.mistakes[0].png[1]), 'P');
}

TEST(LayerViews, CountUnitsThatAreZeroForEverySample) {
  Sequential model(Input{2}, {Dense{.units = 3, .activation = Activation::relu}, Dense{.units = 1}}, 1);
  model.set_weights("dense/kernel", std::vector<float>{1, 0, 0, 1, 0, 0});
  model.set_weights("dense/bias", std::vector<float>{0, -1, 2});
  const std::vector<LayerHealth> layers = layer_health(model, labelled({0, 1, 0, 1}), 1);
  ASSERT_EQ(layers.size(), 2u);
  EXPECT_EQ(layers[0].name, "dense");
  EXPECT_EQ(layers[0].type, "Dense");
  EXPECT_EQ(layers[0].parameters, 9u);
  EXPECT_EQ(layers[0].units, 3);
  EXPECT_EQ(layers[0].dead, 1) << "the second unit's bias is below zero and its weights are zero";
  EXPECT_NEAR(layers[0].weight_norm, std::sqrt(2.0), 1e-12);
  EXPECT_NEAR(layers[0].zeros, 4.0 / 12, 1e-12) << "samples (0, 1), (2, 0), (1, 2), (0, 1)";
  EXPECT_EQ(layers[1].dead, 0);
}

}  // namespace
}  // namespace telar
