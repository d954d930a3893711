// A study as other programs read it.
#include <algorithm>

#include "study/tune/describe_search.hpp"
#include "study/tune/trial_journal.hpp"
#include "study/tune/tuning_study.hpp"

namespace telar {

namespace {

Json parameter_json(const TuningPlan& plan, const Tuning& tuning, std::size_t i) {
  const SearchParameter& parameter = plan.search.space()[i];
  Json json{{"name", parameter.name}, {"addresses", plan.search.addresses(i)}};
  if (const auto* range = std::get_if<FloatRange>(&parameter.values)) {
    json.update(Json{{"kind", "float"}, {"low", range->low}, {"high", range->high}, {"log", range->log}});
  } else if (const auto* whole = std::get_if<IntRange>(&parameter.values)) {
    const char* kind = plan.search.repeats(i) ? "repeat" : "int";
    json.update(Json{{"kind", kind}, {"low", whole->low}, {"high", whole->high}, {"log", whole->log}});
  } else {
    json.update(Json{{"kind", "choice"}, {"options", std::get<Choice>(parameter.values).options}});
  }
  if (!parameter.when.empty()) json["when"] = parameter.when;
  const bool known = i < tuning.importance.size() && tuning.importance[i];
  json["importance"] = known ? json_number(*tuning.importance[i]) : Json(nullptr);
  return json;
}

Json trials_json(const Tuning& tuning) {
  Json trials = Json::array();
  for (std::size_t i = 0; i < tuning.trials.size(); ++i) {
    Json trial = trial_document(tuning.trials[i]);
    trial["default"] = i == 0;
    const auto place = std::ranges::find(tuning.ranking, i);
    if (place == tuning.ranking.end()) {
      trial["estimate"] = nullptr;
      trial["rank"] = nullptr;
    } else {
      trial["estimate"] = tuning.trials[i].estimate;
      trial["rank"] = place - tuning.ranking.begin();
    }
    trial["front"] = std::ranges::find(tuning.front, i) != tuning.front.end();
    trials.push_back(std::move(trial));
  }
  return trials;
}

Json finalists_json(const std::vector<Finalist>& finalists) {
  Json list = Json::array();
  for (const Finalist& finalist : finalists) {
    Json runs = Json::array();
    for (const FinalistRun& run : finalist.runs)
      runs.push_back(Json{{"seed", run.seed}, {"value", json_number(run.value)}, {"run_dir", run.directory.string()}});
    const bool trained = !finalist.runs.empty();
    list.push_back(Json{{"trial", finalist.trial},
                        {"mean", trained ? json_number(finalist.summary.mean) : Json(nullptr)},
                        {"sd", trained ? json_number(finalist.summary.sd) : Json(nullptr)},
                        {"runs", std::move(runs)}});
  }
  return list;
}

Json best_json(const TuningStudy& study) {
  if (!study.best) return nullptr;
  Json differences = Json::array();
  for (const RecipeDifference& d : study.differences)
    differences.push_back(Json{{"key", d.address},
                               {"default", d.first ? Json(*d.first) : Json(nullptr)},
                               {"best", d.second ? Json(*d.second) : Json(nullptr)}});
  return Json{{"trial", *study.best},
              {"recipe_file", (study.directory / "best.toml").string()},
              {"differences", std::move(differences)}};
}

const char* how_it_ended(TuningStudy::Ended ended) {
  switch (ended) {
    case TuningStudy::Ended::budget:
      return "budget";
    case TuningStudy::Ended::space:
      return "space";
    case TuningStudy::Ended::trials:
      return "trials";
    case TuningStudy::Ended::interrupted:
      break;
  }
  return "interrupted";
}

}  // namespace

Json tuning_document(const TuningPlan& plan, const TuningStudy& study) {
  const Tuning& tuning = study.tuning;
  Json objectives = Json::array(), parameters = Json::array();
  for (std::size_t i = 0; i < study.objectives.size(); ++i)
    objectives.push_back(Json{{"name", study.objectives[i]}, {"more_is_better", i == 0 && study.more_is_better}});
  for (std::size_t i = 0; i < plan.search.space().size(); ++i) parameters.push_back(parameter_json(plan, tuning, i));
  return Json{{"schema", "telar.tune/1"},
              {"search", plan.search.base().file.string()},
              {"recipe", plan.search.base().name},
              {"seed", plan.search.base().seed},
              {"ended", how_it_ended(study.ended)},
              {"sampler", name_of(plan.search.settings().sampler)},
              {"eta", plan.search.settings().eta},
              {"objectives", std::move(objectives)},
              {"budget_seconds", plan.seconds ? Json(*plan.seconds) : Json(nullptr)},
              {"trials_asked", plan.trials ? Json(*plan.trials) : Json(nullptr)},
              {"seconds", study.seconds},
              {"search_seconds", tuning.seconds},
              {"cores", plan.workers},
              {"busy_share", json_number(tuning.busy_share)},
              {"overhead_share", json_number(tuning.overhead_share)},
              {"parameters", std::move(parameters)},
              {"rungs", study.rungs},
              {"trials", trials_json(tuning)},
              {"front", tuning.front},
              {"finalists", finalists_json(study.finalists)},
              {"best", best_json(study)},
              {"proof", study.proof ? comparison_document(*study.proof) : Json(nullptr)},
              {"problems", study.problems},
              {"study_dir", study.directory.string()}};
}

}  // namespace telar
