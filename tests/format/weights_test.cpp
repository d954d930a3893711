// load_weights: from a file or a run folder, and what it says of weights that do not fit.
#include <gtest/gtest.h>

#include <telar/telar.hpp>

#include "support/temporary_folder.hpp"
#include "support/thrown.hpp"

namespace telar::test {
namespace {

Sequential two_layers(int hidden, std::uint64_t seed = 0, const std::string& name = "") {
  return {
      Input{3},
      {Dense{.units = hidden, .activation = Activation::relu, .name = name}, BatchNormalization{}, Dense{.units = 2}},
      seed};
}

TEST(Weights, LoadFromAFileOrFromARunFolder) {
  const TemporaryFolder folder;
  const Sequential saved = two_layers(4, 7);
  saved.save_weights(folder / "weights.npz");
  Sequential from_file = two_layers(4), from_folder = two_layers(4);
  from_file.load_weights(folder / "weights.npz");
  from_folder.load_weights(folder.path());
  EXPECT_EQ(from_file.weights_sha256(), saved.weights_sha256());
  EXPECT_EQ(from_folder.weights_sha256(), saved.weights_sha256());
}

TEST(Weights, ThatDoNotFitNameTheLayerAndBothShapes) {
  const TemporaryFolder folder;
  two_layers(4).save_weights(folder / "weights.npz");
  const auto refusal = [&](Sequential model) {
    const std::string before = model.weights_sha256();
    const Error error = thrown_by([&] { model.load_weights(folder.path()); });
    EXPECT_EQ(error.code(), ErrorCode::data);
    EXPECT_EQ(error.where(), (folder / "weights.npz").string());
    EXPECT_EQ(model.weights_sha256(), before);
    return error.message();
  };
  EXPECT_EQ(refusal(two_layers(5)),
            "layer 0, dense (Dense): 'dense/kernel' has shape (3, 4) in the file, but the network's has (3, 5)");
  EXPECT_EQ(refusal(two_layers(4, 0, "first")), "layer 0, first (Dense): the file has no array 'first/kernel'");
  EXPECT_EQ(refusal(Sequential{Input{3}, {Dense{.units = 4}}}),
            "the file has 'batch_normalization/gamma' of shape (4), but the network has no such variable");
}

TEST(Weights, ThatAreMissingAreAnErrorOfData) {
  const TemporaryFolder folder;
  Sequential model = two_layers(4);
  EXPECT_EQ(thrown_by([&] { model.load_weights(folder.path()); }).code(), ErrorCode::data);
  EXPECT_EQ(thrown_by([&] { model.load_weights(folder / "none.npz"); }).code(), ErrorCode::data);
}

}  // namespace
}  // namespace telar::test
