// A comparison as other programs read it.
#include <algorithm>

#include "study/comparison.hpp"

namespace telar {

namespace {

Json interval_json(const Interval& interval) {
  return Json::array({json_number(interval.low), json_number(interval.high)});
}

Json optional_json(const std::optional<double>& value) { return value ? json_number(*value) : Json(nullptr); }

/// Mean and spread of what the runs of a recipe came to.
Json recipe_json(const ComparedRecipe& recipe) {
  std::vector<double> values;
  for (const ComparedRun& run : recipe.runs)
    if (run.value) values.push_back(*run.value);
  const Summary summary = summarize(values);
  Json runs = Json::array();
  for (const ComparedRun& run : recipe.runs)
    runs.push_back(Json{{"seed", run.seed},
                        {"ended", run.finished() ? Json(run.ended) : Json(nullptr)},
                        {"value", optional_json(run.value)},
                        {"test", optional_json(run.test)},
                        {"reused", run.reused},
                        {"run_dir", run.directory.string()}});
  return Json{{"file", recipe.file},
              {"mean", values.empty() ? Json(nullptr) : json_number(summary.mean)},
              {"sd", json_number(summary.sd)},
              {"failed", std::ranges::count_if(recipe.runs, &ComparedRun::failed)},
              {"watches_validation", recipe.watchers},
              {"runs", std::move(runs)}};
}

Json test_json(const TestComparison& test) {
  Json images = Json::array();
  for (const TestComparison::Images& one : test.images)
    images.push_back(
        Json{{"seed", one.seed}, {"gained", one.gained}, {"lost", one.lost}, {"p_mcnemar", json_number(one.p)}});
  return Json{{"delta", json_number(test.delta.mean)},
              {"sd", json_number(test.delta.sd)},
              {"interval", interval_json(test.delta.interval)},
              {"p", json_number(test.p)},
              {"seeds", test.delta.n},
              {"images", std::move(images)},
              {"p_images", test.images.empty() ? Json(nullptr) : json_number(test.p_images)}};
}

Json change_json(const Comparison& comparison, const Change& change) {
  const Judgement& j = change.judgement;
  const Summary delta = comparison.delta_of(change);
  Json document{{"recipe", change.recipe.name},
                {"verdict", to_string(j.verdict)},
                {"delta", delta.n > 0 ? json_number(delta.mean) : Json(nullptr)},
                {"interval", interval_json(delta.interval)},
                {"p", json_number(j.p)},
                {"seeds", delta.n},
                {"seeds_needed", change.seeds_needed ? Json(*change.seeds_needed) : Json(nullptr)},
                {"too_few_seeds", j.too_few_seeds},
                {"p_holm", json_number(j.p_holm)},
                {"p_equivalence", json_number(j.p_equivalence)},
                {"sign_flips_drawn", j.draws},
                {"delta_sd", json_number(delta.sd)},
                {"bootstrap_interval", change.bootstrap ? interval_json(*change.bootstrap) : Json(nullptr)},
                {"share_better", json_number(j.better.value)},
                {"share_better_interval", interval_json(j.better.interval)},
                {"test", change.test ? test_json(*change.test) : Json(nullptr)},
                {"why", change.why ? explanation_document(*change.why, comparison.baseline.name, comparison.metric)
                                   : Json(nullptr)}};
  Json differences = Json::array();
  for (const RecipeDifference& d : change.differences)
    differences.push_back(Json{{"key", d.address},
                               {"baseline", d.first ? Json(*d.first) : Json(nullptr)},
                               {"change", d.second ? Json(*d.second) : Json(nullptr)}});
  document["differences"] = std::move(differences);
  document.update(recipe_json(change.recipe));
  return document;
}

const char* how_it_ended(const Comparison& comparison) {
  if (comparison.interrupted) return "interrupted";
  const bool settled = std::ranges::none_of(comparison.changes,
                                            [](const Change& c) { return c.judgement.verdict == Verdict::undecided; });
  return settled ? "settled" : "undecided";
}

}  // namespace

Json comparison_document(const Comparison& comparison) {
  Json changes = Json::array();
  for (const Change& change : comparison.changes) changes.push_back(change_json(comparison, change));
  Json looks = Json::array();
  for (const Look& look : comparison.looks) looks.push_back(Json{{"seeds", look.seeds}, {"alpha_spent", look.spent}});
  Json document{{"schema", "telar.compare/1"},
                {"baseline", comparison.baseline.name},
                {"changes", std::move(changes)},
                {"metric", comparison.metric},
                {"more_is_better", comparison.more_is_better},
                {"band", json_number(comparison.band)},
                {"alpha", kAlpha},
                {"looks", std::move(looks)},
                {"looks_made", comparison.looks_made},
                {"fewest_seeds", fewest_seeds(static_cast<int>(comparison.changes.size()))},
                {"ended", how_it_ended(comparison)},
                {"baseline_runs", recipe_json(comparison.baseline)}};
  document["test_readings"] = comparison.readings ? Json{{"fresh_runs", comparison.fresh_readings},
                                                         {"comparisons", comparison.readings->comparisons},
                                                         {"runs", comparison.readings->runs}}
                                                  : Json(nullptr);
  document["problems"] = comparison.problems;
  document["study_dir"] = comparison.directory.string();
  return document;
}

}  // namespace telar
