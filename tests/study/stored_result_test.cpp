#include "study/stored_result.hpp"

#include <cmath>
#include <gtest/gtest.h>

#include "support/expect_error.hpp"
#include "support/temporary_folder.hpp"

namespace telar {
namespace {

TrainResult a_result() {
  TrainResult result;
  result.recipe = "baseline";
  result.seed = 3;
  result.threads = 2;
  result.isa = "avx2";
  for (const double loss : {0.9, 0.7}) {
    Logs logs;
    logs.set("loss", loss);
    logs.set("val_loss", loss + 0.1);
    result.history.epochs.push_back(logs);
  }
  result.history.epoch_seconds = {1.5, 1.25};
  result.history.ended = Ended::stopped_early;
  result.history.reason = "val_loss did not improve";
  Score score;
  score.loss = {0.5, 0.4, 0.6};
  score.metrics = {{"accuracy", {0.75, 0.65, 0.85}}};
  score.of_classes = {{"balanced_accuracy", {0.7, 0.6, 0.8}}};
  score.classes = 2;
  score.confusion = {90, 10, 0, 20};
  score.samples = 120;
  result.validation = score;
  result.test = score;
  result.class_names = {"Bag", "Boot"};
  result.weights_sha256 = "abc";
  result.run_dir = "runs/x";
  return result;
}

TEST(StoredResult, IsWhatWasWritten) {
  const TrainResult stored = read_train_document(train_document(a_result()));
  EXPECT_EQ(train_document(stored), train_document(a_result()));
  EXPECT_EQ(stored.test->samples, 120);
  EXPECT_EQ((*stored.test)["balanced_accuracy"].low, 0.6);
}

TEST(StoredResult, TakesNothingForGranted) {
  for (const char* text : {"[]", "7", "{}", R"({"seed":-1,"threads":1e300,"history":{"loss":7},"test":[]})",
                           R"({"history":{"loss":["x",null]},"test":{"loss":"x"},"intervals":{"test.loss":[1]}})",
                           R"({"test":{},"confusion":[[1,2],[3]]})", R"({"test":{},"confusion":[[-1]]})",
                           R"({"classes":[1,{"class":2}],"epoch_seconds":{}})"}) {
    const TrainResult result = read_train_document(Json::parse(text));
    EXPECT_TRUE(!result.test || result.test->classes == 0) << text;
  }
  const TrainResult result = read_train_document(Json::parse(R"({"history":{"loss":["x",null]},"test":{"loss":"x"}})"));
  EXPECT_EQ(result.history.epochs.size(), 2u);
  EXPECT_TRUE(std::isnan(result.test->loss.value));
  EXPECT_TRUE(std::isnan(result.test->loss.low));
}

class StoredRunFolder : public testing::Test {
 protected:
  StoredRunFolder() {
    test::put(folder_ / "recipe.toml",
              "[data]\nsource = \"fashion_mnist\"\n[model]\nlayers = [{ type = \"Flatten\" }, { type = \"Dense\", "
              "units = 10, "
              "activation = \"softmax\" }]\n[compile]\nloss = \"sparse_categorical_crossentropy\"\n");
  }
  test::TemporaryFolder folder_;
};

TEST_F(StoredRunFolder, KnowsWhereItLiesNow) {
  test::put(folder_ / "result.json", train_document(a_result()).dump());
  test::put(folder_ / "environment.json", R"({"recipe":"mine"})");
  const TrainResult result = read_result(folder_.path());
  EXPECT_EQ(result.run_dir, folder_.path());
  EXPECT_EQ(result.recipe, "mine");
  EXPECT_EQ(result.seed, 3u);
}

TEST_F(StoredRunFolder, WithoutAResultTellsTheEpochsThatAreWhole) {
  test::put(folder_ / "history.jsonl", "{\"epoch\":1,\"loss\":0.9}\n{\"epoch\":2,\"loss\":0.7}\n{\"epoch\":3,\"lo");
  const TrainResult result = read_result(folder_.path());
  EXPECT_EQ(result.history["loss"], (std::vector<double>{0.9, 0.7}));
  EXPECT_EQ(result.history.ended, Ended::interrupted);
  EXPECT_FALSE(result.test);
}

TEST_F(StoredRunFolder, RefusesAnotherDocument) {
  test::put(folder_ / "result.json", "{\"schema\":\"telar.evaluate/1\"}");
  test::expect_error(ErrorCode::data, (folder_ / "result.json").string(), "not the result of a training",
                     [&] { static_cast<void>(read_result(folder_.path())); });
}

}  // namespace
}  // namespace telar
