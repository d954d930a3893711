#include "study/environment.hpp"

#include <gtest/gtest.h>

namespace telar {
namespace {

Dataset set_of(std::vector<float> features, std::vector<std::int32_t> labels) {
  return from_arrays({2}, std::move(features), std::move(labels), 3);
}

TEST(Fingerprint, IsTheSameForTheSameSamplesWhereverTheyLie) {
  const Dataset whole = set_of({1, 2, 3, 4, 5, 6}, {0, 1, 2});
  const Dataset last_two = set_of({3, 4, 5, 6}, {1, 2});
  EXPECT_EQ(fingerprint(whole.slice(1, 2)), fingerprint(last_two));
}

TEST(Fingerprint, DependsOnSamplesLabelsAndOrder) {
  const std::string hash = fingerprint(set_of({1, 2, 3, 4}, {0, 1}));
  EXPECT_NE(fingerprint(set_of({1, 2, 3, 5}, {0, 1})), hash);
  EXPECT_NE(fingerprint(set_of({1, 2, 3, 4}, {0, 2})), hash);
  EXPECT_NE(fingerprint(set_of({3, 4, 1, 2}, {1, 0})), hash);
}

TEST(Fingerprint, TellsTargetsFromOtherTargets) {
  EXPECT_NE(fingerprint(to_categorical(set_of({1, 2, 3, 4}, {0, 1}))),
            fingerprint(to_categorical(set_of({1, 2, 3, 4}, {0, 2}))));
}

TEST(DataDocument, TellsSamplesFromTheSameOnesWithOtherWeights) {
  const Dataset set = set_of({1, 2, 3, 4}, {0, 1});
  const auto hashes = [&](std::vector<float> weights) {
    const Json document = data_document({.train = set,
                                         .validation = set,
                                         .test = set,
                                         .train_weights = weights,
                                         .validation_weights = std::move(weights)});
    EXPECT_EQ(document["train"]["sha256"], document["validation"]["sha256"]);
    return document["train"]["sha256"].get<std::string>();
  };
  EXPECT_EQ(hashes({}), fingerprint(set));
  EXPECT_NE(hashes({1, 2}), hashes({}));
  EXPECT_NE(hashes({1, 2}), hashes({1, 3}));
}

TEST(DataDocument, KeepsTheNamesOfColumnsAndClasses) {
  const Dataset set = set_of({1, 2, 3, 4}, {0, 1});
  EXPECT_FALSE(data_document({set, {}, set}).contains("features"));
  Dataset::Storage named = set.storage();
  named.class_names = {"fir", "oak", "yew"};
  const Json document = data_document({set, {}, Dataset(named), {"height", "width"}, {"kind"}});
  EXPECT_EQ(document["features"], (Json{"height", "width"}));
  EXPECT_EQ(document["targets"], Json::array({"kind"}));
  EXPECT_EQ(document["class_names"], (Json{"fir", "oak", "yew"}));
}

TEST(EnvironmentDocument, SaysWithWhatTheRunWasMade) {
  Recipe recipe;
  recipe.name = "baseline";
  recipe.seed = 7;
  const std::vector<std::string> command{"telar", "train", "baseline.toml"};
  const Json document = environment_document(recipe, 2, Json::object(), command);
  EXPECT_EQ(document.begin().key(), "schema");
  EXPECT_EQ(document["recipe"], "baseline");
  EXPECT_EQ(document["seed"], 7);
  EXPECT_EQ(document["threads"], 2);
  EXPECT_EQ(document["command"], Json(command));
  EXPECT_GE(document["cores"], 1);
  for (const char* key : {"time", "telar", "compiler", "isa", "cpu", "os"}) {
    EXPECT_FALSE(document[key].get<std::string>().empty()) << key;
  }
}

TEST(DataDocument, TellsWhatTrainingPicturesAreLike) {
  Dataset::Storage storage;
  storage.shape = {1, 2};
  storage.features = std::vector<std::uint8_t>{0, 200, 0, 200};
  storage.labels = {0, 0};
  RecipeData data;
  data.train = data.test = Dataset(std::move(storage));
  const Json environment{{"data", data_document(data)}};
  const std::optional<PictureTraits> traits = picture_traits(environment);
  ASSERT_TRUE(traits);
  EXPECT_EQ(traits->border, 100);
  EXPECT_EQ(traits->mean_low, 100);
  EXPECT_EQ(traits->bright_high, 0.5);
  EXPECT_FALSE(environment["data"]["test"].contains("pictures"));
}

TEST(DataDocument, TellsNothingOfSamplesThatAreNoPictures) {
  RecipeData data;
  data.train = data.test = set_of({1, 2}, {0});
  EXPECT_FALSE(picture_traits(Json{{"data", data_document(data)}}));
  EXPECT_FALSE(picture_traits(Json::object()));
  EXPECT_FALSE(picture_traits(Json::parse(R"({"data":{"train":{"pictures":{"border":"dark"}}}})")));
  EXPECT_FALSE(picture_traits(Json::parse(R"({"data":{"train":{"pictures":{"border":1,"mean":[2],"bright":[]}}}})")));
  EXPECT_FALSE(picture_traits(Json::parse(R"({"data":{"train":{"pictures":7}}})")));
}

}  // namespace
}  // namespace telar
