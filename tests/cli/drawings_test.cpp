#include <algorithm>
#include <cmath>
#include <gtest/gtest.h>
#include <limits>

#include "cli/class_report.hpp"
#include "cli/confusion_matrix.hpp"
#include "cli/learning_curve.hpp"
#include "cli/report_text.hpp"
#include "cli/score_text.hpp"

namespace telar::cli {
namespace {

const Style kPlain{false};
const Style kColored{true};

History history_of(const std::vector<double>& loss, const std::vector<double>& val_loss = {}) {
  History history;
  for (std::size_t i = 0; i < loss.size(); ++i) {
    Logs logs;
    logs.set("loss", loss[i]);
    if (i < val_loss.size()) logs.set("val_loss", val_loss[i]);
    history.epochs.push_back(logs);
  }
  return history;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = text.find('\n', begin);
    lines.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return lines;
}

/// Characters, not bytes, of UTF-8.
std::size_t columns_of(const std::string& line) {
  return static_cast<std::size_t>(std::count_if(line.begin(), line.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

/// Whether a line has a braille character with a dot.
bool drawn(const std::string& line) {
  return line.find("\xE2\xA0") != std::string::npos || line.find("\xE2\xA1") != std::string::npos ||
         line.find("\xE2\xA2") != std::string::npos || line.find("\xE2\xA3") != std::string::npos;
}

Score two_class_score() {
  Score score;
  score.loss = {0.5, 0.4, 0.6};
  score.metrics = {{"accuracy", {0.7, 0.6, 0.8}}};
  score.classes = 2;
  score.confusion = {90, 10, 0, 20};
  score.samples = 120;
  return score;
}

TEST(LearningCurve, ShowsTheRangeTheLastValuesAndTheEpochs) {
  const std::string text = learning_curve(history_of({1.0, 0.5, 0.25}, {0.9, 0.6, 0.5}), "loss", 80, kPlain);
  EXPECT_NE(text.find("1.0000 ┤"), std::string::npos) << text;
  EXPECT_NE(text.find("0.2500 ┤"), std::string::npos) << text;
  EXPECT_NE(text.find(" loss 0.2500"), std::string::npos) << text;
  EXPECT_NE(text.find(" val_loss 0.5000"), std::string::npos) << text;
  EXPECT_EQ(lines_of(text).back().substr(0, 11), "   epoch  1");
  EXPECT_EQ(lines_of(text).back().back(), '3');
}

TEST(LearningCurve, FallsFromTheTopLeftToTheBottomRight) {
  const std::vector<std::string> lines = lines_of(learning_curve(history_of({1.0, 0.0}), "loss", 80, kPlain));
  const auto first_dot = [](const std::string& line) {
    return std::min({line.find("\xE2\xA0"), line.find("\xE2\xA1"), line.find("\xE2\xA2"), line.find("\xE2\xA3")});
  };
  for (std::size_t row = 0; row + 1 < 8; ++row) EXPECT_LT(first_dot(lines[row]), first_dot(lines[row + 1])) << row;
}

TEST(LearningCurve, KeepsBothNamesApartWhereTheLinesEndTogether) {
  for (const double end : {1.0, 0.5, 0.0}) {
    const std::string text = learning_curve(history_of({1.0, 0.0, end}, {0.0, 1.0, end}), "loss", 80, kPlain);
    for (const std::string& line : lines_of(text)) {
      EXPECT_FALSE(line.find(" loss ") != std::string::npos && line.find(" val_loss ") != std::string::npos) << text;
    }
    EXPECT_NE(text.find(" loss "), std::string::npos);
    EXPECT_NE(text.find(" val_loss "), std::string::npos);
  }
}

TEST(LearningCurve, LeavesAGapForNaN) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const std::string whole = learning_curve(history_of({1, 0.75, 0.5, 0.25, 0}), "loss", 60, kPlain);
  const std::string gap = learning_curve(history_of({1, 0.75, nan, 0.25, 0}), "loss", 60, kPlain);
  EXPECT_NE(whole, gap);
  EXPECT_FALSE(drawn(lines_of(gap)[4])) << gap;
  EXPECT_TRUE(drawn(lines_of(whole)[4])) << whole;
}

TEST(LearningCurve, IsEmptyWithoutAFiniteValue) {
  EXPECT_EQ(learning_curve(history_of({std::numeric_limits<double>::quiet_NaN()}), "loss", 80, kPlain), "");
  EXPECT_EQ(learning_curve(history_of({1, 2}), "accuracy", 80, kPlain), "");
}

TEST(LearningCurve, FitsItsColumns) {
  for (const int columns : {50, 60, 80, 200}) {
    const std::string text = learning_curve(history_of({1.0, 0.5, 0.25}, {0.9, 0.6, 0.5}), "loss", columns, kPlain);
    for (const std::string& line : lines_of(text))
      EXPECT_LE(columns_of(line), static_cast<std::size_t>(columns)) << text;
  }
}

TEST(LearningCurve, DrawsAConstantAndASingleEpoch) {
  EXPECT_TRUE(drawn(learning_curve(history_of({0.5, 0.5, 0.5}), "loss", 80, kPlain)));
  EXPECT_TRUE(drawn(learning_curve(history_of({0.5}), "loss", 80, kPlain)));
}

TEST(LearningCurve, StaysInShapeWithHugeNumbers) {
  const std::string text = learning_curve(history_of({1.5e36, 0.5}, {0.9, 0.6}), "loss", 80, kPlain);
  EXPECT_NE(text.find("1.5000e+36 ┤"), std::string::npos) << text;
  for (const std::string& line : lines_of(text)) EXPECT_LE(columns_of(line), 80u);
}

TEST(LearningCurve, HasEscapesOnlyInColor) {
  const History history = history_of({1.0, 0.5}, {0.9, 0.6});
  EXPECT_EQ(learning_curve(history, "loss", 80, kPlain).find('\033'), std::string::npos);
  EXPECT_NE(learning_curve(history, "loss", 80, kColored).find('\033'), std::string::npos);
}

TEST(ConfusionMatrix, HasARowForEachClassAndDotsForZeros) {
  const std::vector<std::string> names{"Bag", "Ankle boot"};
  const std::vector<std::string> lines = lines_of(confusion_matrix(two_class_score(), names, 80, kPlain));
  ASSERT_EQ(lines.size(), 4u);
  EXPECT_EQ(lines[0], "  true \\ as      Bag Ankle");
  EXPECT_EQ(lines[1], "  Bag             90    10");
  EXPECT_EQ(lines[2], "  Ankle boot       ·    20");
  EXPECT_EQ(lines[3], "  Most often mistaken: Bag for Ankle boot 10");
}

TEST(ConfusionMatrix, NamesTheWorstPairsFirst) {
  Score score;
  score.classes = 3;
  score.confusion = {5, 1, 2, 7, 5, 0, 0, 3, 5};
  const std::string text = confusion_matrix(score, {}, 80, kPlain);
  EXPECT_NE(text.find("mistaken: 1 for 0 7, 2 for 1 3, 0 for 2 2\n"), std::string::npos) << text;
}

TEST(ConfusionMatrix, LeavesOutATableThatDoesNotFit) {
  const std::vector<std::string> lines = lines_of(confusion_matrix(two_class_score(), {}, 20, kPlain));
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_EQ(lines[0], "  Most often mistaken: 0 for 1 10");
}

TEST(ConfusionMatrix, IsEmptyWithoutClasses) { EXPECT_EQ(confusion_matrix(Score{}, {}, 80, kPlain), ""); }

TEST(ClassReport, ShowsAccuracyIntervalAndABarThatGrowsWithIt) {
  const std::vector<ClassAccuracy> classes{{"Bag", 10, 10, {1.0, 0.7, 1.0}}, {"Boot", 5, 10, {0.5, 0.2, 0.8}}};
  EXPECT_EQ(class_report(classes, kPlain),
            "  Bag   1.0000  [0.7000, 1.0000]  ████████████████████\n"
            "  Boot  0.5000  [0.2000, 0.8000]  ██████████\n");
}

TEST(ClassReport, HasNoBarForNothing) {
  EXPECT_EQ(class_report(std::vector<ClassAccuracy>{{"Bag", 0, 10, {0.0, 0.0, 0.3}}}, kPlain),
            "  Bag  0.0000  [0.0000, 0.3000]\n");
}

TEST(ClassReport, SaysWhereAClassHasNoSamples) {
  EXPECT_EQ(class_report(std::vector<ClassAccuracy>{{"Bag", 0, 0, {}}}, kPlain), "  Bag  no samples\n");
}

TEST(PrecisionReport, ShowsPrecisionAndF1WithTheirIntervals) {
  std::vector<ClassAccuracy> classes{{"Bag", 9, 10, {0.9, 0.6, 1.0}}, {"Boot", 0, 10, {0.0, 0.0, 0.3}}};
  classes[0].precision = {0.75, 0.5, 0.9};
  classes[0].f1 = {0.8182, 0.6, 0.9};
  classes[1].precision = {std::nan(""), 0, 1};
  classes[1].f1 = {0, 0, 0.3};
  EXPECT_EQ(precision_report(classes, kPlain),
            "  Bag   0.7500  [0.5000, 0.9000]    F1 0.8182  [0.6000, 0.9000]\n"
            "  Boot  none taken for it           F1 0.0000  [0.0000, 0.3000]\n");
  EXPECT_EQ(precision_report({}, kPlain), "");
}

TEST(ClassSections, EndWithWhatJudgesAllClassesTogetherAndTheConfusion) {
  Score score = two_class_score();
  score.of_classes = {{"balanced_accuracy", {0.95, 0.9, 0.99}}};
  const std::string text = class_sections(score, std::vector<std::string>{"Bag", "Boot"}, 80, kPlain);
  EXPECT_NE(text.find("\nPrecision and F1 by class\n  Bag   1.0000"), std::string::npos) << text;
  EXPECT_NE(text.find("\n  balanced_accuracy 0.9500 [0.9000, 0.9900]\n\nConfusion matrix\n"), std::string::npos)
      << text;
}

TEST(ScoreLine, ShowsEveryQuantityWithItsInterval) {
  EXPECT_EQ(score_line("Test", two_class_score(), kPlain),
            "Test        loss 0.5000 [0.4000, 0.6000]   accuracy 0.7000 [0.6000, 0.8000]   120 samples\n");
}

TEST(Sparkline, GoesFromTheLowestToTheHighest) {
  EXPECT_EQ(sparkline({0, 1, 2, 3, 4, 5, 6, 7}, 40), "▁▂▃▄▅▆▇█");
  EXPECT_EQ(sparkline({5, 5}, 40), "▄▄");
  EXPECT_EQ(sparkline({1, std::nan(""), 2}, 40), "▁ █");
  EXPECT_EQ(sparkline({}, 40), "");
}

TEST(Sparkline, KeepsTheFirstAndTheLastOfManyValues) {
  std::vector<double> values(1000, 1);
  values.front() = 0;
  values.back() = 2;
  const std::string line = sparkline(values, 10);
  EXPECT_EQ(columns_of(line), 10u);
  EXPECT_TRUE(line.starts_with("▁"));
  EXPECT_TRUE(line.ends_with("█"));
}

TEST(ReportText, SaysTheFindingThenEachRecipe) {
  ReportContent content;
  RecipeRuns recipe;
  recipe.name = "baseline";
  recipe.runs.resize(2);
  recipe.summary = {{"test.accuracy", Summary{2, 0.885, 0.007, {0.82, 0.95}}}};
  recipe.curves = {{"val_accuracy", {{1, 0.5, 0.5, 0.5}, {2, 0.75, 0.75, 0.75}}}};
  content.recipes = {recipe};
  const std::vector<std::string> lines = lines_of(report_text(content, kPlain));
  EXPECT_EQ(lines.front(), "baseline gets 88.50 % of the test samples right, on average over 2 seeds.");
  EXPECT_EQ(lines.back(), "  baseline   2 seeds  88.50 % ± 0.70  val_accuracy ▁█ 75.00 %");
}

TEST(ReportText, ListsTheVerdictsOfAStudy) {
  ReportContent content;
  content.study = JudgedStudy{"a", "val_accuracy", {}, {{"b", "worse", -0.0237, {-0.029, -0.019}, 0.01, 8}}};
  const std::string text = report_text(content, kPlain);
  EXPECT_NE(text.find("worse"), std::string::npos);
  EXPECT_NE(text.find("−2.37 points  −2.90 to −1.90 points"), std::string::npos) << text;
}

}  // namespace
}  // namespace telar::cli
