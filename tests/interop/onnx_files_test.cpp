// ONNX's own checker accepts what telar writes, and ONNX Runtime computes from it what telar computes.
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <stdlib.h>
#include <string>
#include <vector>

#include <telar/onnx.hpp>
#include <telar/telar.hpp>

#include "support/script.hpp"
#include "support/temporary_folder.hpp"

namespace telar::test {
namespace {

ScriptResult onnx_side(const std::string& folder) {
  const char* named = getenv("TELAR_TEST_PYTHON");
  const std::string python = named != nullptr && *named != '\0' ? named : "python3";
  return run_script("'" + python + "' -B '" TELAR_TESTS_DIR "/interop/onnx_side.py' " +
                    (folder.empty() ? "2>&1" : "'" + folder + "'"));
}

class OnnxFiles : public testing::Test {
 protected:
  void SetUp() override {
    const ScriptResult there = onnx_side("");
    if (there.status != 0) {
      const char* ci = getenv("CI");
      const std::string hint = "the tests' Python has no ONNX Runtime; scripts/setup --ci installs it\n" + there.output;
      if (ci != nullptr && std::string(ci) == "true") FAIL() << hint;
      GTEST_SKIP() << hint;
    }
    const auto& pixels = std::get<std::vector<std::uint8_t>>(images_.storage().features);
    put(folder_ / "images.u8", {reinterpret_cast<const char*>(pixels.data()), pixels.size()});
  }

  /// name.onnx, and beside it what telar predicts for all images.
  void leave(const Sequential& model, const std::string& name, const OnnxOptions& options = {}) {
    export_onnx(model, folder_ / (name + ".onnx"), options);
    const std::vector<float> y = model.predict(images_);
    put(folder_ / (name + ".f32"), {reinterpret_cast<const char*>(y.data()), y.size() * sizeof(float)});
  }

