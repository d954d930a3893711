// Layers of the user's own. Their gradients: tests/oracle/gradient_check_test.cpp; random networks of them:
// tests/oracle.
#include <gtest/gtest.h>
#include <sstream>
#include <stdexcept>

#include <telar/telar.hpp>

#include "support/custom_layers.hpp"
#include "support/temporary_folder.hpp"
#include "support/thrown.hpp"

namespace telar::test {
namespace {

/// Labels that depend on the features, 75 of them: batches of 32 have one and two blocks of rows, and a short end.
Dataset stripes() {
  std::vector<float> x;
  std::vector<std::int32_t> labels;
  for (int i = 0; i < 75; ++i) {
    for (int k = 0; k < 6; ++k) x.push_back(static_cast<float>((i * 7 + k * 5) % 11) / 11 - 0.5f);
    labels.push_back((i * 7 % 11) / 4);
  }
  return from_arrays({6}, x, labels, 3);
}

Sequential around(const std::vector<Layer>& middle, const Optimizer& optimizer = Adam{.learning_rate = 0.01}) {
  std::vector<Layer> layers{Dense{.units = 8, .name = "first"}};
  layers.insert(layers.end(), middle.begin(), middle.end());
  layers.emplace_back(Dense{.units = 3, .activation = Activation::softmax, .name = "last"});
  Sequential model{Input{6}, layers, 4};
  model.compile({.optimizer = optimizer, .loss = SparseCategoricalCrossentropy{}, .metrics = {Accuracy{}}});
  return model;
}

std::vector<float> trained(Sequential model, int threads = 1) {
  model.fit(stripes(), {.epochs = 3, .validation_data = stripes(), .threads = threads});
  return {model.get_weights().begin(), model.get_weights().end()};
}

TEST(CustomLayer, TrainsToTheBitsOfTheSameLayerOfTelar) {
  const PReLU telars{.alpha_initializer = Constant{0.3}};
  EXPECT_EQ(trained(around({OwnPRelu{}})), trained(around({telars})));
  EXPECT_EQ(trained(around({Residual{{OwnPRelu{}}}, BatchNormalization{}})),
            trained(around({Residual{{telars}}, BatchNormalization{}})));
}

TEST(CustomLayer, TakesTheStepOfEveryOptimiserOnEachOfItsNumbers) {
  for (const Optimizer& optimizer :
       {Optimizer(SGD{.learning_rate = 0.1, .momentum = 0.9}), Optimizer(Adam{.learning_rate = 0.01}),
        Optimizer(Adam{.learning_rate = 0.01, .global_clipnorm = 0.1}), Optimizer(Ftrl{}),
        Optimizer(Lamb{.weight_decay = 0.1}),
        Optimizer(AdamW{.weight_decay = 0.1, .use_ema = true, .gradient_accumulation_steps = 2})}) {
    Sequential own = around({Custom(OwnDense{5}, "middle")}, optimizer);
    Sequential telars = around({Dense{.units = 5, .name = "middle"}}, optimizer);
    ASSERT_EQ(own.weights_sha256(), telars.weights_sha256());  // the same names draw the same numbers
    const std::vector<float> a = trained(own), b = trained(telars);
    for (std::size_t i = 0; i < a.size(); ++i) ASSERT_NEAR(a[i], b[i], 2e-6) << i;
  }
}

TEST(CustomLayer, TrainsToTheSameBitsOnAnyNumberOfThreads) {
  const auto wide = [](int threads) {
    std::vector<float> x(150 * 200);
    std::vector<std::int32_t> labels(150);
    for (std::size_t i = 0; i < x.size(); ++i) x[i] = static_cast<float>(i * 37 % 101) / 101;
    for (std::size_t i = 0; i < labels.size(); ++i) labels[i] = static_cast<std::int32_t>(i % 3);
    Sequential model{Input{200}, {OwnDense{300}, OwnPRelu{}, Dense{.units = 200}, OwnPRelu{}, OwnDense{3}, Softmax{}}};
    model.compile({.loss = SparseCategoricalCrossentropy{}});
    model.fit(from_arrays({200}, x, labels), {.batch_size = 100, .epochs = 1, .threads = threads});
    return model.weights_sha256();
  };
  const std::string one = wide(1);
  for (int threads = 2; threads <= 4; ++threads) EXPECT_EQ(wide(threads), one) << threads << " threads";
}

TEST(CustomLayer, IsNamedAfterItsClassOrAsItIsTold) {
  const Sequential model = around({OwnPRelu{}, OwnPRelu{}, OwnDense{4}, OwnDense{4}, Custom(OwnDense{2}, "mine")});
  std::vector<std::string> paths;
  for (const Variable& variable : model.variables()) paths.push_back(variable.path);
  EXPECT_EQ(paths, (std::vector<std::string>{"first/kernel", "first/bias", "own_p_relu/alpha", "own_p_relu_1/alpha",
                                             "custom/kernel", "custom/bias", "custom_1/kernel", "custom_1/bias",
                                             "mine/kernel", "mine/bias", "last/kernel", "last/bias"}));
  EXPECT_EQ(model.variables()[4].shape, (std::vector<int>{8, 4}));
  std::ostringstream summary;
  model.summary(summary);
  EXPECT_NE(summary.str().find("own_p_relu (OwnPRelu)   │ (None, 8)"), std::string::npos) << summary.str();
  EXPECT_NE(summary.str().find("custom (Custom)"), std::string::npos);
}

TEST(CustomLayer, KeepsItsWeightsWhileItIsFrozen) {
  Sequential model = around({Custom(OwnDense{5}, "middle", false)});
  const auto kernel = [&] {
    const auto values = model.get_weights("middle/kernel");
    return std::vector<float>(values.begin(), values.end());
  };
  const std::vector<float> before = kernel();
  const std::vector<float> first(model.get_weights("first/kernel").begin(), model.get_weights("first/kernel").end());
  model.fit(stripes());
  EXPECT_EQ(kernel(), before);
  EXPECT_FALSE(std::ranges::equal(model.get_weights("first/kernel"), first));
  model.set_trainable("middle", true);
  model.fit(stripes());
  EXPECT_NE(kernel(), before);
}

/// Two numbers of each sample, as they are in training, and doubled elsewhere.
struct FirstTwo {
  std::vector<int> output_shape(std::span<const int>) const { return {2, 1}; }
  void forward(const auto& sample) const {
    for (std::size_t i = 0; i < 2; ++i)
      sample.outputs[i] = sample.training ? sample.inputs[i] : sample.inputs[i] + sample.inputs[i];
  }
  void backward(const auto& sample) const {
    for (std::size_t i = 0; i < 2; ++i) sample.input_gradient[i] = sample.output_gradient[i];
  }
};

TEST(CustomLayer, NeedsNoWeightsAndKnowsTrainingFromPrediction) {
  Sequential model{Input{2, 3}, {FirstTwo{}, Flatten{}}};
  const Dataset data = from_arrays({2, 3}, {1, 2, 3, 4, 5, 6}, Targets{{1, 2}, 2});
  EXPECT_EQ(model.predict(data), (std::vector<float>{2, 4}));
  model.compile({.loss = MeanSquaredError{}});
  EXPECT_EQ(model.evaluate(data).loss.value, 2.5);
  EXPECT_EQ(model.fit(data)["loss"][0], 0);
  EXPECT_EQ(thrown_by([&] { model.set_trainable("custom", false); }).message(), "it has no weights to freeze");
}

TEST(CustomLayer, PredictsInAPredictor) {
  const Sequential model = around({OwnPRelu{}, BatchNormalization{}, OwnDense{5}});
  const Predictor predictor(model, {.threads = 2, .concurrency = 2});
  std::vector<float> samples(40 * 6), results(40 * 3);
  for (std::size_t i = 0; i < samples.size(); ++i) samples[i] = static_cast<float>(i % 13) / 13;
  predictor.predict(samples, results);
  const std::vector<float> expected = model.predict(from_arrays({6}, samples, std::vector<std::int32_t>(40), 3));
  for (std::size_t i = 0; i < results.size(); ++i) EXPECT_NEAR(results[i], expected[i], 1e-6);
}

TEST(CustomLayer, GoesWithACopyOfTheNetworkAndItsWeightsWithAnArchive) {
  Sequential model = around({OwnDense{5}, OwnPRelu{}});
  Sequential copy = model;
  copy.fit(stripes());
  EXPECT_NE(copy.weights_sha256(), model.weights_sha256());
  const TemporaryFolder folder;
  copy.save_weights(folder / "weights.npz");
  model.load_weights(folder / "weights.npz");
  EXPECT_EQ(copy.weights_sha256(), model.weights_sha256());
}

/// Says whatever it is told of itself.
struct Told {
  std::vector<int> shape{1};
  std::vector<CustomWeight> wanted{};

