// Whether a difference goes with a mechanism: what is left of it when the mechanism is switched off.
#include <gtest/gtest.h>

#include "study/why/mechanism.hpp"

namespace telar {
namespace {

/// Eight seeds: the baseline has .9, the change `change` more, and without the mechanism `without` more.
MechanismRuns runs(double change, double without, double noise = 0.001) {
  MechanismRuns r;
  for (std::uint64_t seed = 0; seed < 8; ++seed) {
    const double sign = seed % 2 == 0 ? noise : -noise;
    r.baseline[seed] = r.baseline_without[seed] = 0.9;
    r.change[seed] = 0.9 + change + sign;
    r.change_without[seed] = 0.9 + without + (seed % 4 < 2 ? noise : -noise);
  }
  return r;
}

TEST(Mechanisms, ThatADifferenceGoesWithAreConsistent) {
  const MechanismTest test = test_mechanism(Mechanism::moving_weights, runs(-0.02, -0.002), Verdict::worse);
  EXPECT_EQ(test.outcome, Outcome::consistent);
  EXPECT_NEAR(test.difference.mean, -0.02, 1e-12);
  EXPECT_NEAR(test.without.mean, -0.002, 1e-12);
  EXPECT_NEAR(test.accounted.mean, -0.018, 1e-12);
  EXPECT_EQ(test.accounted.n, 8);
}

TEST(Mechanisms, ThatLeaveTheDifferenceAsItIsAreContradicted) {
  EXPECT_EQ(test_mechanism(Mechanism::moving_statistics, runs(-0.02, -0.0199), Verdict::worse).outcome,
            Outcome::contradicted);
  EXPECT_EQ(test_mechanism(Mechanism::moving_statistics, runs(0.02, 0.021), Verdict::better).outcome,
            Outcome::contradicted);
}

TEST(Mechanisms, MayCountForABetterChangeToo) {
  EXPECT_EQ(test_mechanism(Mechanism::constant_rate, runs(0.02, 0.001), Verdict::better).outcome, Outcome::consistent);
}

TEST(Mechanisms, AreOpenWhereTheSeedsDoNotTell) {
  EXPECT_EQ(test_mechanism(Mechanism::constant_rate, runs(-0.02, -0.01, 0.04), Verdict::worse).outcome, Outcome::open);
  EXPECT_EQ(test_mechanism(Mechanism::constant_rate, runs(0.001, 0), Verdict::undecided).outcome, Outcome::open)
      << "there is no difference to account for";
  MechanismRuns few = runs(-0.02, 0);
  for (std::uint64_t seed = 5; seed < 8; ++seed) few.change_without.erase(seed);
  const MechanismTest test = test_mechanism(Mechanism::constant_rate, few, Verdict::worse);
  EXPECT_EQ(test.outcome, Outcome::open);
  EXPECT_EQ(test.accounted.n, 5) << "only the seeds with all four values count";
}

TEST(Remedies, AreTheSmallestStepsThatMakeTheChangeBetter) {
  std::vector<MechanismTest> tests{test_mechanism(Mechanism::moving_statistics, runs(-0.02, -0.02), Verdict::worse),
                                   test_mechanism(Mechanism::moving_weights, runs(-0.02, 0.004), Verdict::worse),
                                   test_mechanism(Mechanism::constant_rate, runs(-0.02, 0.01), Verdict::worse)};
  std::vector<MechanismTest> losses = tests;
  EXPECT_EQ(find_remedy(tests, true), Mechanism::moving_weights);
  EXPECT_NEAR(tests[1].remedy_p, 3 * 2.0 / 256, 1e-12) << "Holm, over three";
  EXPECT_EQ(find_remedy(losses, false), Mechanism::moving_statistics) << "where less is better";
}

TEST(Remedies, AreNotChosenOnValidationDataOrByChance) {
  std::vector<MechanismTest> tests{test_mechanism(Mechanism::last_epoch, runs(-0.02, 0.01), Verdict::worse),
                                   test_mechanism(Mechanism::step_size, runs(-0.02, 0.0002, 0.004), Verdict::worse)};
  EXPECT_EQ(find_remedy(tests, true), std::nullopt);
}

Recipe recipe_with(Optimizer optimizer) {
  Recipe recipe;
  recipe.name = "net";
  recipe.compile.optimizer = std::move(optimizer);
  recipe.fit.batch_size = 32;
  recipe.fit.epochs = 10;
  return recipe;
}

TEST(Variants, HaveARateThatFallsOverAllSteps) {
  Recipe recipe = recipe_with(Adam{.learning_rate = 0.01});
  recipe.fit.callbacks = {EarlyStopping{}, ReduceLROnPlateau{}, TerminateOnNaN{}};
  const Recipe decayed = with_decayed_rate(recipe, 100);
  const auto& adam = std::get<Adam>(decayed.compile.optimizer);
  EXPECT_DOUBLE_EQ(adam.learning_rate.at(0), 0.01);
  EXPECT_NEAR(adam.learning_rate.at(20), 0.005, 1e-12) << "10 epochs of 4 batches";
  EXPECT_NEAR(adam.learning_rate.at(40), 0, 1e-12);
  ASSERT_EQ(decayed.fit.callbacks.size(), 1u);
  EXPECT_TRUE(std::holds_alternative<TerminateOnNaN>(decayed.fit.callbacks[0]));
  EXPECT_NE(decayed.name, recipe.name);
  EXPECT_EQ(with_decayed_rate(decayed, 100).name, decayed.name) << "a schedule stays";
}

TEST(Variants, LeaveASchedulePerEpochAlone) {
  Recipe recipe = recipe_with(Adam{});
  recipe.fit.callbacks = {EpochSchedule{.schedule = 0.01}};
  EXPECT_TRUE(follows_schedule(recipe));
  EXPECT_EQ(with_decayed_rate(recipe, 100).name, recipe.name);
  EXPECT_FALSE(with_rate_times(recipe, 0.5));
}

TEST(Variants, KeepMovingAveragesAndAreValidatedWithThem) {
  const Recipe averaged = with_moving_averages(recipe_with(Adam{.learning_rate = 0.01}));
  EXPECT_TRUE(keeps_averages(averaged));
  EXPECT_FALSE(std::get<Adam>(averaged.compile.optimizer).ema_overwrite_frequency) << "the weights stay what they were";
  ASSERT_EQ(averaged.fit.callbacks.size(), 1u);
  EXPECT_TRUE(std::holds_alternative<SwapEMAWeights>(averaged.fit.callbacks[0]));
  EXPECT_EQ(with_moving_averages(averaged).fit.callbacks.size(), 1u);
}

TEST(Variants, HaveARateToTwoDigits) {
  const std::optional<Recipe> slower = with_rate_times(recipe_with(SGD{.learning_rate = 0.1}), 0.3333);
  ASSERT_TRUE(slower);
  EXPECT_DOUBLE_EQ(std::get<SGD>(slower->compile.optimizer).learning_rate.at(0), 0.033);
  EXPECT_FALSE(with_rate_times(with_decayed_rate(recipe_with(SGD{}), 100), 0.5));
}

TEST(Variants, EndWithTheBestWeights) {
  const Recipe plain = with_best_weights(recipe_with(SGD{}));
  ASSERT_EQ(plain.fit.callbacks.size(), 1u);
  EXPECT_EQ(std::get<EarlyStopping>(plain.fit.callbacks[0]).patience, 10) << "it never stops early";
  EXPECT_TRUE(keeps_best_weights(plain));
  Recipe stopping = recipe_with(SGD{});
  EarlyStopping early;
  early.patience = 3;
  stopping.fit.callbacks = {early};
  const Recipe restored = with_best_weights(stopping);
  ASSERT_EQ(restored.fit.callbacks.size(), 1u);
  EXPECT_EQ(std::get<EarlyStopping>(restored.fit.callbacks[0]).patience, 3) << "it stops when it did";
  EXPECT_TRUE(keeps_best_weights(restored));
}

}  // namespace
}  // namespace telar
