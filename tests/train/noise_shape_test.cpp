// Which elements a Dropout drops together, whose seed decides, and which axes a layer takes together.
#include <gtest/gtest.h>

#include <telar/telar.hpp>

#include "support/thrown.hpp"

namespace telar {
namespace {

Dataset grids() {
  std::vector<float> x;
  std::vector<std::int32_t> y;
  for (int i = 0; i < 12; ++i) {
    for (int p = 0; p < 6; ++p) x.push_back(static_cast<float>((i * 5 + p * 3) % 7) / 7);
    y.push_back(i % 2);
  }
  return from_arrays({2, 3}, x, y, 2);
}

std::string hash_with(const Layer& layer, std::uint64_t seed = 0, const std::string& name = {}) {
  Layer named = layer;
  std::visit([&](auto& l) { l.name = name; }, static_cast<Layer::Alternatives&>(named));
  Sequential model(
      Input{2, 3},
      {named, Flatten{}, Dense{.units = 2, .activation = Activation::softmax, .kernel_initializer = Ones{}}}, seed);
  model.compile({.loss = SparseCategoricalCrossentropy{}});
  model.fit(grids(), {.epochs = 2, .shuffle = false, .training_score = false});
  return model.weights_sha256();
}

std::string refusal_of_layer(const Layer& layer) {
  return test::thrown_by([&] { static_cast<void>(Sequential(Input{2, 3}, {layer})); }).what();
}

TEST(NoiseShape, IsForSamplesOfUpToEightAxes) {
  const auto network = [](std::size_t axes) {
    Sequential model(
        Input(std::vector<int>(axes, 2)),
        {Dropout{.rate = 0.5, .noise_shape = std::vector<int>(axes + 1, 1)}, Flatten{}, Dense{.units = 1}});
  };
  EXPECT_NO_THROW(network(8));
  EXPECT_NE(std::string(test::thrown_by([&] { network(9); }).what()).find("up to 8 axes, but these have 9"),
            std::string::npos);
}

TEST(NoiseShape, OfItsOwnExtentsChangesNothing) {
  EXPECT_EQ(hash_with(Dropout{.rate = 0.5, .noise_shape = {-1, 2, 3}}), hash_with(Dropout{.rate = 0.5}));
  EXPECT_EQ(hash_with(Dropout{.rate = 0.5, .noise_shape = {-1, -1, -1}}), hash_with(Dropout{.rate = 0.5}));
  EXPECT_NE(hash_with(Dropout{.rate = 0.5, .noise_shape = {-1, 2, 1}}), hash_with(Dropout{.rate = 0.5}));
  EXPECT_NE(hash_with(Dropout{.rate = 0.5, .noise_shape = {1, 2, 3}}), hash_with(Dropout{.rate = 0.5}));
}

TEST(NoiseShape, SaysWhatDoesNotFit) {
  EXPECT_EQ(refusal_of_layer(Dropout{.rate = 0.5, .noise_shape = {2, 1}}),
            "[layer 0, dropout (Dropout)] noise_shape [2, 1] has 2 extents, but a batch of samples (2, 3) has 3 axes\n"
            "  such as [-1, -1, 1]");
  EXPECT_EQ(refusal_of_layer(Dropout{.rate = 0.5, .noise_shape = {32, 2, 1}}),
            "[layer 0, dropout (Dropout)] noise_shape [32, 2, 1] has 32 for the batch, whose size is not always the "
            "same: -1 or 1\n  such as [-1, -1, 1]");
  EXPECT_EQ(refusal_of_layer(Dropout{.rate = 0.5, .noise_shape = {-1, 3, 1}}),
            "[layer 0, dropout (Dropout)] noise_shape [-1, 3, 1] does not fit samples (2, 3): each extent is -1, 1 or "
            "the axis's own\n  such as [-1, -1, 1]");
}

TEST(LayerSeed, DecidesInPlaceOfTheNetworksSeedAndTheName) {
  const std::vector<std::pair<Layer, Layer>> layers{
      {Dropout{.rate = 0.5}, Dropout{.rate = 0.5, .seed = 3}},
      {GaussianNoise{.stddev = 0.5}, GaussianNoise{.stddev = 0.5, .seed = 3}},
      {GaussianDropout{.rate = 0.5}, GaussianDropout{.rate = 0.5, .seed = 3}},
      {AlphaDropout{.rate = 0.5}, AlphaDropout{.rate = 0.5, .seed = 3}}};
  for (const auto& [plain, seeded] : layers) {
    EXPECT_NE(hash_with(plain, 0, "a"), hash_with(plain, 0, "b"));
    EXPECT_NE(hash_with(plain, 0, "a"), hash_with(plain, 1, "a"));
    EXPECT_EQ(hash_with(seeded, 0, "a"), hash_with(seeded, 1, "b"));
  }
}

TEST(Axes, AreAnyOfASampleInAnyOrder) {
  for (const Layer& layer : {Layer(Softmax{.axis = {1, 2}}), Layer(LayerNormalization{.axis = {-2, -1}}),
                             Layer(RMSNormalization{.axis = {1, 2}}), Layer(UnitNormalization{.axis = {-2, 2}}),
                             Layer(LayerNormalization{}), Layer(LayerNormalization{.axis = 1}),
                             Layer(BatchNormalization{}), Layer(BatchNormalization{.axis = 1}), Layer(Softmax{})})
    EXPECT_FALSE(hash_with(layer).empty());
  EXPECT_EQ(hash_with(LayerNormalization{.axis = {2, 1}}), hash_with(LayerNormalization{.axis = {1, 2}}));
  EXPECT_EQ(hash_with(BatchNormalization{.axis = -2}), hash_with(BatchNormalization{.axis = 1}));
  EXPECT_NE(hash_with(BatchNormalization{.axis = 1}), hash_with(BatchNormalization{}));
}

TEST(Axes, SayWhatIsNoAxis) {
  EXPECT_EQ(refusal_of_layer(UnitNormalization{.axis = {0, 1}}),
            "[layer 0, unit_normalization (UnitNormalization)] axis [0, 1] is outside of samples (2, 3): 0 is the "
            "batch\n  axes count from 1, or from -1 backwards");
  EXPECT_EQ(refusal_of_layer(BatchNormalization{.axis = 3}),
            "[layer 0, batch_normalization (BatchNormalization)] axis 3 is outside of samples (2, 3)\n"
            "  axes count from 1, or from -1 backwards");
  EXPECT_EQ(refusal_of_layer(Softmax{.axis = {1, -2}}),
            "[layer 0, softmax (Softmax)] axis [1, -2] of samples (2, 3) has an axis twice\n  name each axis once");
  EXPECT_EQ(refusal_of_layer(RMSNormalization{.axis = 1}),
            "[layer 0, rms_normalization (RMSNormalization)] RMSNormalization of samples (2, 3) is over axes that are "
            "not the last ones, and Keras has its scale along the last ones\n  such as axis = -1, or "
            "LayerNormalization");
}

TEST(Axes, OfNormalisationsShareRowsOutAmongThreadsWithTheSameBits) {
  const auto hash = [](int threads) {
    Sequential model(Input{4, 3, 5},
                     {LayerNormalization{.axis = 2}, BatchNormalization{.axis = 1}, Residual{{BatchNormalization{}}},
                      UnitNormalization{.axis = {1, 3}}, Softmax{.axis = 2}, Flatten{}, Dense{.units = 2}},
                     1);
    std::vector<float> x;
    for (int i = 0; i < 60 * 300; ++i) x.push_back(static_cast<float>(i * 37 % 251) / 251);
    model.compile({.loss = MeanSquaredError{}});
    model.fit(from_arrays({4, 3, 5}, x, Targets{std::vector<float>(600, 0.5f), 2}),
              {.batch_size = 150, .epochs = 2, .threads = threads});
    return model.weights_sha256();
  };
  EXPECT_EQ(hash(1), hash(4));
}

TEST(Axes, OfWeightsAreAsManyAsThoseOfTheSample) {
  EXPECT_EQ(Sequential(Input{2, 3}, {LayerNormalization{}}).variables()[0].shape, std::vector<int>{3});
  EXPECT_EQ(Sequential(Input{2, 3}, {BatchNormalization{.axis = 1}}).variables()[2].shape, std::vector<int>{2});
  const Sequential model(Input{2, 3}, {LayerNormalization{.axis = {1, 2}}, Flatten{}});
  EXPECT_EQ(model.variables()[0].path, "layer_normalization/gamma");
  EXPECT_EQ(model.variables()[0].shape, (std::vector<int>{2, 3}));
  EXPECT_NE(refusal_of_layer(LayerNormalization{.axis = {1, 2}, .gamma_constraint = MaxNorm{}})
                .find("gamma_constraint is one of norms, but gamma has 2 axes"),
            std::string::npos);
  Sequential adafactor(Input{2, 3, 4}, {LayerNormalization{.axis = {1, 2, 3}}});
  EXPECT_EQ(
      std::string(test::thrown_by([&] { adafactor.compile({.optimizer = Adafactor{}}); }).what()),
      "[optimizer (Adafactor)] layer_normalization/gamma has 3 axes, and telar's Adafactor tells rows from columns "
      "of up to two\n  let its layer normalise fewer axes, put a Flatten before it, or use another optimizer");
  EXPECT_NO_THROW(adafactor.compile({.optimizer = Muon{}})) << "of three axes Muon leaves to Adam";
}

}  // namespace
}  // namespace telar
