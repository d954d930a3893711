// compile({.dtype = DType::mixed_bfloat16}): products on bfloat16 operands, everything else as it was.
#include <algorithm>
#include <gtest/gtest.h>
#include <random>

#include <telar/telar.hpp>

namespace telar {
namespace {

/// Ten overlapping clouds around points of a cube.
Dataset clouds(int samples, unsigned seed, int columns = 40) {
  std::mt19937 random(seed), places(1);
  std::normal_distribution<float> noise(0, 1.2f);
  std::vector<float> centres(static_cast<std::size_t>(10 * columns));
  for (float& c : centres) c = places() % 2 == 0 ? 0.0f : 1.0f;
  std::vector<float> features;
  std::vector<std::int32_t> labels;
  for (int i = 0; i < samples; ++i) {
    labels.push_back(i % 10);
    for (int c = 0; c < columns; ++c)
      features.push_back(centres[static_cast<std::size_t>(i % 10 * columns + c)] + noise(random));
  }
  return from_arrays({columns}, features, labels, 10);
}

Sequential mixed_network(DType dtype, int columns = 40, int units = 65) {
  Sequential model{Input{columns},
                   {Rescaling{.scale = 0.5}, Dense{.units = units, .activation = Activation::relu},
                    BatchNormalization{}, Dropout{.rate = 0.2}, Dense{.units = 33, .activation = Activation::tanh},
                    Dense{.units = 10, .activation = Activation::softmax}},
                   1};
  model.compile({.loss = SparseCategoricalCrossentropy{}, .metrics = {Accuracy{}}, .dtype = dtype});
  return model;
}

TEST(MixedBfloat16, LearnsAsWellAsFloat32) {
  const Dataset train = clouds(2000, 2), test = clouds(2000, 3);
  std::vector<double> accuracies;
  std::vector<std::string> weights;
  for (const DType dtype : {DType::float32, DType::mixed_bfloat16}) {
    Sequential model = mixed_network(dtype);
    model.fit(train, {.batch_size = 33, .epochs = 8});
    accuracies.push_back(model.evaluate(test)["accuracy"].value);
    weights.push_back(model.weights_sha256());
  }
  EXPECT_GT(accuracies[0], 0.75);
  EXPECT_NEAR(accuracies[1], accuracies[0], 0.03);
  EXPECT_NE(weights[0], weights[1]) << "nothing was rounded";
}

TEST(MixedBfloat16, IsNotTheDefault) { EXPECT_EQ(CompileOptions{}.dtype, DType::float32); }

TEST(MixedBfloat16, EvaluatesWithTheArithmeticOfValidation) {
  const Dataset train = clouds(500, 2), test = clouds(333, 3);
  Sequential model = mixed_network(DType::mixed_bfloat16);
  const History history = model.fit(train, {.batch_size = 32, .epochs = 2, .validation_data = test});
  EXPECT_EQ(history["val_loss"].back(), model.evaluate(test).loss.value);
}

TEST(MixedBfloat16, GivesTheSameBitsOn1To4Threads) {
  const Dataset data = clouds(300, 2, 785);  // large enough for four threads; a short and odd last batch
  std::string first;
  for (const int threads : {1, 2, 3, 4}) {
    Sequential model = mixed_network(DType::mixed_bfloat16, 785, 250);
    model.fit(data, {.batch_size = 65, .epochs = 2, .validation_data = data, .threads = threads});
    if (threads == 1) first = model.weights_sha256();
    EXPECT_EQ(model.weights_sha256(), first) << threads << " threads";
  }
}

TEST(MixedBfloat16, FrozenLayersStay) {
  Sequential model = mixed_network(DType::mixed_bfloat16);
  model.set_trainable("dense_1", false);
  const auto before = model.get_weights("dense_1/kernel");
  const std::vector<float> kernel(before.begin(), before.end());
  const History history = model.fit(clouds(500, 2), {.batch_size = 50, .epochs = 3});
  EXPECT_TRUE(std::ranges::equal(model.get_weights("dense_1/kernel"), kernel));
  EXPECT_LT(history["loss"].back(), history["loss"].front());
}

}  // namespace
}  // namespace telar
