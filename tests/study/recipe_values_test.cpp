// A recipe's values: what tells recipes apart.
#include "study/recipe_values.hpp"

#include <gtest/gtest.h>

#include "recipe_folder.hpp"

namespace telar::test {
namespace {

TEST(RecipeValues, AreAllOfThemUnderTheirAddresses) {
  RecipeFolder folder;
  const auto values = recipe_values(folder.load(kSmall));
  EXPECT_EQ(values.at("model.layers.1.units"), "10");
  EXPECT_EQ(values.at("fit.epochs"), "1") << "defaults included";
  EXPECT_FALSE(values.contains("data.dir"));
}

TEST(RecipeHash, IsTheSameForTheSameValuesHoweverWritten) {
  RecipeFolder folder;
  const std::string hash = recipe_sha256(folder.load(kSmall));
  EXPECT_EQ(recipe_sha256(folder.load(kSmall + "epochs = 1  # the default\n")), hash);
}

TEST(RecipeHash, DependsOnEveryValueAndOnTheSeed) {
  RecipeFolder folder;
  const std::string hash = recipe_sha256(folder.load(kSmall));
  EXPECT_NE(recipe_sha256(folder.load(kSmall, {"fit.epochs=2"})), hash);
  EXPECT_NE(recipe_sha256(folder.load(kSmall, {"model.layers.1.units=11"})), hash);
  EXPECT_NE(recipe_sha256(folder.load("seed = 1\n" + kSmall)), hash);
}

TEST(RecipeDifferences, NameBothValuesInTheOrderOfAddresses) {
  RecipeFolder folder;
  const auto all = compare_recipes(folder.load(kSmall), folder.load(kSmall, {"seed=3", "fit.steps_per_epoch=7"}));
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(all[0].address, "fit.steps_per_epoch");
  EXPECT_FALSE(all[0].first.has_value());
  EXPECT_EQ(all[0].second, "7");
  EXPECT_EQ(all[1].address, "seed");
  EXPECT_EQ(all[1].first, "0");
}

}  // namespace
}  // namespace telar::test
