// Inference alone: the network's own results, from any number of callers.
#include <algorithm>
#include <cmath>
#include <gtest/gtest.h>
#include <numeric>
#include <random>
#include <thread>
#include <vector>

#include <telar/telar.hpp>

#include "model/fold.hpp"

namespace telar {
namespace {

std::vector<float> numbers(std::size_t count, float low, float high, unsigned seed = 1) {
  std::mt19937 random(seed);
  std::uniform_real_distribution<float> draw(low, high);
  std::vector<float> values(count);
  std::generate(values.begin(), values.end(), [&] { return draw(random); });
  return values;
}

Sequential predicting_network(bool norms, Activation hidden = Activation::relu) {
  std::vector<Layer> layers;
  for (const int units : {60, 33}) {
    layers.push_back(Dense{.units = units, .activation = hidden});
    if (norms) layers.push_back(BatchNormalization{});
    layers.push_back(Dropout{.rate = 0.3});
  }
  layers.push_back(Dense{.units = 10, .activation = Activation::softmax});
  Sequential model(Input{40}, layers, 7);
  // As after a training: no statistic is 0 or 1.
  for (const Variable& variable : model.variables())
    if (variable.shape.size() == 1)
      model.set_weights(variable.path, numbers(variable.size(), 0.3f, 1.5f, static_cast<unsigned>(variable.offset)));
  return model;
}

std::vector<float> results_of(const Predictor& predictor, const std::vector<float>& samples) {
  std::vector<float> results(samples.size() / static_cast<std::size_t>(predictor.inputs()) *
                             static_cast<std::size_t>(predictor.outputs()));
  predictor.predict(samples, results);
  return results;
}

std::vector<float> results_of(const Sequential& model, const std::vector<float>& samples) {
  return model.predict(from_arrays({40}, samples, std::vector<std::int32_t>(samples.size() / 40)));
}

TEST(Predictor, GivesTheNetworksOwnResultsToTheBit) {
  const Sequential model = predicting_network(false);
  const std::vector<float> samples = numbers(300 * 40, -1, 1);
  EXPECT_EQ(results_of(Predictor(model), samples), results_of(model, samples));
}

TEST(Predictor, FoldsBatchNormalizationIntoTheDenseBeforeOrAfterIt) {
  for (const Activation hidden : {Activation::relu, Activation::linear}) {
    const Sequential model = predicting_network(true, hidden);
    const std::vector<float> samples = numbers(50 * 40, -1, 1);
    const std::vector<float> got = results_of(Predictor(model), samples), expected = results_of(model, samples);
    for (std::size_t i = 0; i < expected.size(); ++i) EXPECT_NEAR(got[i], expected[i], 2e-6f);
  }
}

TEST(Predictor, HasTheNetworksOwnBitsWhereNothingIsFolded) {
  for (const DType dtype : {DType::float32, DType::mixed_bfloat16}) {
    Sequential model = predicting_network(true);
    model.compile({.dtype = dtype});
    const std::vector<float> samples = numbers(300 * 40, -1, 1);
    const std::vector<float> expected = results_of(model, samples);
    EXPECT_EQ(results_of(Predictor(model, {.fold = false}), samples), expected);
    EXPECT_EQ(results_of(Predictor(model, {.threads = 3, .fold = false}), samples), expected);
    const Predictor one(model, {.fold = false});
    const std::vector<float> last = results_of(one, std::vector<float>(samples.end() - 40, samples.end()));
    EXPECT_EQ(last, std::vector<float>(expected.end() - 10, expected.end())) << "alone as among others";
  }
}

std::size_t layers_left(const std::vector<Layer>& layers) {
  return fold_for_inference(Model(Input{4}, layers, 1)).layers().size();
}

TEST(Predictor, NothingIsLeftOfLayersThatInferenceDoesNotNeed) {
  const Layer norm = BatchNormalization{}, dropout = Dropout{.rate = 0.5}, linear = Dense{.units = 3},
              relu = Dense{.units = 3, .activation = Activation::relu}, bare = Dense{.units = 3, .use_bias = false};
  EXPECT_EQ(layers_left({linear, norm, dropout}), 1u);
  EXPECT_EQ(layers_left({norm, dropout, bare}), 1u);
  EXPECT_EQ(layers_left({relu, norm}), 2u);  // nothing linear beside it
}

TEST(Predictor, TheBatchAndTheThreadsDoNotShow) {
  const Sequential model = predicting_network(true);
  const std::vector<float> samples = numbers(700 * 40, -1, 1);
  const std::vector<float> all = results_of(Predictor(model), samples);
  for (const int threads : {2, 3}) EXPECT_EQ(results_of(Predictor(model, {.threads = threads}), samples), all);
  const Predictor one(model);
  for (const std::size_t row : {0u, 5u, 699u}) {
    const std::vector<float> sample(samples.begin() + static_cast<std::ptrdiff_t>(row * 40),
                                    samples.begin() + static_cast<std::ptrdiff_t>(row * 40 + 40));
    const std::vector<float> alone = results_of(one, sample);
    EXPECT_TRUE(std::equal(alone.begin(), alone.end(), all.begin() + static_cast<std::ptrdiff_t>(row * 10)));
  }
}

TEST(Predictor, BytesAreNumbers) {
  const Sequential model = predicting_network(true);
  std::vector<std::uint8_t> bytes(3 * 40);
  std::iota(bytes.begin(), bytes.end(), std::uint8_t{0});
  const Predictor predictor(model);
  std::vector<float> results(30);
  predictor.predict(bytes, results);
  EXPECT_EQ(results, results_of(predictor, std::vector<float>(bytes.begin(), bytes.end())));
}

TEST(Predictor, ManyThreadsMayCallItAtOnce) {
  const Sequential model = predicting_network(true);
  const std::vector<float> samples = numbers(20 * 40, -1, 1);
  const Predictor predictor(model, {.threads = 2, .concurrency = 3});
  const std::vector<float> expected = results_of(predictor, samples);
  std::vector<std::thread> callers;
  std::vector<int> wrong(6, 0);
  for (std::size_t t = 0; t < 6; ++t)
    callers.emplace_back([&, t] {
      for (int i = 0; i < 50; ++i) wrong[t] += results_of(predictor, samples) != expected ? 1 : 0;
    });
  for (std::thread& caller : callers) caller.join();
  EXPECT_EQ(wrong, std::vector<int>(6, 0));
}

TEST(Predictor, SizesThatDoNotFitAreErrors) {
  const Predictor predictor(predicting_network(false));
  std::vector<float> results(10);
  EXPECT_THROW(predictor.predict(std::vector<float>(39), results), Error);
  EXPECT_THROW(predictor.predict(std::vector<float>(80), results), Error);
  EXPECT_THROW(Predictor(predicting_network(false), {.threads = 0}), Error);
  EXPECT_THROW(Predictor(predicting_network(false), {.concurrency = 65}), Error);
  EXPECT_NO_THROW(predictor.predict(std::vector<float>(), std::span<float>()));
}

}  // namespace
}  // namespace telar
