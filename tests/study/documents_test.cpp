#include "study/documents.hpp"

#include <cmath>
#include <gtest/gtest.h>
#include <limits>

namespace telar {
namespace {

const double kNan = std::numeric_limits<double>::quiet_NaN();
const double kInfinity = std::numeric_limits<double>::infinity();

Score score_of(double accuracy) {
  Score score;
  score.loss = {0.5, 0.4, 0.6};
  score.metrics = {{"accuracy", {accuracy, accuracy - 0.1, accuracy + 0.1}}};
  score.classes = 2;
  score.confusion = {90, 10, 0, 20};
  score.samples = 120;
  return score;
}

TrainResult result_of(std::uint64_t seed, double test_accuracy) {
  TrainResult result;
  result.recipe = "baseline";
  result.seed = seed;
  result.threads = 2;
  result.isa = "avx2";
  Logs first, second;
  first.set("loss", 0.9);
  first.set("accuracy", 0.5);
  second.set("loss", 0.7);
  second.set("accuracy", 0.6);
  result.history.epochs = {first, second};
  result.history.epoch_seconds = {1.5, 1.25};
  result.validation = score_of(0.65);
  result.test = score_of(test_accuracy);
  result.class_names = {"Bag", "Boot"};
  result.weights_sha256 = "abc";
  result.run_dir = "runs/x";
  return result;
}

std::string first_key(const Json& document) { return document.begin().key(); }

TEST(Documents, WriteNumbersWithNineSignificantDigitsAndNoNaN) {
  EXPECT_EQ(json_number(1.0 / 3).dump(), "0.333333333");
  EXPECT_EQ(json_number(1e-20 / 3).dump(), "3.33333333e-21");
  EXPECT_EQ(json_number(123456789.123).dump(), "123456789.0");
  EXPECT_TRUE(json_number(kNan).is_null());
  EXPECT_TRUE(json_number(kInfinity).is_null());
  EXPECT_TRUE(json_number(-kInfinity).is_null());
}

TEST(TrainDocument, BeginsWithItsSchemaAndHoldsWhatWasPromised) {
  const Json document = train_document(result_of(3, 0.75));
  EXPECT_EQ(first_key(document), "schema");
  EXPECT_EQ(document["schema"], "telar.train/1");
  EXPECT_EQ(document["seed"], 3);
  EXPECT_EQ(document["threads"], 2);
  EXPECT_EQ(document["isa"], "avx2");
  EXPECT_EQ(document["ended"], "completed");
  EXPECT_EQ(document["epochs_run"], 2);
  EXPECT_EQ(document["history"]["loss"], Json({0.9, 0.7}));
  EXPECT_EQ(document["history"]["accuracy"], Json({0.5, 0.6}));
  EXPECT_EQ(document["epoch_seconds"], Json({1.5, 1.25}));
  EXPECT_EQ(document["validation_seconds"], Json::array());
  EXPECT_EQ(document["validation"], Json({{"loss", 0.5}, {"accuracy", 0.65}}));
  EXPECT_EQ(document["test"], Json({{"loss", 0.5}, {"accuracy", 0.75}}));
  EXPECT_EQ(document["intervals"]["test.accuracy"], Json::array({0.65, 0.85}));
  EXPECT_EQ(document["intervals"]["test.loss"], Json::array({0.4, 0.6}));
  EXPECT_EQ(document["weights_sha256"], "abc");
  EXPECT_EQ(document["run_dir"], "runs/x");
}

TEST(TrainDocument, HoldsTheValidationsWithinEpochs) {
  TrainResult result = result_of(0, 0.5);
  EXPECT_FALSE(train_document(result).contains("validations"));
  Logs seen;
  seen.set("val_loss", 0.25);
  result.history.validations = {{1, 40, seen}};
  EXPECT_EQ(train_document(result)["validations"], Json::parse(R"([{"epoch": 2, "step": 40, "val_loss": 0.25}])"));
}

TEST(TrainDocument, HasTheTrainingDataInInferenceModeBesideTheHistory) {
  TrainResult result = result_of(0, 0.75);
  EXPECT_TRUE(train_document(result)["training"].is_null());
  result.history.training = score_of(0.85);
  const Json document = train_document(result);
  EXPECT_EQ(document["training"], Json({{"loss", 0.5}, {"accuracy", 0.85}}));
  EXPECT_EQ(document["intervals"]["training.accuracy"], Json::array({0.75, 0.95}));
  EXPECT_EQ(train_seeds_document(std::vector{result})["summary"]["training.accuracy"]["mean"], 0.85);
}

TEST(TrainDocument, HoldsTheConfusionMatrixRowByRow) {
  const Json document = train_document(result_of(0, 0.75));
  EXPECT_EQ(document["confusion"].dump(), "[[90,10],[0,20]]");
  EXPECT_EQ(document["classes"][0]["class"], "Bag");
  EXPECT_EQ(document["classes"][0]["accuracy"], 0.9);
  EXPECT_EQ(document["classes"][1]["samples"], 20);
}

TEST(TrainDocument, JudgesEachClassAndTheClassificationWithIntervals) {
  TrainResult result = result_of(0, 0.75);
  result.test->of_classes = {{"balanced_accuracy", {0.95, 0.9, 0.99}}};
  const Json document = train_document(result);
  EXPECT_EQ(document["test"]["balanced_accuracy"], 0.95);
  EXPECT_EQ(document["intervals"]["test.balanced_accuracy"], Json::array({0.9, 0.99}));
  const Json& boot = document["classes"][1];
  EXPECT_EQ(boot["precision"], json_number(20.0 / 30));
  EXPECT_EQ(boot["recall"], 1);
  EXPECT_EQ(boot["f1"], 0.8);
  EXPECT_EQ(boot["intervals"]["recall"], boot["interval"]);
  EXPECT_LT(boot["intervals"]["precision"][0], 20.0 / 30);
  EXPECT_GT(boot["intervals"]["f1"][1], 0.8);
}

TEST(TrainDocument, HasNullForReadingsThatWereNotMade) {
  TrainResult result = result_of(0, 0.75);
  result.history.ended = Ended::diverged;
  result.history.reason = "the loss was not finite";
  result.validation.reset();
  result.test.reset();
  const Json document = train_document(result);
  EXPECT_EQ(document["ended"], "diverged");
  EXPECT_EQ(document["reason"], "the loss was not finite");
  EXPECT_TRUE(document["test"].is_null());
  EXPECT_TRUE(document["validation"].is_null());
  EXPECT_FALSE(document.contains("confusion"));
}

TEST(TrainDocument, HasNullInTheHistoryWhereAnEpochLacksAQuantity) {
  TrainResult result = result_of(0, 0.75);
  result.history.epochs[1].set("val_loss", 0.5);
  EXPECT_EQ(train_document(result)["history"]["val_loss"].dump(), "[null,0.5]");
}

TEST(TrainDocument, SaysWhichEpochsWeightsAnInterruptedTrainingKept) {
  TrainResult result = result_of(0, 0.75);
  EXPECT_FALSE(train_document(result).contains("weights_epoch"));
  result.history.ended = Ended::interrupted;
  EXPECT_TRUE(train_document(result)["weights_epoch"].is_null());
  result.weights_epoch = 0;
  EXPECT_EQ(train_document(result)["weights_epoch"], 1);
}

TEST(TrainSeedsDocument, HasTheRunsInOrderAndTheirSummary) {
  const std::vector<TrainResult> results{result_of(0, 0.7), result_of(1, 0.8)};
  const Json document = train_seeds_document(results);
  EXPECT_EQ(first_key(document), "schema");
  EXPECT_EQ(document["schema"], "telar.train_seeds/1");
  EXPECT_EQ(document["runs"][0], train_document(results[0]));
  EXPECT_EQ(document["runs"][1]["seed"], 1);
  const Json& accuracy = document["summary"]["test.accuracy"];
  EXPECT_DOUBLE_EQ(accuracy["mean"], 0.75);
  EXPECT_NEAR(accuracy["sd"], std::sqrt(0.005), 1e-9);
  EXPECT_LT(accuracy["interval"][0], 0.7);
  EXPECT_GT(accuracy["interval"][1], 0.8);
  EXPECT_EQ(accuracy["n"], 2);
  EXPECT_EQ(document["summary"]["epochs_run"]["mean"], 2.0);
}

TEST(TrainSeedsDocument, CountsADivergedRunAndSummarizesTheOthers) {
  std::vector<TrainResult> results{result_of(0, 0.7), result_of(1, 0.8), result_of(2, 0.9)};
  results[1].history.ended = Ended::diverged;
  results[1].test.reset();
  const Json document = train_seeds_document(results);
  EXPECT_EQ(document["runs"].size(), 3u);
  EXPECT_EQ(document["summary"]["test.accuracy"]["n"], 2);
  EXPECT_EQ(document["summary"]["epochs_run"]["n"], 3);
}

TEST(TrainSeedsDocument, HasNoSpreadFromOneRun) {
  const Json document = train_seeds_document(std::vector<TrainResult>{result_of(0, 0.7)});
  EXPECT_EQ(document["summary"]["test.accuracy"]["mean"], 0.7);
  EXPECT_TRUE(document["summary"]["test.accuracy"]["sd"].is_null());
}

TEST(EvaluateDocument, NamesTheRunTheDataAndTheReading) {
  const Json document = evaluate_document({"baseline", "runs/x", "fashion_mnist (test)", score_of(0.75), {}, "abc"});
  EXPECT_EQ(first_key(document), "schema");
  EXPECT_EQ(document["schema"], "telar.evaluate/1");
  EXPECT_EQ(document["data"], "fashion_mnist (test)");
  EXPECT_EQ(document["samples"], 120);
  EXPECT_EQ(document["test"]["accuracy"], 0.75);
  EXPECT_EQ(document["intervals"]["test.accuracy"], Json::array({0.65, 0.85}));
  EXPECT_EQ(document["classes"][1]["class"], "1");
  EXPECT_EQ(document["weights_sha256"], "abc");
}

TEST(EpochDocument, CountsEpochsFromOneAndHasNullForNaN) {
  Logs logs;
  logs.set("loss", kNan);
  logs.set("accuracy", 0.5);
  EXPECT_EQ(epoch_document(0, logs).dump(), R"({"epoch":1,"accuracy":0.5,"loss":null})");
}

TEST(AccuracyByClass, IsTheShareOfEachRowWithItsInterval) {
  const std::vector<std::string> names{"Bag"};
  const std::vector<ClassAccuracy> classes = accuracy_by_class(score_of(0.7), names);
  ASSERT_EQ(classes.size(), 2u);
  EXPECT_EQ(classes[0].name, "Bag");
  EXPECT_EQ(classes[0].correct, 90);
  EXPECT_EQ(classes[0].samples, 100);
  EXPECT_DOUBLE_EQ(classes[0].accuracy.value, 0.9);
  EXPECT_LT(classes[0].accuracy.low, 0.9);
  EXPECT_GT(classes[0].accuracy.high, 0.9);
  EXPECT_EQ(classes[1].name, "1");
  EXPECT_DOUBLE_EQ(classes[1].accuracy.value, 1);
}

TEST(AccuracyByClass, IsNaNForAClassWithoutSamplesAndEmptyWithoutClasses) {
  Score score = score_of(0.7);
  score.confusion = {0, 0, 0, 20};
  EXPECT_TRUE(std::isnan(accuracy_by_class(score, {})[0].accuracy.value));
  EXPECT_TRUE(accuracy_by_class(Score{}, {}).empty());
}

}  // namespace
}  // namespace telar