  nlohmann::json what_onnx_runtime_says() {
    const ScriptResult result = onnx_side(folder_.path().string());
    EXPECT_EQ(result.status, 0) << result.output;
    nlohmann::json said = nlohmann::json::parse(result.output, nullptr, false);
    EXPECT_TRUE(said.is_object()) << result.output;
    if (!said.is_object()) return {};
    for (const auto& [name, of] : said.items()) {
      EXPECT_LE(of["difference"].get<double>(), 1e-5) << name;
      EXPECT_LE(of["difference_of_one_row"].get<double>(), 1e-5) << name;
      EXPECT_EQ(of["rows"], 10'000) << name;
      EXPECT_EQ(of["shape"][0], "N") << name;
      EXPECT_EQ(of["output_shape"][0], "N") << name;
    }
    return said;
  }

  datasets::Pair data_ = datasets::fashion_mnist();
  Dataset images_ = data_.test;
  TemporaryFolder folder_;
};

TEST_F(OnnxFiles, OfATrainedNetworkAgreeOnAllTestImagesFoldedOrNot) {
  Sequential model(Input{28, 28}, {Rescaling{1 / 255.0}, Flatten{}, Dense{.units = 24}, BatchNormalization{},
                                   ActivationLayer{Activation::relu}, Dropout{0.2}, BatchNormalization{.center = false},
                                   Dense{.units = 10, .activation = Activation::softmax}});
  model.compile({.optimizer = Adam{}, .loss = SparseCategoricalCrossentropy{}});
  model.fit(data_.train.slice(0, 5000), {.batch_size = 100, .training_score = false});
  leave(model, "folded", {.class_names = {"coat", "\"bag\""}});
  leave(model, "kept", {.fold_batch_normalization = false, .input = OnnxInput::float32});

  const nlohmann::json said = what_onnx_runtime_says();
  const nlohmann::json &folded = said["folded"], &kept = said["kept"];
  EXPECT_EQ(folded["operators"], nlohmann::json({"Cast", "Flatten", "Gemm", "Mul", "Relu", "Softmax"}));
  EXPECT_EQ(folded["shape"], nlohmann::json({"N", 28, 28}));
  EXPECT_EQ(folded["output_shape"], nlohmann::json({"N", 10}));
  EXPECT_EQ(folded["input"], "image");
  EXPECT_EQ(folded["type"], "tensor(uint8)");
  EXPECT_EQ(nlohmann::json::parse(folded["metadata"].value("class_names", "")), nlohmann::json({"coat", "\"bag\""}));
  EXPECT_EQ(folded["metadata"]["weights_sha256"], model.weights_sha256());
  EXPECT_EQ(kept["operators"], nlohmann::json({"BatchNormalization", "Flatten", "Gemm", "Mul", "Relu", "Softmax"}));
  EXPECT_EQ(kept["input"], "input");
  EXPECT_EQ(kept["type"], "tensor(float)");
}

TEST_F(OnnxFiles, OfANetworkWithEveryKindOfLayerAgreeOnAllTestImages) {
  Sequential model(
      Input{28, 28},
      {RandomFlip{},
       RandomTranslation{0.1, 0.1},
       Rescaling{1 / 64.0, -2},
       ReLU{.max_value = 1.5, .negative_slope = 0.25, .threshold = 0.5},  // it jumps at pixels that are exact in both
       Reshape{{784}},
       GaussianNoise{0.1},
       Dense{.units = 16},
       BatchNormalization{.scale = false},
       LeakyReLU{},
       Dense{.units = 12},
       ReLU{.negative_slope = 0.1},
       PReLU{},
       LayerNormalization{},
       LayerNormalization{.center = false},
       Residual{{Dense{.units = 12, .activation = Activation::tanh}, BatchNormalization{}, Dropout{0.1},
                 Residual{{ActivationLayer{Activation::sigmoid}}}}},
       ELU{0.7},
       RMSNormalization{},
       GaussianDropout{0.1},
       AlphaDropout{0.1},
       ActivityRegularization{0.1, 0.1},
       Normalization{},
       ReLU{.max_value = 1.0},
       Normalization{.invert = true},
       Rescaling{0.5, -0.5},
       UnitNormalization{},
       Reshape{{4, 3}},
       ReLU{},
       LayerNormalization{.axis = {1, 2}, .scale = false},
       RMSNormalization{.axis = {-2, -1}},
       UnitNormalization{.axis = {1, 2}},
       Softmax{.axis = {1, 2}},
       Reshape{{2, 3, 2}},
       LayerNormalization{.axis = {1, 3}},
       LayerNormalization{},
       RMSNormalization{},
       UnitNormalization{.axis = 2},
       BatchNormalization{.axis = 2},
       BatchNormalization{},
       Normalization{.axis = {1, 2}},
       Softmax{.axis = 2},
       Softmax{.axis = {1, 3}},
       Flatten{},
       Dense{.units = 10, .use_bias = false},
       Softmax{}});
  for (const Variable& variable : model.variables()) {
    if (variable.path.ends_with("kernel")) continue;
    std::vector<float> values(variable.size());
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = 0.5f + 0.1f * static_cast<float>(i % 7);
    model.set_weights(variable.path, values);
  }
  leave(model, "folded");
  leave(model, "kept", {.fold_batch_normalization = false});

  const nlohmann::json said = what_onnx_runtime_says();
  EXPECT_EQ(said.size(), 2u);
}

TEST_F(OnnxFiles, OfEveryActivationAgreeOnAllTestImages) {
  constexpr int kActivations = static_cast<int>(Activation::sparsemax) + 1, kUnits = 8;
  std::vector<float> weights(784 * kUnits + kUnits);
  for (std::size_t unit = 0; unit < kUnits; ++unit) weights[(28 * (4 + 2 * unit) + 14) * kUnits + unit] = 1;
  for (int a = 0; a < kActivations; ++a) {
    // Each unit is one pixel, as a number from -8 to 8 that is exact: where an activation jumps, both sides do.
    Sequential model(Input{28, 28}, {Rescaling{1 / 16.0, -8}, Flatten{},
                                     Dense{.units = kUnits, .activation = static_cast<Activation>(a)}});
    model.set_weights(weights);
    leave(model, "activation_" + std::to_string(a));
  }
  EXPECT_EQ(what_onnx_runtime_says().size(), static_cast<std::size_t>(kActivations));
}

}  // namespace
}  // namespace telar::test
