#include <gtest/gtest.h>
#include <string>

#include <telar/error.hpp>
#include <telar/onnx.hpp>

#include "support/custom_layers.hpp"
#include "support/expect_error.hpp"
#include "support/temporary_folder.hpp"

namespace telar::test {
namespace {

class ExportOnnx : public testing::Test {
 protected:
  std::string bytes(const Sequential& model, const OnnxOptions& options = {}) {
    export_onnx(model, folder_ / "model.onnx", options);
    return get(folder_ / "model.onnx");
  }
  static bool has(const std::string& bytes, std::string_view text) { return bytes.find(text) != std::string::npos; }

  TemporaryFolder folder_;
  Sequential network_{Input{4, 4},
                      {Rescaling{0.1}, Flatten{}, Dense{.units = 3}, BatchNormalization{.name = "norm"},
                       ActivationLayer{Activation::tanh}}};
};

TEST_F(ExportOnnx, GivesTheSameBytesEveryTime) { EXPECT_EQ(bytes(network_), bytes(Sequential(network_))); }

TEST_F(ExportOnnx, FoldsBatchNormalizationUnlessItIsToldNotTo) {
  EXPECT_FALSE(has(bytes(network_), "BatchNormalization"));
  EXPECT_TRUE(has(bytes(network_, {.fold_batch_normalization = false}), "norm/BatchNormalization"));
}

TEST_F(ExportOnnx, TakesBytesWhereTheNetworkScalesImagesItself) {
  EXPECT_TRUE(has(bytes(network_), "image/Cast"));
  EXPECT_FALSE(has(bytes(network_, {.input = OnnxInput::float32}), "image"));
  const Sequential unscaled(Input{4, 4}, {Flatten{}, Dense{.units = 3}}), table(Input{4}, {Rescaling{2.0}});
  EXPECT_FALSE(has(bytes(unscaled), "image"));
  EXPECT_FALSE(has(bytes(table), "image"));
  EXPECT_TRUE(has(bytes(unscaled, {.input = OnnxInput::uint8}), "image/Cast"));
}

TEST_F(ExportOnnx, PassesOnWhatANetworkOfNothingTakes) {
  const Sequential nothing(Input{3}, {Dropout{0.5}});
  EXPECT_TRUE(has(bytes(nothing), "Identity"));
}

TEST_F(ExportOnnx, RefusesALayerOfTheUsersByName) {
  const Sequential model(Input{4}, {Dense{.units = 4}, Residual{{Dense{.units = 4}, OwnPRelu{}}}});
  expect_error(ErrorCode::usage, "layer 1, residual (Residual), layer 1, own_p_relu (OwnPRelu)",
               "it is a layer of your own, which is code, and ONNX has no operator for it", [&] { bytes(model); });
  EXPECT_FALSE(std::filesystem::exists(folder_ / "model.onnx"));
}

TEST_F(ExportOnnx, SaysWhichFileCannotBeWritten) {
  try {
    export_onnx(network_, folder_ / "no" / "model.onnx");
    FAIL() << "it was written";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::resource);
    EXPECT_NE(std::string(error.what()).find("model.onnx"), std::string::npos) << error.what();
  }
}

}  // namespace
}  // namespace telar::test
