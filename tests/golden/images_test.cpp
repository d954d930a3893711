// Layers that vary images, and the inverse of a Normalization, against vocabulary.json (generate_vocabulary.py).
#include <gtest/gtest.h>

#include "golden/golden.hpp"
#include "model/plan.hpp"
#include "support/engine.hpp"

namespace telar::golden {
namespace {

/// What a step of training makes of the samples in these layers, which have no weights.
std::vector<float> trained_outputs(const Input& input, std::vector<Layer> layers, const std::vector<float>& samples,
                                   std::uint64_t step) {
  int size = 1;
  for (const int extent : input.shape) size *= extent;
  layers.emplace_back(Flatten{});
  layers.emplace_back(Dense{.units = size, .use_bias = false, .kernel_initializer = Identity{}});
  const Model model(input, layers, 0);
  const EngineBatch batch{size, samples, {}, samples, {}};
  Engine engine(plan(
      model, {.max_rows = batch.rows(), .loss = MeanSquaredError{}, .rule = compute::UpdateRule{}, .outputs = true}));
  engine.set_weights({model.weights().begin(), model.weights().end()});
  engine.run(compute::Phase::train, batch, step);
  return engine.output();
}

Input image_input() {
  const auto shape = vocabulary().at("images").at("shape").get<std::vector<int>>();
  return Input(std::vector<int>(shape.begin() + 1, shape.end()));
}

TEST(Golden, TranslationsMoveImagesAsKerasDoes) {
  const std::vector<float> images = floats(vocabulary().at("images").at("x"));
  for (const Json& c : vocabulary().at("translations")) {
    SCOPED_TRACE(c.at("args").dump());
    const auto layer = settings<RandomTranslation>(c.at("args"));
    ASSERT_TRUE(layer);
    EXPECT_LE(max_norm_error(trained_outputs(image_input(), {*layer}, images, 0), floats(c.at("outputs"))), 1e-6);
  }
}

TEST(Golden, FlipsTurnImagesAsKerasDoesOrLeaveThem) {
  const std::vector<float> images = floats(vocabulary().at("images").at("x"));
  const std::vector<float> first(images.begin(), images.begin() + static_cast<std::ptrdiff_t>(images.size() / 2));
  for (const Json& c : vocabulary().at("flips")) {
    SCOPED_TRACE(c.at("args").dump());
    const auto layer = settings<RandomFlip>(c.at("args"));
    ASSERT_TRUE(layer);
    int turned = 0, left = 0;
    for (std::uint64_t step = 0; step < 40; ++step) {
      const std::vector<float> made = trained_outputs(image_input(), {*layer}, first, step);
      turned += made == floats(c.at("turned")) ? 1 : 0;
      left += made == first ? 1 : 0;
    }
    EXPECT_EQ(turned + left, 40);
    EXPECT_NEAR(turned, 20, 10);
  }
}

TEST(Golden, AnInvertedNormalizationIsKerass) {
  const Json& c = vocabulary().at("inverted");
  const auto layer = settings<Normalization>(c.at("args"));
  ASSERT_TRUE(layer);
  EXPECT_LE(max_norm_error(trained_outputs(Input{5}, {*layer}, floats(c.at("x")), 0), floats(c.at("outputs"))), 1e-6);
}

}  // namespace
}  // namespace telar::golden
