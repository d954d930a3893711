// What `telar tune` prints, for searches that end in other ways.
#include "cli/tuning_text.hpp"

#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>

namespace telar::cli {
namespace {

/// A search over a learning rate and two optimisers.
TuningPlan small_plan() {
  const std::filesystem::path file = std::filesystem::path(testing::TempDir()) / "tuning_text.toml";
  std::ofstream(file) << R"([data]
source = "fashion_mnist"
validation = { first = 10000 }
[model]
layers = [{ type = "Flatten" }, { type = "Dense", units = 10, activation = "softmax" }]
[compile]
optimizer = { type = "Adam", learning_rate = 0.001 }
loss = "sparse_categorical_crossentropy"
metrics = ["accuracy"]
[fit]
batch_size = 128
epochs = 9
[search.space]
"compile.optimizer.learning_rate" = { log = [1e-4, 1e-2] }
"fit.batch_size" = { choice = [64, 128] }
)";
  return {.search = SearchFile(file), .workers = 2};
}

Trial scored(int number, double score, int epochs, double rate) {
  Trial trial{.number = number, .state = Trial::State::paused, .estimate = {score}};
  trial.rungs.push_back({.epochs = epochs, .values = {score}});
  trial.point.values["compile.optimizer.learning_rate"] = rate;
  return trial;
}

/// Two trials with a score, one that diverged.
TuningStudy small_study() {
  TuningStudy study{.ended = TuningStudy::Ended::trials, .objectives = {"val_accuracy"}};
  study.tuning.trials = {scored(0, 0.85, 3, 0.001), scored(1, 0.88, 9, 0.00321), Trial{.number = 2}};
  study.tuning.trials[2].state = Trial::State::diverged;
  study.tuning.ranking = {1, 0};
  study.tuning.seconds = 65;
  study.tuning.busy_share = 0.98;
  return study;
}

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

TEST(TrialLine, SaysWhatATrialCameTo) {
  const Trial trial = scored(3, 0.8912, 3, 0.01), other = scored(1, 0.9, 9, 0.01);
  EXPECT_EQ(trial_line({trial, &other}), "trial 3: 0.8912 after 3 epochs");
  EXPECT_EQ(trial_line({trial, &trial}), "trial 3: 0.8912 after 3 epochs, the best so far");
}

TEST(TrialLine, SaysWhyThereIsNoResult) {
  Trial trial{.number = 4, .state = Trial::State::failed, .reason = "[layer 1] it does not fit\n  make it smaller"};
  EXPECT_EQ(trial_line({trial, nullptr}), "trial 4: failed: [layer 1] it does not fit");
  trial.state = Trial::State::over_cap;
  trial.reason = "900 weights, but at most 200 are wanted";
  EXPECT_EQ(trial_line({trial, nullptr}), "trial 4: not trained: 900 weights, but at most 200 are wanted");
}

TEST(ProgressLine, SaysWhatIsLeftOnlyWhereThereIsATime) {
  const Trial trial = scored(3, 0.8912, 3, 0.01);
  EXPECT_EQ(progress_line({trial, &trial}, Style{}), "trial 3, best 0.8912 (trial 3)");
  EXPECT_TRUE(has(progress_line({trial, nullptr, 30, 90}, Style{}), " left to search"));
}

TEST(TuningText, ListsTheTrialsBestFirst) {
  const std::string text = tuning_text(small_plan(), small_study(), Style{});
  EXPECT_TRUE(text.starts_with("3 trials of ")) << text;
  EXPECT_TRUE(has(text, "2 at a time; 98 % of the cores' time in trainings\n")) << text;
  EXPECT_TRUE(has(text, "1 trial diverged or failed\n")) << text;
  EXPECT_TRUE(has(text, "learning_rate 0.00321\n")) << text;
  EXPECT_LT(text.find("0.8800"), text.find("0.8500"));
  EXPECT_TRUE(has(text, "Nothing was found but the default.")) << text;
}

TEST(TuningText, SaysHowTheSearchEnded) {
  TuningStudy study = small_study();
  EXPECT_FALSE(has(tuning_text(small_plan(), study, Style{}), "every point"));
  study.ended = TuningStudy::Ended::space;
  EXPECT_TRUE(has(tuning_text(small_plan(), study, Style{}), "every point of the space was tried\n"));
  study.ended = TuningStudy::Ended::interrupted;
  EXPECT_TRUE(has(tuning_text(small_plan(), study, Style{}), "interrupted; --resume goes on\n"));
  study = {.objectives = {"val_accuracy"}};
  EXPECT_TRUE(has(tuning_text(small_plan(), study, Style{}), "No trial came to its first rung"));
}

TEST(TuningText, ShowsProblemsAndWhatTheResultsGoWith) {
  TuningStudy study = small_study();
  study.tuning.importance = {0.25, 0.75};
  study.problems = {"Trial 1 did not come to an end with seed 2."};
  const std::string text = tuning_text(small_plan(), study, Style{});
  EXPECT_LT(text.find("75 %  fit.batch_size"), text.find("25 %  compile.optimizer.learning_rate")) << text;
  EXPECT_TRUE(has(text, "note: Trial 1 did not come to an end with seed 2.\n")) << text;
}

}  // namespace
}  // namespace telar::cli
