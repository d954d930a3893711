// RandomFlip and RandomTranslation in a training. What they do to an image: tests/golden/images_test.cpp.
#include <gtest/gtest.h>

#include <telar/telar.hpp>

#include "support/thrown.hpp"

namespace telar::test {
namespace {

/// Bytes of 40 images of 6 x 5.
Dataset images() {
  Dataset::Storage storage;
  storage.shape = {6, 5};
  std::vector<std::uint8_t> bytes;
  for (int i = 0; i < 40 * 30; ++i) bytes.push_back(static_cast<std::uint8_t>(i * 37 % 251));
  storage.features = bytes;
  for (int i = 0; i < 40; ++i) storage.labels.push_back(i % 3);
  storage.classes = 3;
  return Dataset(std::move(storage));
}

Sequential image_network(std::vector<Layer> front) {
  for (const Layer& layer : {Layer{Flatten{}}, Layer{Dense{.units = 3, .activation = Activation::softmax}}})
    front.push_back(layer);
  Sequential model{Input{6, 5}, front, 2};
  model.compile({.loss = SparseCategoricalCrossentropy{}});
  return model;
}

const Rescaling kScale{.scale = 1.0 / 255};
const RandomTranslation kMoves{.height_factor = 0.3, .width_factor = {0, 0.4}};

TEST(ImageLayers, ChangeTrainingAndNothingElse) {
  Sequential plain = image_network({kScale}), varied = image_network({kScale, RandomFlip{}, kMoves});
  EXPECT_EQ(plain.predict(images()), varied.predict(images()));
  EXPECT_EQ(plain.evaluate(images()).loss.value, varied.evaluate(images()).loss.value);
  const std::vector<float> samples(30, 0.3f);
  std::vector<float> a(3), b(3);
  Predictor(plain).predict(samples, a);
  Predictor(varied).predict(samples, b);
  EXPECT_EQ(a, b);
  plain.fit(images(), {.batch_size = 8});
  varied.fit(images(), {.batch_size = 8});
  EXPECT_NE(plain.weights_sha256(), varied.weights_sha256());
}

TEST(ImageLayers, MakeTheSameBitsForAnyNumberOfThreads) {
  const auto hash = [](int threads) {
    Sequential model = image_network({RandomFlip{}, kScale, kMoves});
    model.fit(images(), {.batch_size = 16, .epochs = 3, .threads = threads});
    return model.weights_sha256();
  };
  EXPECT_EQ(hash(1), hash(4));
}

TEST(ImageLayers, DrawBySeedInPlaceOfTheNetworksSeedAndTheName) {
  const auto hash = [](Layer layer, std::uint64_t seed, const std::string& name) {
    std::visit([&](auto& l) { l.name = name; }, static_cast<Layer::Alternatives&>(layer));
    Sequential model{
        Input{6, 5},
        {kScale, layer, Flatten{}, Dense{.units = 3, .activation = Activation::softmax, .kernel_initializer = Ones{}}},
        seed};
    model.compile({.loss = SparseCategoricalCrossentropy{}});
    model.fit(images(), {.batch_size = 8, .shuffle = false});
    return model.weights_sha256();
  };
  RandomTranslation seeded_moves = kMoves;
  seeded_moves.seed = 3;
  for (const auto& [plain, seeded] :
       std::vector<std::pair<Layer, Layer>>{{RandomFlip{}, RandomFlip{.seed = 3}}, {kMoves, seeded_moves}}) {
    EXPECT_NE(hash(plain, 0, "a"), hash(plain, 0, "b"));
    EXPECT_NE(hash(plain, 0, "a"), hash(plain, 1, "a"));
    EXPECT_EQ(hash(seeded, 0, "a"), hash(seeded, 1, "b"));
  }
  EXPECT_NE(hash(RandomFlip{.seed = 3}, 0, "a"), hash(RandomFlip{.seed = 4}, 0, "a"));
}

TEST(ImageLayers, StandBeforeRescalingAsWellAsBehindIt) {
  Sequential before = image_network({kMoves, kScale}), behind = image_network({kScale, kMoves});
  const auto loss = [](Sequential& model) { return model.fit(images(), {.batch_size = 8})["loss"][0]; };
  EXPECT_NEAR(loss(before), loss(behind), 1e-5) << "scaling and moving change places";
}

TEST(ImageLayers, TakeChannels) {
  Sequential model{Input{30}, {Reshape{.target_shape = {2, 5, 3}}, RandomFlip{}, kMoves, Flatten{}, Dense{.units = 1}}};
  model.compile({.loss = MeanSquaredError{}});
  const Dataset data = from_arrays({30}, std::vector<float>(60, 1.0f), Targets{{1, 2}, 1});
  EXPECT_EQ(model.fit(data).epochs.size(), 1u);
}

TEST(ImageLayers, AreRefusedAnywhereButInFront) {
  const auto refusal = [](std::vector<Layer> layers) {
    return std::string(thrown_by([&] { Sequential(Input{6, 5}, layers); }).what());
  };
  EXPECT_EQ(refusal({Dropout{.rate = 0.1}, RandomFlip{}, Flatten{}}),
            "[layer 1, random_flip (RandomFlip)] RandomFlip varies images, but comes after a Dropout\n"
            "  move it to the front, where only Rescaling, Reshape and its like may come before it");
  EXPECT_EQ(refusal({Flatten{}, kMoves}),
            "[layer 1, random_translation (RandomTranslation)] RandomTranslation varies images, but comes after a "
            "Flatten\n  move it to the front, where only Rescaling, Reshape and its like may come before it");
  EXPECT_EQ(refusal({Residual{{RandomFlip{}}}}),
            "[layer 0, residual (Residual), layer 0, random_flip (RandomFlip)] RandomFlip stands within a Residual\n"
            "  move it to the front, where only Rescaling, Reshape and its like may come before it");
  EXPECT_EQ(std::string(thrown_by([] { Sequential(Input{30}, {RandomFlip{}}); }).what()),
            "[layer 0, random_flip (RandomFlip)] RandomFlip takes images (height, width) or (height, width, channels), "
            "but gets (30)\n  put it before the Flatten, or a Reshape before it");
}

}  // namespace
}  // namespace telar::test
