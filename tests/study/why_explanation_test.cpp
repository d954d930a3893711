// What is told of a difference, from trainings made up by hand.
#include <algorithm>
#include <gtest/gtest.h>
#include <span>

#include "study/why/explanation.hpp"
#include "study/why/explanation_words.hpp"

namespace telar {
namespace {

/// Six trainings of ten epochs whose val_accuracy shakes by `shake` and whose last weights' average has .9.
MeasuredRecipe shaking(const std::string& name, double value, double shake) {
  MeasuredRecipe measured;
  measured.recipe.name = name;
  measured.recipe.fit.epochs = 10;
  for (std::uint64_t seed = 0; seed < 6; ++seed) {
    MeasuredRun run{.seed = seed, .value = value + 0.0001 * static_cast<double>(seed)};
    for (int epoch = 0; epoch < 10; ++epoch) {
      Logs logs;
      logs.set("loss", 1.0 / (1 + epoch));
      logs.set("val_loss", 1.0 / (1 + epoch));
      logs.set("val_accuracy", value + (epoch % 2 == 0 ? shake : -shake));
      run.result.history.epochs.push_back(logs);
    }
    run.measures.emplace();
    run.measures->averaged.set("accuracy", 0.9);
    measured.runs.push_back(std::move(run));
  }
  return measured;
}

const MeasuredDifference* measure_named(const std::vector<MeasuredDifference>& all, const std::string& name) {
  const auto found = std::ranges::find(all, name, &MeasuredDifference::name);
  return found == all.end() ? nullptr : &*found;
}

const MechanismTest& test_of(const Explanation& explanation, Mechanism mechanism) {
  return *std::ranges::find(explanation.tests, mechanism, &MechanismTest::mechanism);
}

ExplainSettings settings_with(TrainVariants train) {
  return {.metric = "val_accuracy", .band = 0.002, .samples = 1000, .train = std::move(train)};
}

TEST(MeasuredDifferences, SayHowFarGradientsCanBeTrustedAndHowLargeRatesCanBe) {
  MeasuredRecipe baseline = shaking("baseline", 0.88, 0), change = shaking("change", 0.88, 0);
  const auto give = [](MeasuredRecipe& recipe, double fall, double largest) {
    for (MeasuredRun& run : recipe.runs) {
      run.landscape.emplace();
      run.landscape->walk.places = {{.steps = 0.5, .fall = 9, .predicted = 9},
                                    {.steps = 1, .fall = fall, .predicted = 2, .gradient_change = 1 - fall}};
      run.landscape->sweep.largest = largest;
    }
  };
  give(baseline, 0.5, 0.004);
  give(change, 1, 0.016);
  change.runs[5].landscape->sweep.largest.reset();
  const std::vector<MeasuredDifference> all = measured_differences(baseline, change, "val_accuracy");
  const MeasuredDifference* fall = measure_named(all, "predicted_fall");
  ASSERT_TRUE(fall);
  EXPECT_DOUBLE_EQ(fall->baseline.mean, 0.25) << "of what is predicted, a step away";
  EXPECT_DOUBLE_EQ(fall->change.mean, 0.5);
  EXPECT_DOUBLE_EQ(measure_named(all, "gradient_change")->delta.mean, -0.5);
  const MeasuredDifference* rate = measure_named(all, "largest_stable_rate");
  EXPECT_DOUBLE_EQ(rate->delta.mean, 0.012);
  EXPECT_EQ(rate->delta.n, 5) << "of the seeds where both have one";
}

TEST(MeasuredDifferences, LeaveOutWhatNobodyMeasured) {
  const std::vector<MeasuredDifference> all =
      measured_differences(shaking("baseline", 0.88, 0.001), shaking("change", 0.88, 0.002), "val_accuracy");
  EXPECT_TRUE(measure_named(all, "jitter"));
  for (const char* name : {"jitter_averaged", "predicted_fall", "largest_stable_rate"})
    EXPECT_FALSE(measure_named(all, name)) << name;
}

TEST(Explanations, SetJitterOfMovingAveragesBesideThatOfTheWeights) {
  const MeasuredRecipe baseline = shaking("baseline", 0.89, 0.001), change = shaking("change", 0.86, 0.01);
  const auto train = [&](const std::vector<VariantRecipe>& variants) {
    std::vector<std::vector<MeasuredRun>> trained;
    for (const VariantRecipe& variant : variants) {
      EXPECT_EQ(variant.seeds.size(), 6u);
      const bool averages = keeps_averages(variant.recipe);
      trained.push_back(shaking("", averages ? 0.9 : 0.87, averages ? 0.0002 : 0.005).runs);
    }
    return trained;
  };
  const Verdict verdicts[] = {Verdict::worse};
  const Explanation found = explain(baseline, std::span(&change, 1), verdicts, settings_with(train)).front();
  const MeasuredDifference *raw = measure_named(found.measures, "jitter"),
                           *averaged = measure_named(found.measures, "jitter_averaged");
  ASSERT_TRUE(raw);
  EXPECT_GT(raw->change.mean, 10 * 0.001);
  EXPECT_FALSE(averaged) << "what is the same in both says nothing";
  const MechanismTest& test = test_of(found, Mechanism::raw_weights);
  EXPECT_EQ(test.outcome, Outcome::consistent);
  EXPECT_NEAR(test.without.mean, 0, 1e-12);
  EXPECT_NE(test_words(test, "val_accuracy").find("with moving averages of the weights in both"), std::string::npos);
}

TEST(Explanations, DoNotTrainAveragesWhereTheLastWeightsGainNothingFromThem) {
  const MeasuredRecipe baseline = shaking("baseline", 0.899, 0.001), change = shaking("change", 0.8995, 0.001);
  const auto train = [](const std::vector<VariantRecipe>& variants) {
    for (const VariantRecipe& variant : variants) EXPECT_FALSE(keeps_averages(variant.recipe));
    return std::vector<std::vector<MeasuredRun>>(variants.size());
  };
  const Verdict verdicts[] = {Verdict::undecided};
  const Explanation found = explain(baseline, std::span(&change, 1), verdicts, settings_with(train)).front();
  const MechanismTest& test = test_of(found, Mechanism::raw_weights);
  EXPECT_EQ(test.outcome, Outcome::not_tested);
  EXPECT_EQ(test.reason, "averages of the last weights are about as good as the weights");
  EXPECT_EQ(
      test_of(explain(baseline, std::span(&change, 1), verdicts, settings_with({})).front(), Mechanism::raw_weights)
          .reason,
      "it takes further trainings: --explain");
}

}  // namespace
}  // namespace telar
