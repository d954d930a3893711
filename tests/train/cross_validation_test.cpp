// Scores of folds, their mean and deviation.
#include <cmath>
#include <filesystem>
#include <gtest/gtest.h>

#include <telar/telar.hpp>

#include "support/temporary_folder.hpp"
#include "support/thrown.hpp"

namespace telar::test {
namespace {

Dataset thirty_samples() {
  std::vector<float> features;
  std::vector<std::int32_t> labels;
  for (int i = 0; i < 30; ++i) {
    for (int c = 0; c < 3; ++c) features.push_back(static_cast<float>((i * 7 + c * 5) % 11) / 11);
    labels.push_back(i % 3);
  }
  return from_arrays({3}, features, labels, 3);
}

Sequential small_network() {
  Sequential model{Input{3}, {Dense{.units = 3, .activation = Activation::softmax}}};
  model.compile({.loss = SparseCategoricalCrossentropy{}, .metrics = {Accuracy{}}});
  return model;
}

TEST(CrossValidate, TrainsAFreshCopyForEachFoldAndScoresItOnWhatWasHeldOut) {
  const Sequential model = small_network();
  const std::string before = model.weights_sha256();
  const CrossValidateOptions options{
      .folds = 3, .order = FoldOrder::stratified, .seed = 4, .fit = {.batch_size = 5, .epochs = 2}};
  const CrossValidation result = cross_validate(model, thirty_samples(), options);
  EXPECT_EQ(model.weights_sha256(), before);
  ASSERT_EQ(result.scores.size(), 3u);
  const auto folds = k_fold(thirty_samples(), 3, FoldOrder::stratified, 4);
  for (std::size_t i = 0; i < 3; ++i) {
    Sequential by_hand = small_network();
    by_hand.fit(folds[i].first, options.fit);
    EXPECT_EQ(result.scores[i].loss.value, by_hand.evaluate(folds[i].second).loss.value);
    EXPECT_EQ(result.scores[i].samples, 10);
    EXPECT_EQ(result.histories[i].epochs.size(), 2u);
  }
}

TEST(CrossValidate, TellsMeanAndDeviationOfTheFolds) {
  const CrossValidation result = cross_validate(small_network(), thirty_samples(), {.folds = 2});
  const double a = result.scores[0]["accuracy"].value, b = result.scores[1]["accuracy"].value;
  EXPECT_DOUBLE_EQ(result["accuracy"].mean, (a + b) / 2);
  EXPECT_NEAR(result["accuracy"].sd, std::abs(a - b) / std::sqrt(2.0), 1e-12);
  EXPECT_DOUBLE_EQ(result["loss"].mean, (result.scores[0].loss.value + result.scores[1].loss.value) / 2);
  EXPECT_EQ(thrown_by([&] { static_cast<void>(result["accurcy"]); }).code(), ErrorCode::usage);
}

TEST(CrossValidate, WeighsSamplesByTheirOwnWeights) {
  std::vector<float> weights(30, 0.0f);
  for (std::size_t i = 0; i < weights.size(); ++i) weights[i] = static_cast<float>(i % 4);
  const CrossValidation result =
      cross_validate(small_network(), thirty_samples(), {.folds = 3, .fit = {.sample_weight = weights}});
  const auto folds = k_fold(thirty_samples(), 3);
  Sequential by_hand = small_network();
  std::vector<float> own;
  for (const std::uint32_t row : folds[1].first.rows()) own.push_back(weights[row]);
  by_hand.fit(folds[1].first, {.sample_weight = own});
  EXPECT_EQ(result.scores[1].loss.value, by_hand.evaluate(folds[1].second).loss.value);
}

TEST(CrossValidate, KeepsTheCheckpointsOfFoldsApart) {
  const TemporaryFolder folder;
  CrossValidateOptions options{.folds = 3, .fit = {.batch_size = 5, .epochs = 2}};
  const CrossValidation expected = cross_validate(small_network(), thirty_samples(), options);
  options.fit.callbacks.emplace_back(
      BackupAndRestore{.backup_dir = (folder / "b").string(), .delete_checkpoint = false});
  const CrossValidation result = cross_validate(small_network(), thirty_samples(), options);
  for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(result.scores[i].loss.value, expected.scores[i].loss.value) << i;
}

TEST(CrossValidate, LogsTheCurvesOfFoldsApart) {
  const TemporaryFolder folder;
  CrossValidateOptions options{.folds = 3, .fit = {.batch_size = 5, .epochs = 1}};
  options.fit.callbacks.emplace_back(TensorBoard{.log_dir = (folder / "logs").string()});
  static_cast<void>(cross_validate(small_network(), thirty_samples(), options));
  for (const char* fold : {"fold-1", "fold-2", "fold-3"})
    EXPECT_TRUE(std::filesystem::exists(folder / "logs" / fold / "train")) << fold;
}

TEST(CrossValidate, RefusesWeightsThatFitNoFold) {
  const auto refusal = [](const CrossValidateOptions& options) {
    return thrown_by([&] { static_cast<void>(cross_validate(small_network(), thirty_samples(), options)); }).message();
  };
  EXPECT_EQ(refusal({.fit = {.sample_weight = {1, 2}}}), "sample_weight has 2 numbers, but the data 30 samples");
  EXPECT_EQ(refusal({.evaluate = {.sample_weight = {1}}}),
            "evaluate.sample_weight is given, but each score has other samples");
  EXPECT_EQ(refusal({.folds = 1}), "folds = 1, but must be at least 2");
}

TEST(CrossValidate, SaysInWhichFoldATrainingDiverged) {
  Sequential model{Input{3}, {Dense{.units = 3}}};
  model.compile({.optimizer = SGD{.learning_rate = 1e38}, .loss = MeanSquaredError{}});
  const Dataset data = to_categorical(thirty_samples());
  const Error error =
      thrown_by([&] { static_cast<void>(cross_validate(model, data, {.fit = {.batch_size = 1, .epochs = 20}})); });
  EXPECT_EQ(error.code(), ErrorCode::failure);
  EXPECT_EQ(error.where(), "cross_validate, fold 1");
}

}  // namespace
}  // namespace telar::test
