#include "study/find_lr.hpp"

#include <cmath>
#include <gtest/gtest.h>

namespace telar::test {
namespace {

/// Two classes that one feature tells apart, but for every seventh sample, and a recipe for them.
RecipeData two_classes() {
  std::vector<float> features;
  std::vector<std::int32_t> labels;
  for (int i = 0; i < 50; ++i) {
    labels.push_back(i % 2);
    features.push_back((i % 2 == 0) == (i % 7 == 0) ? 1.0f : -1.0f);
  }
  const Dataset data = from_arrays({1}, features, labels, 2);
  return {data, {}, data};
}

Recipe recipe_for(const Optimizer& optimizer) {
  Recipe recipe;
  recipe.layers = {Dense{.units = 8, .activation = Activation::relu},
                   Dense{.units = 2, .activation = Activation::softmax}};
  recipe.compile = {.optimizer = optimizer, .loss = SparseCategoricalCrossentropy{}};
  recipe.fit.batch_size = 8;  // the last of seven batches has two samples
  return recipe;
}

TEST(FindLr, SweepsTheRateByAConstantFactor) {
  const FindLr result = find_learning_rate(recipe_for(Adam{}), two_classes(), {.low = 1e-4, .high = 1e-2, .steps = 9});
  ASSERT_EQ(result.rates.size(), 9u);
  EXPECT_EQ(result.losses.size(), 9u);
  EXPECT_DOUBLE_EQ(result.rates.front(), 1e-4);
  EXPECT_NEAR(result.rates.back(), 1e-2, 1e-15);
  for (std::size_t i = 1; i < 9; ++i) EXPECT_NEAR(result.rates[i] / result.rates[i - 1], std::pow(100.0, 0.125), 1e-12);
  EXPECT_EQ(result.ended, Ended::completed);
}

TEST(FindLr, GivesTheLossOfEachBatchAlsoOfAShortOne) {
  // At a rate of next to nothing every batch has the loss that the fresh network gives its samples.
  const RecipeData data = two_classes();
  const Recipe recipe = recipe_for(SGD{});
  const FindLr result = find_learning_rate(recipe, data, {.low = 1e-30, .high = 1e-29, .steps = 14});
  const double loss = build_model(recipe, data.train).evaluate(data.train).loss.value;
  for (int pass = 0; pass < 2; ++pass) {
    double sum = 0;
    for (int batch = 0; batch < 7; ++batch)
      sum += result.losses[static_cast<std::size_t>(pass * 7 + batch)] * (batch == 6 ? 2 : 8);
    EXPECT_NEAR(sum / 50, loss, 1e-6);
  }
  EXPECT_DOUBLE_EQ(result.smoothed.front(), result.losses.front());
}

TEST(FindLr, EndsWhereTheLossExplodesAndSuggestsATenthOfTheBest) {
  const FindLr result = find_learning_rate(recipe_for(SGD{}), two_classes(), {.high = 1e8});
  EXPECT_NE(result.ended, Ended::completed);
  EXPECT_LT(result.rates.size(), 300u);
  EXPECT_EQ(result.rates.size(), result.smoothed.size());
  ASSERT_TRUE(result.suggestion);
  EXPECT_GT(*result.suggestion, 1e-3);
  EXPECT_LT(*result.suggestion, 100);
}

TEST(FindLr, IsTheSameForEveryNumberOfThreads) {
  const FindLr one = find_learning_rate(recipe_for(Adam{}), two_classes(), {.threads = 1, .steps = 50});
  const FindLr two = find_learning_rate(recipe_for(Adam{}), two_classes(), {.threads = 2, .steps = 50});
  EXPECT_EQ(one.losses, two.losses);
  EXPECT_EQ(one.suggestion, two.suggestion);
}

}  // namespace
}  // namespace telar::test
