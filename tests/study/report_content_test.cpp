// What a report makes of runs, before it is a page.
#include <cmath>
#include <gtest/gtest.h>

#include "study/report/gather.hpp"
#include "study/report/judged_study.hpp"
#include "study/report/recipe_diff.hpp"
#include "support/expect_error.hpp"

namespace telar {
namespace {

TrainResult learned(std::uint64_t seed, const std::vector<double>& val_loss, double accuracy = 0.5) {
  TrainResult run;
  run.seed = seed;
  for (const double value : val_loss) {
    Logs logs;
    logs.set("val_loss", value);
    run.history.epochs.push_back(logs);
  }
  run.validation.emplace();
  run.validation->metrics = {{"accuracy", {accuracy, accuracy, accuracy}}};
  return run;
}

TEST(ReportCurves, AreMeansOfTheSeedsThatGotThere) {
  const std::vector<TrainResult> runs{learned(0, {1, 2, 3}), learned(1, {3, 4})};
  const std::vector<LearningCurve> curves = curves_of(runs);
  ASSERT_EQ(curves.size(), 1u);
  EXPECT_EQ(curves[0].quantity, "val_loss");
  ASSERT_EQ(curves[0].points.size(), 3u);
  EXPECT_EQ(curves[0].points[1].epoch, 2);
  EXPECT_EQ(curves[0].points[1].mean, 3);
  EXPECT_EQ(curves[0].points[1].low, 2);
  EXPECT_EQ(curves[0].points[1].high, 4);
  EXPECT_EQ(curves[0].points[2].mean, 3) << "of one seed alone";
}

TEST(ReportCurves, HaveAGapWhereNothingIsFinite) {
  const std::vector<TrainResult> runs{learned(0, {1, NAN, 3})};
  const std::vector<LearningCurve> curves = curves_of(runs);
  ASSERT_EQ(curves[0].points.size(), 2u);
  EXPECT_EQ(curves[0].points[1].epoch, 3);
}

TEST(ReportEvents, AreRatesThatChangedTheBestEpochAndTheEnd) {
  TrainResult run = learned(7, {1, 0.5, 0.75});
  const double rates[] = {0.001, 0.001, 0.0005};
  for (std::size_t e = 0; e < 3; ++e) run.history.epochs[e].set("learning_rate", rates[e]);
  run.history.ended = Ended::stopped_early;
  run.history.reason = "enough";
  const std::vector<TrainingEvent> events = events_of(run);
  ASSERT_EQ(events.size(), 3u);
  EXPECT_EQ(events[0].epoch, 2);
  EXPECT_EQ(events[0].what, "lowest val_loss, 0.5000");
  EXPECT_EQ(events[1].epoch, 3);
  EXPECT_EQ(events[1].what, "learning rate 0.001 → 0.0005");
  EXPECT_EQ(events[2].what, "stopped early: enough");
  EXPECT_EQ(events[2].seed, 7u);
}

TEST(ReportEvents, SayNothingOfALossThatWasNeverFinite) { EXPECT_TRUE(events_of(learned(0, {NAN, NAN})).empty()); }

TEST(PairedDifference, IsOfCommonSeedsAlone) {
  RecipeRuns first, other;
  first.runs = {learned(0, {1}, 0.5), learned(1, {1}, 0.6), learned(2, {1}, 0.1)};
  other.runs = {learned(1, {1}, 0.65), learned(0, {1}, 0.6), learned(9, {1}, 0.9)};
  const Summary difference = paired_difference(other, first, "validation.accuracy");
  EXPECT_EQ(difference.n, 2);
  EXPECT_NEAR(difference.mean, 0.075, 1e-15);
  EXPECT_EQ(paired_difference(other, first, "test.accuracy").n, 0);
}

TEST(ReadStudy, TakesWhatCompareSays) {
  const JudgedStudy study = read_study(
      Json::parse(R"({"schema":"telar.compare/1","baseline":"b","metric":"val_accuracy","band":0.002,"changes":[
        {"recipe":"x","verdict":"worse","delta":-0.0237,"interval":[-0.029,-0.019],"p":0.0078,"seeds":8,"seeds_needed":null},
        {"recipe":"y","verdict":"undecided","delta":0.001,"interval":[-0.001,0.003],"p":0.3,"seeds":8,"seeds_needed":40}]})"),
      "s");
  EXPECT_EQ(study.baseline, "b");
  EXPECT_EQ(study.band, 0.002);
  ASSERT_EQ(study.changes.size(), 2u);
  EXPECT_EQ(study.changes[0].verdict, "worse");
  EXPECT_EQ(study.changes[0].interval.high, -0.019);
  EXPECT_FALSE(study.changes[0].seeds_needed);
  EXPECT_EQ(study.changes[1].seeds_needed, 40);
}

TEST(ReadStudy, KnowsItsRunsAndWhatFlattersThem) {
  const JudgedStudy study =
      read_study(Json::parse(R"({"schema":"telar.compare/1","baseline":"b","metric":"val_accuracy",
    "baseline_runs":{"runs":[{"run_dir":"runs/b-s0"},{"run_dir":7}]},"test_readings":{"comparisons":3},
    "changes":[{"recipe":"x","verdict":"better","delta":0.01,"interval":[0.005,0.015],"p":0.01,"seeds":8,
      "watches_validation":["EarlyStopping"],"test":{"delta":0.004,"interval":[0.001,0.007]},"runs":[{"run_dir":"runs/x-s0"}]}]})"),
                 "s");
  EXPECT_EQ(study.runs, (std::vector<std::filesystem::path>{"runs/b-s0", "runs/x-s0"}));
  EXPECT_EQ(study.changes[0].test_delta, 0.004);
  EXPECT_EQ(notices_of(study), (std::vector<std::string>{
                                   "x looks at validation data while it trains (EarlyStopping), so that its validation "
                                   "accuracy flatters it. On the test set the difference is +0.40 points.",
                                   "3 comparisons have read this test set: the more, the less a reading of it says."}));
}

TEST(ReadStudy, RefusesWhatIsNone) {
  const auto refuses = [](const char* text, const char* why) {
    test::expect_error(ErrorCode::data, "s", why, [&] { static_cast<void>(read_study(Json::parse(text), "s")); });
  };
  refuses("{}", "not a telar.compare/1");
  refuses(R"({"schema":"telar.compare/1"})", "no list of changes");
  refuses(R"({"schema":"telar.compare/1","changes":[7]})", "no table");
  refuses(R"({"schema":"telar.compare/1","changes":[{"verdict":"great"}]})", "no verdict that is known");
}

std::string text_of(const std::vector<DiffLine>& diff) {
  std::string text;
  for (const DiffLine& line : diff)
    text += (line.kind == DiffLine::Kind::same    ? " "
             : line.kind == DiffLine::Kind::added ? "+"
                                                  : "-") +
            line.text + "\n";
  return text;
}

TEST(LineDiff, KeepsWhatIsInBoth) {
  EXPECT_EQ(text_of(line_diff("a\nb\nc\n", "a\nx\nc\nd\n")), " a\n-b\n+x\n c\n+d\n");
  EXPECT_EQ(text_of(line_diff("a\n", "a\n")), " a\n");
  EXPECT_EQ(text_of(line_diff("", "a")), "+a\n");
}

TEST(LineDiff, StaysSmallForLargeTexts) {
  std::string large;
  for (int i = 0; i < 100'000; ++i) large += "x\n";
  EXPECT_EQ(line_diff(large, large).size(), 2000u);
}

}  // namespace
}  // namespace telar
