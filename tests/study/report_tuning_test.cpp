// A report of a study of telar tune: its document read back, and the page. tuning/*.json are such documents.
#include <cmath>
#include <fstream>
#include <gtest/gtest.h>

#include "base/utf8.hpp"
#include "study/report/gather_tuning.hpp"
#include "study/report/page.hpp"
#include "study/report/tuning_words.hpp"
#include "study/report/view_tuning.hpp"
#include "support/expect_error.hpp"

namespace telar {
namespace {

Json tuning_fixture(const std::string& name) {
  return Json::parse(std::ifstream(TELAR_TESTS_DIR "/study/tuning/" + name + ".json"));
}

TuningContent one_objective() { return read_tuning(tuning_fixture("one-objective"), "t"); }
TuningContent two_objectives() { return read_tuning(tuning_fixture("two-objectives"), "t"); }

std::size_t times(const std::string& text, const std::string& part) {
  std::size_t n = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++n;
  return n;
}

/// The chart of this kind among those of a view.
Json chart_of(const Json& view, const std::string& kind) {
  for (const Json& chart : view["charts"])
    if (chart["kind"] == kind) return chart;
  return Json::object();
}

TEST(ReadTuning, TakesWhatTuneSays) {
  const TuningContent content = one_objective();
  EXPECT_EQ(content.objectives.front().name, "val_accuracy");
  ASSERT_EQ(content.parameters.size(), 4u);
  EXPECT_TRUE(content.parameters[0].choice);
  EXPECT_TRUE(content.parameters[1].log);
  EXPECT_EQ(content.parameters[1].importance, 0.62);
  EXPECT_EQ(content.rungs, (std::vector<double>{1, 3, 10}));
  ASSERT_EQ(content.trials.size(), 6u);
  EXPECT_EQ(content.trials.front().number, 2) << "the best comes first";
  EXPECT_EQ(content.trials.front().readings.size(), 3u);
  EXPECT_EQ(content.best->trial, 2);
  EXPECT_EQ(content.best->differences[1].after, "3");
  EXPECT_EQ(content.finalists[0].runs[1].first, "2");
  EXPECT_EQ(content.proof->changes.front().mean, 0.9071);
  EXPECT_EQ(content.proof->baseline_mean, 0.889);
}

TEST(ReadTuning, KnowsValuesThatAConditionSwitchesOff) {
  const TuningContent content = one_objective();
  const TuningContent::Trial &adam = *trial_of(content, 0), &sgd = *trial_of(content, 3);
  EXPECT_EQ(adam.values[0], 0) << "the first option";
  EXPECT_FALSE(adam.values[2]);
  EXPECT_EQ(sgd.values[0], 1);
  EXPECT_EQ(sgd.values[2], 0.9);
  EXPECT_EQ(parameter_text(adam.values[2], content.parameters[2]), "–");
  EXPECT_EQ(parameter_text(sgd.values[0], content.parameters[0]), "sgd");
  EXPECT_EQ(trial_of(content, 99), nullptr);
}

TEST(ReadTuning, ScoresByTheEstimateElseTheLastReading) {
  const TuningContent content = one_objective();
  EXPECT_EQ(score_of(*trial_of(content, 3), 0), 0.89);
  EXPECT_EQ(score_of(*trial_of(content, 4), 0), 0.803);
  EXPECT_TRUE(std::isnan(score_of(*trial_of(content, 1), 0))) << "it diverged";
  EXPECT_TRUE(std::isnan(score_of(*trial_of(two_objectives(), 3), 1))) << "it was not trained";
}

TEST(ReadTuning, KeepsAnOptionThatTheSearchDoesNotHave) {
  Json document = tuning_fixture("one-objective");
  document["trials"][0]["values"]["compile.optimizer"] = "adamw";
  const TuningContent content = read_tuning(document, "t");
  EXPECT_EQ(content.parameters[0].options, (std::vector<std::string>{"adam", "sgd", "adamw"}));
  EXPECT_EQ(trial_of(content, 0)->values[0], 2);
}

TEST(ReadTuning, NamesParametersAsShortAsCanBe) {
  Json document = tuning_fixture("one-objective");
  EXPECT_EQ(read_tuning(document, "t").parameters[1].short_name, "learning_rate");
  EXPECT_EQ(read_tuning(document, "t").parameters[3].short_name, "layers.3");
  document["parameters"][2]["name"] = "other.learning_rate";
  EXPECT_EQ(read_tuning(document, "t").parameters[1].short_name, "optimizer.learning_rate");
  EXPECT_EQ(read_tuning(document, "t").parameters[2].short_name, "other.learning_rate");
}

TEST(ReadTuning, SaysWhatAReaderHasToKnow) {
  const TuningContent one = one_objective();
  EXPECT_EQ(one.notices, (std::vector<std::string>{"1 of 6 trials diverged: the loss became infinite or no number.",
                                                   "runs/t4: its folder could not be removed"}));
  ASSERT_EQ(one.remarks.size(), 2u);
  EXPECT_NE(one.remarks[0].find("On 2 cores"), std::string::npos);
  EXPECT_NE(one.remarks[1].find("the test set was read once, by the proof"), std::string::npos);
  const TuningContent two = two_objectives();
  EXPECT_EQ(two.notices, std::vector<std::string>{"1 of 4 trials went over a limit that the search has."});
  EXPECT_EQ(two.remarks,
            std::vector<std::string>{"All choosing used validation data only: the test set was not read."});
  Json broken = tuning_fixture("one-objective");
  broken["ended"] = "interrupted";
  broken["problems"] = Json::array();
  for (int i = 0; i < 25; ++i) broken["problems"].push_back("p");
  const TuningContent content = read_tuning(broken, "t");
  EXPECT_NE(content.notices.front().find("interrupted"), std::string::npos);
  EXPECT_EQ(content.notices.back(), "There were 5 more problems, which tuning.json has.");
}

TEST(ReadTuning, RefusesWhatIsDamaged) {
  const auto refuses = [](const char* why, const auto& damage) {
    Json document = tuning_fixture("one-objective");
    damage(document);
    test::expect_error(ErrorCode::data, "t", why, [&] { static_cast<void>(read_tuning(document, "t")); });
  };
  refuses("not a telar.tune/1", [](Json& d) { d = Json::array(); });
  refuses("not a telar.tune/1", [](Json& d) { d["schema"] = "telar.compare/1"; });
  refuses("no list of objectives", [](Json& d) { d.erase("objectives"); });
  refuses("0 objectives; there can be 1 to 3", [](Json& d) { d["objectives"] = Json::array(); });
  refuses("an objective of the study has no name", [](Json& d) { d["objectives"][0].erase("name"); });
  refuses("parameters[1] of the study is no table", [](Json& d) { d["parameters"][1] = 7; });
  refuses("has no name", [](Json& d) { d["parameters"][1]["name"] = nullptr; });
  refuses("is of no kind that is known", [](Json& d) { d["parameters"][1]["kind"] = "colour"; });
  refuses("has no options", [](Json& d) { d["parameters"][0]["options"] = Json::array(); });
  refuses("has no range", [](Json& d) { d["parameters"][1]["high"] = nullptr; });
  refuses("has no range", [](Json& d) { d["parameters"][1]["high"] = 1e-9; });
  refuses("does not lie above 0", [](Json& d) { d["parameters"][1]["low"] = 0; });
  refuses("no list of trials", [](Json& d) { d["trials"] = "many"; });
  refuses("has no number", [](Json& d) { d["trials"][0].erase("trial"); });
  refuses("has no number", [](Json& d) { d["trials"][0]["trial"] = -1; });
  refuses("two trials have the number 0", [](Json& d) { d["trials"][1]["trial"] = 0; });
  refuses("how trial 0 ended is not known", [](Json& d) { d["trials"][0]["ended"] = "well"; });
  refuses("trial 0 has no values", [](Json& d) { d["trials"][0]["values"] = Json::array(); });
  refuses("not a telar.compare/1", [](Json& d) { d["proof"] = Json::object(); });
}

TEST(TuningHeadline, IsWhatTheProofSays) {
  TuningContent content = one_objective();
  EXPECT_EQ(tuning_headline(content),
            "Tuning found trial 2, which is better than the default: validation accuracy 90.71 % against 88.90 %, "
            "+1.81 points.");
  EXPECT_EQ(
      tuning_caution(content),
      "95 % interval of the difference: +1.50 to +2.10 points, over 8 pairs of trainings with seeds that the search "
      "did not use.");
  JudgedChange& change = content.proof->changes.front();
  change.seeds = 1;
  change.interval = {-INFINITY, INFINITY};
  EXPECT_EQ(tuning_caution(content),
            "The difference has no interval yet: it is of 1 pair of trainings with seeds that the search did not use.");
  change.seeds = 8;
  change.verdict = "undecided";
  change.mean.reset();
  EXPECT_EQ(
      tuning_headline(content),
      "Whether trial 2, the best found, is better than the default is undecided after 8 seeds: validation accuracy "
      "+1.81 points.");
  change.delta = NAN;
  change.verdict = "equivalent";
  EXPECT_EQ(tuning_headline(content), "Trial 2, the best found, is equivalent to the default.");
  change.verdict = "worse";
  EXPECT_EQ(tuning_headline(content), "Trial 2, the best of the search, is worse than the default.");
}

TEST(TuningHeadline, SaysThatNothingIsProven) {
  TuningContent content = two_objectives();
  EXPECT_EQ(tuning_headline(content),
            "Trial 1 reads best of 4 trials, but no proof says that it is better than the default.");
  EXPECT_NE(tuning_caution(content).find("not a verdict"), std::string::npos);
  content.best->trial = 0;
  EXPECT_EQ(tuning_headline(content), "Nothing better than the default was found in 4 trials.");
  content.best.reset();
  EXPECT_EQ(tuning_headline(content), "The search found no recipe that trains, in 4 trials.");
  content.trials.clear();
  EXPECT_EQ(tuning_headline(content), "The search ended before any trial did.");
}

TEST(UsualRange, LeavesOutATenthThatIsFarWorse) {
  std::vector<double> values;
  for (int i = 0; i < 20; ++i) values.push_back(0.88 + 0.001 * i);
  values[0] = 0.1;
  EXPECT_NEAR(usual_range(values, true).low, 0.88, 0.005);
  EXPECT_LT(usual_range(values, false).low, 0.1) << "where less is better it is the best";
  EXPECT_EQ(usual_range({NAN, INFINITY}, true).high, 1);
  EXPECT_LT(usual_range({2, 2}, true).low, 2) << "never empty";
}

TEST(TuningCharts, AreBesideTables) {
  const Json view = view_tuning(one_objective());
  ASSERT_EQ(view["charts"].size(), 4u) << "the proof, trials, importance, race";
  const Json parallel = chart_of(view, "parallel");
  ASSERT_EQ(parallel["axes"].size(), 5u);
  EXPECT_EQ(parallel["axes"][0]["options"], Json::array({"adam", "sgd"}));
  EXPECT_EQ(parallel["axes"][1]["log"], true);
  EXPECT_EQ(parallel["axes"][1]["ticks"].size(), 4u) << "0.0001, 0.001, 0.01 and 0.1";
  EXPECT_EQ(parallel["axes"][4]["name"], "validation accuracy");
  EXPECT_EQ(parallel["lines"][0]["role"], "best");
  EXPECT_EQ(parallel["lines"][0]["values"], Json::array({0, 0.0031, nullptr, 3, 0.9071}))
      << "a gap where it is switched off";
  EXPECT_EQ(parallel["lines"][2]["role"], "default");
  EXPECT_EQ(parallel["lines"][5]["values"][4], nullptr) << "it diverged";
  EXPECT_EQ(chart_of(view, "bars")["rows"][0]["name"], "learning_rate");
  const Json race = chart_of(view, "race");
  EXPECT_EQ(race["trials"].size(), 5u) << "all but the one that diverged";
  EXPECT_EQ(race["best"].front(), Json::array({2, 0.851}));
  EXPECT_EQ(race["best"][1], Json::array({5.6, 0.861}));
  EXPECT_EQ(race["best"].back(), Json::array({31, 0.907}));
  EXPECT_TRUE(view["front"].is_null());
}

TEST(TuningCharts, HaveAFrontOfTwoObjectives) {
  const Json view = view_tuning(two_objectives());
  ASSERT_EQ(view["charts"].size(), 3u) << "trials, race, front";
  const Json front = chart_of(view, "front");
  ASSERT_EQ(front["points"].size(), 3u) << "one was not trained";
  EXPECT_EQ(front["points"][0]["x"], 95410);
  EXPECT_EQ(front["points"][0]["y"], 0.884);
  EXPECT_EQ(front["points"][0]["front"], true);
  EXPECT_EQ(front["x"]["title"], "weights (less is better)");
  EXPECT_TRUE(view["importance"]["figure"].is_null()) << "too few trials";
}

TEST(TuningPage, HasASectionForWhatThereIsAlone) {
  const std::string one = tuning_page(one_objective()), two = tuning_page(two_objectives());
  for (const char* id : {"verdicts", "best", "trials", "importance", "race", "search"})
    EXPECT_EQ(times(one, std::string("<section id=\"") + id + "\""), 1u) << id;
  EXPECT_EQ(times(one, "<section"), 6u);
  EXPECT_EQ(times(two, "<section id=\"front\""), 1u);
  EXPECT_EQ(times(two, "<section id=\"verdicts\""), 0u);
  EXPECT_NE(two.find("too few trials to say"), std::string::npos);
  for (const char* part :
       {"PED-ANOVA", "Watanabe", "each trial by itself is, bit for bit", "the loss is no number in epoch 1",
        "Finalists", "0.0031", "<th scope=\"col\">momentum</th>"})
    EXPECT_NE(one.find(part), std::string::npos) << part;
  EXPECT_TRUE(one.starts_with("<!doctype html>") && one.ends_with("</html>\n"));
  EXPECT_EQ(times(one, "<script"), 3u);
  EXPECT_EQ(times(one, " style="), 0u);
  EXPECT_EQ(times(one, "<canvas "), 4u);
  EXPECT_EQ(times(one, "<summary>Numbers"), 4u);
}

TEST(TuningPage, ShowsHostileNamesAsText) {
  const std::string hostile = "</script><script>alert(1)</script>{{{style}}}\x1b";
  Json document = tuning_fixture("one-objective");
  document["parameters"][0]["options"][0] = hostile;
  document["parameters"][3]["name"] = hostile;
  document["objectives"][0]["name"] = hostile;
  document["trials"][1]["reason"] = hostile;
  document["best"]["differences"][0] = {{"key", hostile}, {"default", hostile}, {"best", hostile}};
  document["problems"] = {hostile};
  document["study_dir"] = hostile;
  const TuningContent content = read_tuning(document, "t");
  const std::string page = tuning_page(content);
  EXPECT_EQ(times(page, "<script"), 3u);
  EXPECT_EQ(times(page, "\x1b"), 0u);
  EXPECT_GE(times(page, "&lt;script&gt;alert(1)"), 5u);
  EXPECT_TRUE(is_utf8(page) && is_utf8(tuning_markdown(content)));
}

TEST(TuningPage, StaysSmallWhateverTheSearchWas) {
  Json document = tuning_fixture("two-objectives");
  const Json parameter = document["parameters"][0], trial = document["trials"][1];
  document["parameters"].clear();
  document["trials"].clear();
  for (int p = 0; p < 200; ++p) {
    document["parameters"].push_back(parameter);
    document["parameters"].back()["name"] = std::string(500, 'x') + std::to_string(p);
  }
  for (int t = 0; t < 5000; ++t) {
    document["trials"].push_back(trial);
    document["trials"].back()["trial"] = t;
    document["trials"].back()["rank"] = t;
    document["trials"].back()["reason"] = std::string(5000, 'y');
  }
  const TuningContent content = read_tuning(document, "t");
  const std::string page = tuning_page(content);
  EXPECT_LT(page.size(), 1'000'000u);
  EXPECT_NE(page.find("The table has the best 30 of 5000 trials, and the default."), std::string::npos);
  EXPECT_NE(page.find("Of 200 parameters the first 16 are shown."), std::string::npos);
}

TEST(TuningMarkdown, SaysTheSame) {
  const std::string text = tuning_markdown(one_objective());
  EXPECT_TRUE(text.starts_with("# Tuning found trial 2, which is better than the default: validation accuracy"))
      << text;
  EXPECT_NE(text.find("| Key | Default | Best |"), std::string::npos) << text;
  EXPECT_NE(text.find("| compile.optimizer.learning\\_rate | 0.001 | 0.0031 |"), std::string::npos) << text;
  EXPECT_NE(text.find("PED-ANOVA"), std::string::npos);
  EXPECT_EQ(text.find("{{"), std::string::npos);
}

TEST(TuningReportDocument, BeginsWithItsSchema) {
  const Json document = tuning_report_document(one_objective(), "r.html");
  EXPECT_EQ(document.begin().key(), "schema");
  EXPECT_EQ(document["schema"], "telar.report/1");
  EXPECT_EQ(document["study"]["changes"][0]["verdict"], "better");
  EXPECT_EQ(document["tuning"]["trials"], 6);
  EXPECT_EQ(document["tuning"]["ended"]["diverged"], 1);
  EXPECT_EQ(document["tuning"]["best"]["differences"][0]["best"], "0.0031");
  EXPECT_EQ(document["tuning"]["front"], Json::array({2}));
  EXPECT_TRUE(tuning_report_document(two_objectives(), "")["study"].is_null());
}

}  // namespace
}  // namespace telar