  std::vector<int> output_shape(std::span<const int>) const { return shape; }
  std::vector<CustomWeight> weights(std::span<const int>) const { return wanted; }
  void forward(const auto&) const {}
  void backward(const auto&) const {}
};

Error refused(const Layer& layer) {
  return thrown_by([&] { Sequential(Input{4}, {layer}); });
}

TEST(CustomLayer, IsRefusedForAShapeThatNoSampleHas) {
  EXPECT_EQ(std::string(refused(Told{.shape = {}}).what()),
            "[layer 0, custom (Custom)] its output_shape of samples (4) has 0 axes, but must have 1 to 8\n"
            "  such as {10}");
  EXPECT_EQ(refused(Told{.shape = {3, 0}}).message(), "the shape (3, 0) has an extent below 1");
  EXPECT_EQ(refused(Told{.shape = {1 << 20, 1 << 20}}).message(),
            "the shape (1048576, 1048576) has more than 2^24 elements");
}

TEST(CustomLayer, IsRefusedForWeightsThatCannotBe) {
  const auto message = [](std::vector<CustomWeight> wanted) {
    return refused(Told{.wanted = std::move(wanted)}).message();
  };
  EXPECT_EQ(message({{"", {2}}}), "its weights: \"\" is no name of a variable");
  EXPECT_EQ(message({{"a/b", {2}}}), "its weights: \"a/b\" is no name of a variable");
  EXPECT_EQ(message({{"a", {2}}, {"b", {2}}, {"a", {3}}}), "its weights: two are called \"a\"");
  EXPECT_EQ(message({{"a", {2, 2, 2}}}), "its weights: \"a\" has the shape (2, 2, 2)");
  EXPECT_EQ(message({{"a", {0}}}), "the shape (0) has an extent below 1");
  EXPECT_EQ(message({{"a", {2}, Orthogonal{}}}), "the initialiser is for kernels, but the variable has one axis");
  EXPECT_EQ(refused(Told{.wanted = {{"a", {2}, RandomNormal{.stddev = -1}}}}).where(), "layer 0, custom (Custom), a");
}

TEST(CustomLayer, IsRefusedWithoutFunctions) { EXPECT_EQ(refused(Custom{}).message(), "it has no functions"); }

struct NeedsPairs {
  std::vector<int> output_shape(std::span<const int> input) const {
    if (input[0] % 2 != 0) throw Error(ErrorCode::usage, "pairs", "an odd number of features", "give one more");
    return {input[0] / 2};
  }
  void forward(const auto&) const { throw std::runtime_error("in the middle of a step"); }
  void backward(const auto&) const {}
};

TEST(CustomLayer, MayRefuseAShapeItself) {
  EXPECT_EQ(thrown_by([] { Sequential(Input{3}, {NeedsPairs{}}); }).message(), "an odd number of features");
}

TEST(CustomLayerDeathTest, EndsTheProgramWhereItThrowsInAStep) {
  const Sequential model(Input{4}, {NeedsPairs{}});
  const Dataset data = from_arrays({4}, {1, 2, 3, 4}, std::vector<std::int32_t>{0}, 2);
  EXPECT_DEATH(static_cast<void>(model.predict(data, {.threads = 1})), "in the middle of a step");
}

}  // namespace
}  // namespace telar::test
