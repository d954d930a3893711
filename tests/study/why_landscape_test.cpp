// How far gradients can be trusted, and how large a rate can be: where both can be worked out by hand.
#include <cmath>
#include <filesystem>
#include <gtest/gtest.h>

#include "base/atomic_file.hpp"
#include "study/why/landscape.hpp"

namespace telar {
namespace {

/// Every sample is 1 and to become 0, so that the loss of one weight w is w^2.
RecipeData zeros_of_ones(std::size_t n = 64) {
  const Dataset data = from_arrays({1}, std::vector<float>(n, 1.0f), Targets{std::vector<float>(n, 0.0f), 1});
  return {data, data, data};
}

Recipe one_weight(const Optimizer& optimizer) {
  Recipe recipe;
  recipe.layers = {Dense{.units = 1, .use_bias = false}};
  recipe.compile = {.optimizer = optimizer, .loss = MeanSquaredError{}};
  recipe.fit.batch_size = 8;
  recipe.fit.epochs = 5;
  return recipe;
}

Sequential network_at(double weight, const Recipe& recipe) {
  Sequential model = build_model(recipe, zeros_of_ones().train);
  model.set_weights(std::vector<float>{static_cast<float>(weight)});
  return model;
}

TEST(GradientWalk, OfAParabolaFindsTheGradientChangeAndTheFallLessThanPredicted) {
  const Recipe recipe = one_weight(SGD{.learning_rate = 0.02});
  const RecipeData data = zeros_of_ones();
  const GradientWalk walk =
      walk_along_gradient(network_at(1, recipe), data.train, fit_options(recipe, data), {.steps = 1});
  EXPECT_NEAR(walk.step_length, 0.04, 1e-5) << "rate times gradient";
  ASSERT_EQ(walk.places.size(), 4u);
  const double expected[] = {0.5, 1, 2, 4};
  for (std::size_t i = 0; i < 4; ++i) {
    const GradientWalk::Place& place = walk.places[i];
    const double distance = expected[i] * walk.step_length;
    EXPECT_EQ(place.steps, expected[i]);
    EXPECT_NEAR(place.predicted, 2 * distance, 1e-4) << "the gradient is 2";
    EXPECT_NEAR(place.fall, 1 - std::pow(1 - distance, 2), 1e-4);
    EXPECT_NEAR(place.gradient_change, distance, 1e-4);
    EXPECT_NEAR(place.cosine, 1, 1e-6);
  }
}

TEST(GradientWalk, SeesWhereStepsAreTooLong) {
  const Recipe recipe = one_weight(SGD{.learning_rate = 0.9});
  const RecipeData data = zeros_of_ones();
  const GradientWalk walk =
      walk_along_gradient(network_at(1, recipe), data.train, fit_options(recipe, data), {.steps = 1});
  EXPECT_GT(walk.places[1].fall, 0);
  EXPECT_LT(walk.places[2].fall, 0) << "two steps lead up the other side";
  EXPECT_NEAR(walk.places[2].cosine, -1, 1e-6);
}

TEST(GradientWalk, MeasuresStepsOfTheOptimiserItself) {
  const Recipe recipe = one_weight(Adam{.learning_rate = 0.003});
  const RecipeData data = zeros_of_ones();
  const Sequential model = network_at(1, recipe);
  const std::string before = model.weights_sha256();
  const GradientWalk walk = walk_along_gradient(model, data.train, fit_options(recipe, data), {.steps = 4});
  EXPECT_NEAR(walk.step_length, 0.003, 1e-5);
  EXPECT_EQ(model.weights_sha256(), before);
}

TEST(GradientWalk, IsNotDisturbedByDropoutMixUpOrConstraints) {
  Recipe recipe = one_weight(SGD{.learning_rate = 0.02});
  recipe.layers = {Dropout{0.5}, Dense{.units = 1, .use_bias = false, .kernel_constraint = MaxNorm{.max_value = 0.1}}};
  const RecipeData data = zeros_of_ones();
  const GradientWalk walk = walk_along_gradient(network_at(1, recipe), data.train, fit_options(recipe, data), {});
  for (const GradientWalk::Place& place : walk.places)
    EXPECT_NEAR(place.gradient_change, place.steps * walk.step_length, 1e-4);
}

TEST(GradientWalk, HasNothingToSayWithoutAGradient) {
  const Recipe recipe = one_weight(SGD{.learning_rate = 0.02});
  const RecipeData data = zeros_of_ones();
  const GradientWalk walk = walk_along_gradient(network_at(0, recipe), data.train, fit_options(recipe, data), {});
  EXPECT_EQ(walk.step_length, 0);
  EXPECT_EQ(walk.places.front().fall, 0);
  EXPECT_TRUE(std::isnan(walk.places.front().gradient_change));
}

TEST(RateSweep, EndsWhereStepsOvershoot) {
  // A step makes (1 - 2 rate) w of w: above a rate of 1 it is farther from 0 than before.
  const RateSweep sweep = sweep_rates(one_weight(SGD{.learning_rate = 0.05}), zeros_of_ones(), {.steps = 40});
  ASSERT_TRUE(sweep.largest);
  EXPECT_DOUBLE_EQ(*sweep.largest, 0.8);
  ASSERT_EQ(sweep.trials.size(), 6u) << "0.05, 0.1, 0.2, 0.4, 0.8, 1.6";
  EXPECT_DOUBLE_EQ(sweep.trials.back().rate, 1.6);
  EXPECT_FALSE(sweep.trials.back().fall > 0);
}

TEST(RateSweep, SaysNothingWhereTheRecipesOwnRateIsTooLarge) {
  const RateSweep sweep = sweep_rates(one_weight(SGD{.learning_rate = 1.5}), zeros_of_ones(), {});
  EXPECT_FALSE(sweep.largest);
  EXPECT_EQ(sweep.trials.size(), 1u);
}

TEST(RateSweep, CostsNoMoreThanItMay) {
  const RateSweep sweep = sweep_rates(one_weight(SGD{.learning_rate = 1e-5}), zeros_of_ones(), {.doublings = 2});
  EXPECT_EQ(sweep.trials.size(), 3u);
  EXPECT_DOUBLE_EQ(sweep.largest.value_or(0), 4e-5);
}

TEST(RateSweep, IsTheSameEveryTimeAndForEveryNumberOfThreads) {
  Recipe recipe = one_weight(Adam{.learning_rate = 0.1});
  recipe.seed = 7;
  const auto falls = [&](int threads) {
    std::vector<double> list;
    for (const RateSweep::Trial& trial : sweep_rates(recipe, zeros_of_ones(), {.threads = threads}).trials)
      list.push_back(trial.fall);
    return list;
  };
  EXPECT_EQ(falls(1), falls(1));
  EXPECT_EQ(falls(1), falls(2));
}

TEST(HighestRate, IsThatOfTheNumberTheScheduleOrTheEpochs) {
  EXPECT_EQ(highest_rate(one_weight(SGD{.learning_rate = 0.05}), 64), 0.05);
  const LearningRate warmup = LinearWarmup{.learning_rate = 0.1, .warmup_steps = 80};
  EXPECT_NEAR(highest_rate(one_weight(SGD{.learning_rate = warmup}), 64), 0.1 * 39 / 80, 1e-9)
      << "its last step is number 39";
  Recipe by_epochs = one_weight(SGD{.learning_rate = 0.05});
  by_epochs.fit.callbacks = {EpochSchedule{.schedule = 0.01}};
  EXPECT_EQ(highest_rate(by_epochs, 64), 0.01);
}

TEST(Landscapes, AreReadBackFromARunsFolder) {
  const std::filesystem::path folder = std::filesystem::path(testing::TempDir()) / "landscape";
  std::filesystem::create_directories(folder);
  Landscape landscape;
  landscape.walk = {0.5, {{1, 0.25, 0.5, 0.125, std::nan("")}}};
  landscape.sweep = {{{0.1, 0.5}, {0.2, std::nan("")}}, 0.1};
  const auto write = [&](const std::string& text) { write_file(folder / "landscape.json", text); };
  write(landscape_document(landscape).dump());
  const std::optional<Landscape> back = read_landscape(folder);
  ASSERT_TRUE(back);
  EXPECT_EQ(back->walk.places.at(0).predicted, 0.5);
  EXPECT_TRUE(std::isnan(back->walk.places.at(0).cosine));
  EXPECT_EQ(back->sweep.largest, 0.1);
  EXPECT_TRUE(std::isnan(back->sweep.trials.at(1).fall));
  write(R"({"schema": "telar.landscape/1", "step_length": "far"})");
  EXPECT_FALSE(read_landscape(folder));
  write("[");
  EXPECT_FALSE(read_landscape(folder));
  std::filesystem::remove_all(folder);
  EXPECT_FALSE(read_landscape(folder));
}

}  // namespace
}  // namespace telar
