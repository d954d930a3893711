// What `telar compare` prints, for verdicts that a training would not give on demand.
#include "cli/comparison_table.hpp"

#include <gtest/gtest.h>

#include "study/comparison_words.hpp"

namespace telar::cli {
namespace {

/// A comparison of one change with these differences, judged once.
Comparison comparison_with(const std::vector<double>& differences) {
  Comparison comparison{.metric = "val_accuracy", .band = 0.002};
  comparison.looks = planned_looks(static_cast<int>(differences.size()));
  comparison.baseline.name = "base";
  Change& change = comparison.changes.emplace_back();
  change.recipe.name = "change";
  for (std::size_t i = 0; i < differences.size(); ++i) {
    ComparedRun run{.seed = i, .ended = "completed", .value = 0.88};
    comparison.baseline.runs.push_back(run);
    run.value = 0.88 + differences[i];
    change.recipe.runs.push_back(run);
  }
  Judge judge(comparison.looks, 1, comparison.band);
  judge.judge(0, std::vector{PairedResults{.differences = differences}});
  change.judgement = judge.judgements()[0];
  if (!judge.settled(0)) change.seeds_needed = seeds_needed(change.judgement, comparison.band, 1);
  return comparison;
}

std::string first_line(const Comparison& comparison, bool color = false) {
  const std::string text = comparison_text(comparison, Style{color});
  return text.substr(0, text.find('\n'));
}

const std::vector<double> kBetter{0.011, 0.009, 0.010, 0.012, 0.008, 0.010};

TEST(ComparisonText, BeginsWithTheVerdictInASentence) {
  EXPECT_EQ(first_line(comparison_with(kBetter)),
            "change is better than base: val_accuracy +1.00 pp [+0.85, +1.15] over 6 seeds, p = 0.031.");
  EXPECT_EQ(
      first_line(comparison_with(std::vector<double>(8, 0.0))),
      "change is as good as base: val_accuracy +0.00 pp [+0.00, +0.00] over 8 seeds, within the band of 0.20 pp.");
}

TEST(ComparisonText, OfWhatIsOpenSaysHowManySeedsWouldTell) {
  const std::string line = first_line(comparison_with({0.005, -0.003, 0.005, -0.003, 0.001, 0.001, 0.005, -0.003}));
  EXPECT_TRUE(line.starts_with("change may be better or worse than base: val_accuracy +0.10 pp [")) << line;
  EXPECT_NE(line.find("more seeds would tell (--seeds "), std::string::npos) << line;
}

TEST(ComparisonText, OfTooFewSeedsSaysHowManyItTakes) {
  EXPECT_EQ(first_line(comparison_with({0.01, 0.01})),
            "change was tried with too few seeds for a verdict: val_accuracy +1.00 pp [+1.00, +1.00] over 2 seeds, "
            "p = 0.5; it takes at least 6 seeds.");
}

TEST(ComparisonText, TellsOfALossWhatItIsNotOfPoints) {
  Comparison comparison = comparison_with(kBetter);
  comparison.metric = "val_loss";
  comparison.more_is_better = false;
  EXPECT_EQ(first_line(comparison),
            "change is better than base: val_loss -0.01 [-0.01148, -0.008516] over 6 seeds, p = 0.031.");
}

TEST(ComparisonText, ColoursTheVerdictAlone) {
  EXPECT_NE(first_line(comparison_with(kBetter), true).find("\033[32mis better than base\033[0m"), std::string::npos);
  EXPECT_EQ(first_line(comparison_with(kBetter)).find('\033'), std::string::npos);
}

TEST(ComparisonText, LetsNoNameSteerTheTerminal) {
  Comparison comparison = comparison_with(kBetter);
  comparison.changes[0].recipe.name = "\033[31mred";
  comparison.changes[0].recipe.watchers = {"Early\033Stopping"};
  EXPECT_EQ(comparison_text(comparison, Style{false}).find('\033'), std::string::npos);
}

TEST(ComparisonText, CountsSeedsThatGaveNoResult) {
  Comparison comparison = comparison_with(kBetter);
  comparison.changes[0].recipe.runs[2].ended = "diverged";
  comparison.changes[0].recipe.runs[2].value.reset();
  EXPECT_EQ(remarks(comparison), std::vector<std::string>{"change: 1 of 6 seeds gave no result (diverged)."});
}

TEST(Aligned, PutsNumbersBelowEachOther) {
  EXPECT_EQ(aligned({{"a", "number", "note"}, {"long", "1", "x"}}, Style{false}),
            "a     number  note\nlong       1  x\n");
}

}  // namespace
}  // namespace telar::cli
