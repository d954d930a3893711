#include "study/report/judged_study.hpp"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <string_view>

#include <telar/error.hpp>

#include "study/report/sentences.hpp"
#include "study/report/told.hpp"
#include "study/report/view.hpp"
#include "study/stored_result.hpp"

namespace telar {

namespace {

constexpr std::size_t kMostChanges = 1000;
constexpr std::size_t kMostStudyRuns = 10'000;
constexpr std::size_t kMostReasons = 100;
constexpr std::string_view kVerdicts[] = {"better", "worse", "equivalent", "undecided"};

void add_runs(const Json& recipe, std::vector<std::filesystem::path>& runs) {
  const Json& list = json_at(recipe, {"runs"});
  if (!list.is_array()) return;
  for (const Json& run : list)
    if (const std::string folder = told_text(run, "run_dir"); !folder.empty() && runs.size() < kMostStudyRuns)
      runs.emplace_back(folder);
}

JudgedReasons read_reasons(const Json& document) {
  constexpr std::string_view kFindings[] = {"consistent", "contradicted", "open", "not_tested"};
  JudgedReasons reasons;
  reasons.remedy = shown_sentence(told_text(document, "remedy_words"));
  const auto each = [&document](const char* key, const auto& take) {
    const Json& list = json_at(document, {key});
    for (std::size_t i = 0; list.is_array() && i < std::min(list.size(), kMostReasons); ++i) take(list[i]);
  };
  each("mechanisms", [&](const Json& one) {
    const std::string finding = told_text(one, "finding");
    if (std::ranges::find(kFindings, finding) == std::end(kFindings)) return;
    reasons.mechanisms.push_back({finding, shown_sentence(told_text(one, "words"))});
  });
  each("measures", [&](const Json& one) {
    const std::string words = told_text(one, "words");
    if (words.empty()) return;
    reasons.measures.push_back({shown(words), told_number(one, "baseline"), told_number(one, "change"),
                                told_number(one, "delta"), told_interval(one, "interval")});
  });
  return reasons;
}

JudgedChange read_change(const Json& document) {
  JudgedChange change;
  change.recipe = shown(told_text(document, "recipe"));
  change.verdict = told_text(document, "verdict");
  change.delta = told_number(document, "delta");
  change.interval = told_interval(document, "interval");
  change.p = told_number(document, "p");
  change.seeds = told_count(document, "seeds").value_or(0);
  change.seeds_needed = told_count(document, "seeds_needed");
  if (const Json& watchers = json_at(document, {"watches_validation"}); watchers.is_array())
    for (const Json& watcher : watchers)
      if (watcher.is_string()) change.watchers.push_back(shown(watcher.get<std::string>()));
  const Json& test = json_at(document, {"test"});
  if (const double delta = told_number(test, "delta"); std::isfinite(delta)) change.test_delta = delta;
  change.test_interval = told_interval(test, "interval");
  change.reasons = read_reasons(json_at(document, {"why"}));
  if (const double mean = told_number(document, "mean"); std::isfinite(mean)) change.mean = mean;
  return change;
}

}  // namespace

JudgedStudy read_study(const Json& document, const std::string& where) {
  const auto refuse = [&where](const std::string& what) {
    return Error(ErrorCode::data, where, what, "name a folder or a document that `telar compare` left");
  };
  if (told_text(document, "schema") != "telar.compare/1") throw refuse("not a telar.compare/1");
  const Json& changes = json_at(document, {"changes"});
  if (!changes.is_array() || changes.size() > kMostChanges) throw refuse("the study has no list of changes");
  JudgedStudy study;
  study.baseline = shown(told_text(document, "baseline"));
  if (const std::string metric = told_text(document, "metric"); !metric.empty()) study.metric = shown(metric);
  if (const double band = told_number(document, "band"); std::isfinite(band)) study.band = band;
  study.earlier_readings = told_count(json_at(document, {"test_readings"}), "comparisons");
  const Json& baseline = json_at(document, {"baseline_runs"});
  if (const double mean = told_number(baseline, "mean"); std::isfinite(mean)) study.baseline_mean = mean;
  add_runs(baseline, study.runs);
  for (const Json& one : changes) {
    if (!one.is_object()) throw refuse("a change of the study is no table");
    study.changes.push_back(read_change(one));
    if (std::ranges::find(kVerdicts, study.changes.back().verdict) == std::end(kVerdicts))
      throw refuse("a change of the study has no verdict that is known");
    add_runs(one, study.runs);
  }
  return study;
}

std::vector<std::string> notices_of(const JudgedStudy& study) {
  std::vector<std::string> notices;
  for (const JudgedChange& change : study.changes) {
    if (change.watchers.empty()) continue;
    std::string names;
    for (const std::string& watcher : change.watchers) names += (names.empty() ? "" : ", ") + watcher;
    std::string notice = fmt::format("{} looks at validation data while it trains ({}), so that its {} flatters it.",
                                     change.recipe, names, quantity_words(study.metric));
    if (change.test_delta)
      notice +=
          fmt::format(" On the test set the difference is {}.", difference_text(*change.test_delta, study.metric));
    notices.push_back(std::move(notice));
  }
  if (study.earlier_readings && *study.earlier_readings > 1)
    notices.push_back(fmt::format("{} comparisons have read this test set: the more, the less a reading of it says.",
                                  *study.earlier_readings));
  return notices;
}

}  // namespace telar
