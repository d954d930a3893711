// The page of a report, from values made up by hand.
#include <cmath>
#include <gtest/gtest.h>
#include <regex>

#include "base/base64.hpp"
#include "base/sha256.hpp"
#include "study/report/assets.hpp"
#include "study/report/page.hpp"
#include "study/report/sentences.hpp"
#include "study/report/view.hpp"

namespace telar {
namespace {

JudgedChange change(const std::string& recipe, const std::string& verdict, double delta) {
  return {recipe, verdict, delta, {delta - 0.005, delta + 0.005}, 0.0078, 8};
}

ReportContent a_study() {
  ReportContent content;
  content.study = JudgedStudy{"baseline", "val_accuracy", 0.002, {change("batch-normalization", "worse", -0.0237)}};
  return content;
}

RecipeRuns some_runs(const std::string& name, std::uint64_t seeds, double accuracy) {
  RecipeRuns recipe;
  recipe.name = name;
  for (std::uint64_t seed = 0; seed < seeds; ++seed) {
    TrainResult run;
    run.recipe = name;
    run.seed = seed;
    run.run_dir = "runs/" + name;
    run.class_names = {"Bag", "Boot"};
    Score score;
    score.loss = {0.5, 0.4, 0.6};
    const double reading = accuracy + 0.01 * static_cast<double>(seed);
    score.metrics = {{"accuracy", {reading, reading - 0.01, reading + 0.01}}};
    score.classes = 2;
    score.confusion = {90, 10, 5, 95};
    score.samples = 200;
    run.test = score;
    recipe.runs.push_back(std::move(run));
  }
  recipe.summary = summarize_runs(recipe.runs);
  recipe.curves = {{"accuracy", {{1, 0.5, 0.4, 0.6}, {2, 0.7, 0.6, 0.8}}},
                   {"val_accuracy", {{1, 0.4, 0.4, 0.4}, {2, 0.6, 0.6, 0.6}}}};
  recipe.pooled = recipe.runs.front().test;
  recipe.network.problem = "its data are not here";
  recipe.environment = Json{{"telar", "0.1.0"}, {"command", {"telar", "train", "a b.toml"}}};
  return recipe;
}

ReportContent two_recipes() {
  ReportContent content;
  content.recipes = {some_runs("baseline", 2, 0.88), some_runs("wider", 2, 0.90)};
  Difference difference{"wider",
                        {{DiffLine::Kind::removed, "units = 512"}, {DiffLine::Kind::added, "units = 1024"}},
                        "test.accuracy",
                        {}};
  const double deltas[] = {0.02, 0.03};
  difference.paired = summarize(deltas);
  content.differences = {difference};
  return content;
}

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t n = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++n;
  return n;
}

/// What stands between the n-th `open` and the next `close`.
std::string between(const std::string& text, const std::string& open, const std::string& close, std::size_t n = 0) {
  std::size_t at = text.find(open);
  for (; n > 0 && at != std::string::npos; --n) at = text.find(open, at + 1);
  if (at == std::string::npos) return "no " + open;
  at += open.size();
  return text.substr(at, text.find(close, at) - at);
}

TEST(ReportHeadline, IsTheVerdictOfOneChange) {
  ReportContent content = a_study();
  EXPECT_EQ(headline(content), "batch-normalization is worse than baseline by 2.37 points.");
  content.study->changes = {change("x", "better", 0.0104)};
  EXPECT_EQ(headline(content), "x is better than baseline by 1.04 points.");
  content.study->changes = {change("x", "equivalent", 0.0001)};
  EXPECT_EQ(headline(content), "x and baseline are equivalent: they differ by less than 0.20 points.");
  content.study->changes = {change("x", "undecided", 0.0001)};
  EXPECT_EQ(headline(content), "Whether x is better than baseline is undecided after 8 seeds.");
  content.study->changes = {change("x", "worse", std::nan(""))};
  EXPECT_EQ(headline(content), "x is worse than baseline.");
  content.study->changes = {change("x", "better", -0.55)};
  EXPECT_EQ(headline(content), "x is better than baseline.") << "the failures of baseline decided";
  content.study->changes = {};
  EXPECT_EQ(headline(content), "baseline was compared with nothing.");
}

TEST(ReportHeadline, CountsTheVerdictsOfSeveralChanges) {
  ReportContent content = a_study();
  content.study->changes.push_back(change("x", "better", 0.01));
  content.study->changes.push_back(change("y", "worse", -0.01));
  EXPECT_EQ(headline(content), "Of 3 changes to baseline, 1 is better, 2 are worse.");
}

TEST(ReportHeadline, NamesTheBestReadingButNoVerdictWithoutAStudy) {
  ReportContent content = two_recipes();
  EXPECT_EQ(headline(content), "wider reads best, with a test accuracy of 90.50 %, 2.00 points more than baseline.");
  EXPECT_NE(caution(content).find("not a verdict"), std::string::npos);
  std::swap(content.recipes[0], content.recipes[1]);
  EXPECT_EQ(headline(content), "None of the other recipes reads better than wider, with a test accuracy of 90.50 %.");
}

TEST(ReportHeadline, IsTheScoreOfOneRecipe) {
  ReportContent content;
  EXPECT_EQ(headline(content), "There is nothing to report.");
  content.recipes = {some_runs("baseline", 1, 0.88)};
  EXPECT_EQ(headline(content), "baseline gets 88.00 % of 200 test samples right.");
  EXPECT_NE(caution(content).find("87.00 % to 89.00 %"), std::string::npos);
  content.recipes = {some_runs("baseline", 2, 0.88)};
  EXPECT_EQ(headline(content), "baseline gets 88.50 % of 200 test samples right, on average over 2 seeds.");
  content.recipes[0].summary.clear();
  EXPECT_EQ(headline(content), "baseline has no test score.");
}

TEST(ReportNumbers, AreWrittenForPeople) {
  EXPECT_EQ(value_text(0.8843, "test.accuracy"), "88.43 %");
  EXPECT_EQ(value_text(0.33011, "test.loss"), "0.3301");
  EXPECT_EQ(value_text(-0.5, "loss"), "−0.5000");
  EXPECT_EQ(value_text(NAN, "loss"), "–");
  EXPECT_EQ(difference_text(-0.0237, "val_accuracy"), "−2.37 points");
  EXPECT_EQ(difference_text(0.00001, "val_accuracy"), "0.00 points");
  EXPECT_EQ(difference_interval_text(-0.029, 0.001, "val_accuracy"), "−2.90 to +0.10 points");
  EXPECT_EQ(difference_interval_text(-INFINITY, INFINITY, "val_accuracy"), "–");
  EXPECT_EQ(interval_text(-0.3, 1.7, "test.accuracy"), "0.00 % to 100.00 %");
  EXPECT_EQ(interval_text(-0.3, 1.7, "test.loss"), "−0.3000 to 1.7000");
  EXPECT_EQ(quantity_words("val_accuracy"), "validation accuracy");
  EXPECT_EQ(quantity_words("test.loss"), "test loss");
}

TEST(ReportPage, HasASectionForWhatThereIsAlone) {
  const std::string study = report_page(a_study()), runs = report_page(two_recipes());
  EXPECT_EQ(count(study, "<section"), 1u);
  EXPECT_EQ(count(study, "<section id=\"verdicts\""), 1u);
  EXPECT_EQ(count(runs, "<section"), 6u);
  EXPECT_EQ(count(runs, "<section id=\"verdicts\""), 0u);
  EXPECT_EQ(between(study, "<h1>", "</h1>"), "batch-normalization is worse than baseline by 2.37 points.");
  EXPECT_EQ(between(report_page({}), "<main id=\"findings\" tabindex=\"-1\">", "</main>").find('<'), std::string::npos);
}

TEST(ReportPage, SaysWhyAsFarAsTheStudyDoes) {
  ReportContent content = a_study();
  EXPECT_EQ(report_page(content).find("id=\"why\""), std::string::npos);
  JudgedReasons& reasons = content.study->changes.front().reasons;
  reasons.mechanisms = {{"consistent", "a learning rate that does not fall: consistent: it accounts for 84 % of it"},
                        {"not_tested", "steps of another size: not tested: <b>"}};
  reasons.measures = {{"epochs to equal val_loss", 5.25, NAN, -1.5, {-2, -1}}};
  reasons.remedy = "The smallest change found.";
  const std::string page = report_page(content), text = report_markdown(content);
  const std::string why = between(page, "<section id=\"why\"", "</section>");
  for (const char* part : {"accounts for 84 %", "not tested: &lt;b&gt;", "epochs to equal val_loss", "5.25", "-1.5",
                           "The smallest change found.", "-2 to -1"})
    EXPECT_NE(why.find(part), std::string::npos) << part;
  EXPECT_NE(text.find("accounts for 84 %"), std::string::npos);
}

TEST(ReportPage, NamesNoMoreClassesThanItsConfusionHas) {
  ReportContent content = two_recipes();
  for (TrainResult& run : content.recipes.front().runs) run.class_names = {"Bag", "Boot", "Hat", "Glove"};
  const std::string page = report_page(content);
  EXPECT_NE(page.find("Boot"), std::string::npos);
  EXPECT_EQ(page.find("Glove"), std::string::npos);
}

TEST(ReportPage, KeepsItsPolicy) {
  const std::string page = report_page(two_recipes());
  const auto source = [](const std::string& text) {
    std::vector<std::byte> digest;
    const std::string hex = sha256(std::as_bytes(std::span(text)));
    for (std::size_t i = 0; i < hex.size(); i += 2)
      digest.push_back(static_cast<std::byte>(std::stoi(hex.substr(i, 2), nullptr, 16)));
    return "'sha256-" + base64(digest) + "'";
  };
  EXPECT_EQ(between(page, "Content-Security-Policy\" content=\"", "\""),
            "default-src 'none'; script-src " + source(between(page, "<script>", "</script>")) + " " +
                source(between(page, "<script>", "</script>", 1)) + "; style-src " +
                source(between(page, "<style>", "</style>")) + "; img-src data:; base-uri 'none'; form-action 'none'");
  EXPECT_EQ(count(page, "<script"), 3u);
  EXPECT_EQ(count(page, " style="), 0u) << "the policy would ignore them";
  EXPECT_FALSE(std::regex_search(page.substr(0, page.find("<!--")), std::regex("(src|href)=\"(?!#|data:)")));
}

TEST(ReportPage, ShowsHostileNamesAsTheText) {
  ReportContent content = two_recipes();
  const std::string hostile = "</script><script>alert(1)</script>\"'&<img src=x onerror=alert(2)>";
  content.recipes[1].name = hostile;
  content.recipes[1].runs[0].class_names = {hostile, "{{headline}}{{{style}}}"};
  content.recipes[1].runs[0].run_dir = "runs/" + hostile;
  content.recipes[1].environment["cpu"] = hostile;
  content.recipes[1].environment["command"] = {"telar", hostile};
  content.recipes[1].events = {{0, 1, hostile}};
  content.recipes[1].curves[0].quantity = hostile;
  content.recipes[1].network.problem = hostile;
  content.notices = {hostile};
  content.differences[0].recipe = hostile;
  content.differences[0].lines[1].text = hostile;
  const std::string page = report_page(content);
  EXPECT_EQ(count(page, "<script"), 3u);
  EXPECT_EQ(count(page, "</script>"), 3u);
  EXPECT_EQ(count(page, "<img"), 0u);
  EXPECT_GE(count(page, "&lt;script&gt;alert(1)"), 8u);
  EXPECT_GE(count(page, "\\u003cscript>alert(1)"), 1u) << "in the charts' JSON";
  EXPECT_GE(count(page, "{{headline}}"), 1u) << "a name is no template";
}

TEST(ReportPage, StaysSmallWhateverTheRunsAre) {
  ReportContent content;
  for (int r = 0; r < 8; ++r) {
    RecipeRuns recipe = some_runs(std::string(5000, 'x') + std::to_string(r), 4, 0.5);
    LearningCurve curve{"val_accuracy", {}};
    for (int e = 1; e <= 100'000; ++e) curve.points.push_back({e, 0.123456789, 0.1, 0.2});
    recipe.curves = {curve};
    for (int e = 0; e < 1000; ++e) recipe.events.push_back({0, e, std::string(1000, 'y')});
    content.recipes.push_back(std::move(recipe));
  }
  EXPECT_LT(report_page(content).size(), 1'000'000u);
}

TEST(ReportPage, IsUtf8WhateverTheNamesAre) {
  ReportContent content = two_recipes();
  content.recipes[0].runs[0].class_names = {"Tr\xe4ne\x1b[2J", "Stiefel"};
  const std::string page = report_page(content);
  EXPECT_EQ(count(page, "\x1b"), 0u);
  EXPECT_GE(count(page, "Tr?ne?[2J"), 1u);
}

TEST(ReportCharts, AreBesideTables) {
  const Json view = view_report(two_recipes());
  ASSERT_EQ(view["charts"].size(), 2u) << "scores and accuracy";
  EXPECT_EQ(view["charts"][0]["kind"], "forest");
  EXPECT_EQ(view["charts"][0]["rows"][1]["name"], "wider");
  EXPECT_EQ(view["charts"][1]["series"].size(), 4u);
  EXPECT_EQ(view["charts"][1]["series"][0]["points"][1], Json::array({2, 0.7, 0.6, 0.8}));
  const std::string page = report_page(two_recipes());
  EXPECT_EQ(count(page, "<canvas "), 2u);
  EXPECT_EQ(count(page, "<summary>Numbers"), 2u);
}

TEST(ShownText, IsCutBetweenCharacters) {
  EXPECT_EQ(shown("a\nb"), "a?b");
  const std::string text = shown(std::string(kMostShownText - 1, 'a') + "ö and more");
  EXPECT_EQ(text, std::string(kMostShownText - 1, 'a') + "…");
}

TEST(ReportAssets, HaveNoMarkThatEndsThem) {
  for (const ReportAsset& asset : report_assets()) {
    EXPECT_EQ(asset.text.find("\r"), std::string_view::npos) << asset.name;
    if (!asset.name.ends_with(".js")) continue;
    EXPECT_EQ(asset.text.find("</script"), std::string_view::npos) << asset.name;
    EXPECT_EQ(asset.text.find("<!--"), std::string_view::npos) << asset.name;
  }
  EXPECT_NE(report_asset("chart.min.js").find("Chart.js v3"), std::string_view::npos);
}

TEST(ReportMarkdown, SaysTheSame) {
  ReportContent content = two_recipes();
  content.recipes[1].name = "<b>|wider|";
  const std::string text = report_markdown(content);
  EXPECT_TRUE(text.starts_with("# \\<b\\>\\|wider\\| reads best, with a test accuracy of 90.50 %")) << text;
  EXPECT_NE(text.find("| Recipe | Seeds | Test accuracy |"), std::string::npos);
  EXPECT_NE(text.find("    + units = 1024"), std::string::npos);
}

TEST(ReportDocument, BeginsWithItsSchema) {
  const Json document = report_document(two_recipes(), "r.html");
  EXPECT_EQ(document.begin().key(), "schema");
  EXPECT_EQ(document["schema"], "telar.report/1");
  EXPECT_EQ(document["file"], "r.html");
  EXPECT_EQ(document["recipes"][1]["recipe"], "wider");
  EXPECT_EQ(document["recipes"][1]["summary"]["test.accuracy"]["n"], 2);
  EXPECT_EQ(document["differences"][0]["lines"], Json::array({"- units = 512", "+ units = 1024"}));
  EXPECT_EQ(document["differences"][0]["test.accuracy"]["mean"], 0.025);
  EXPECT_TRUE(document["study"].is_null());
  EXPECT_EQ(report_document(a_study(), "")["study"]["changes"][0]["verdict"], "worse");
}

}  // namespace
}  // namespace telar
