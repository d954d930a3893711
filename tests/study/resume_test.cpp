// Which training may go on where another one was cut off.
#include "study/resume.hpp"

#include <gtest/gtest.h>

#include "support/expect_error.hpp"

namespace telar::test {
namespace {

Recipe some_recipe() {
  Recipe recipe;
  recipe.layers = {Flatten{}, Dense{.units = 8}, Dense{.units = 3}};
  recipe.compile.loss = SparseCategoricalCrossentropy{};
  recipe.fit.callbacks = {EarlyStopping{.patience = 2}};
  return recipe;
}

TEST(Differences, AreNoneBetweenARecipeAndItself) { EXPECT_TRUE(differences(some_recipe(), some_recipe()).empty()); }

TEST(Differences, NameEachAddressWithBothValues) {
  Recipe other = some_recipe();
  other.seed = 3;
  other.layers[1] = Dense{.units = 16};
  other.fit.epochs = 7;
  other.fit.callbacks = {EarlyStopping{.patience = 5}};
  EXPECT_EQ(
      differences(other, some_recipe()),
      (std::vector<std::string>{"fit.callbacks.0.patience = 5, but the run has 2", "fit.epochs = 7, but the run has 1",
                                "model.layers.1.units = 16, but the run has 8", "seed = 3, but the run has 0"}));
}

TEST(Differences, NameWhatOnlyOneOfThemHas) {
  Recipe longer = some_recipe();
  longer.fit.steps_per_epoch = 5;
  EXPECT_EQ(differences(longer, some_recipe()),
            std::vector<std::string>{"fit.steps_per_epoch = 5, which the run has not"});
  EXPECT_EQ(differences(some_recipe(), longer), std::vector<std::string>{"no fit.steps_per_epoch, but the run has 5"});
}

TEST(Differences, DoNotCountWhereTheDataLie) {
  Recipe moved = some_recipe();
  moved.data.directory = "/elsewhere";
  EXPECT_TRUE(differences(moved, some_recipe()).empty());
}

TEST(ARunOfAnotherRecipe, IsRefusedWithTheFirstDifferences) {
  Recipe other = some_recipe();
  other.fit.epochs = 7;
  expect_error(ErrorCode::usage, "runs/a", "the recipe has fit.epochs = 7, but the run has 1",
               [&] { check_same_recipe(other, some_recipe(), "runs/a"); });
  EXPECT_NO_THROW(check_same_recipe(other, other, "runs/a"));
}

TEST(ARunOfOtherData, IsRefusedByTheirFingerprints) {
  const Json now = Json::parse(R"({"train": {"sha256": "1"}, "test": {"sha256": "2"}})");
  const auto environment = [](const char* data) { return Json{{"data", Json::parse(data)}}; };
  EXPECT_NO_THROW(check_same_data(now, environment(R"({"train": {"sha256": "1"}, "test": {"sha256": "2"}})"), "run"));
  EXPECT_NO_THROW(check_same_data(now, Json::object(), "run")) << "an environment that was lost";
  expect_error(ErrorCode::data, "run", "its test set has changed", [&] {
    check_same_data(now, environment(R"({"train": {"sha256": "1"}, "test": {"sha256": "3"}})"), "run");
  });
}

}  // namespace
}  // namespace telar::test
