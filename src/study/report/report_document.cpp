// telar.report/1: what other programs read of a report.
#include <cmath>

#include "study/report/page.hpp"
#include "study/report/sentences.hpp"
#include "study/report/tuning_words.hpp"

namespace telar {

namespace {

Json interval_of_report(const Interval& interval) {
  return Json::array({json_number(interval.low), json_number(interval.high)});
}

Json summary_of_report(const Summary& summary) {
  return Json{{"mean", json_number(summary.mean)},
              {"sd", json_number(summary.sd)},
              {"interval", interval_of_report(summary.interval)},
              {"n", summary.n}};
}

Json study_of_report(const JudgedStudy& study) {
  Json changes = Json::array();
  for (const JudgedChange& change : study.changes) {
    Json one{{"recipe", change.recipe},
             {"verdict", change.verdict},
             {"delta", json_number(change.delta)},
             {"interval", interval_of_report(change.interval)},
             {"p", json_number(change.p)},
             {"seeds", change.seeds}};
    if (change.seeds_needed) one["seeds_needed"] = *change.seeds_needed;
    changes.push_back(std::move(one));
  }
  return Json{{"baseline", study.baseline}, {"metric", study.metric}, {"changes", std::move(changes)}};
}

Json network_of_report(const NetworkView& network) {
  if (!network.problem.empty()) return Json{{"problem", network.problem}};
  Json bins = Json::array(), mistakes = Json::array(), layers = Json::array();
  for (const CalibrationBin& bin : network.calibration)
    bins.push_back(Json{{"low", json_number(bin.low)},
                        {"high", json_number(bin.high)},
                        {"samples", bin.samples},
                        {"confidence", json_number(bin.confidence)},
                        {"accuracy", json_number(bin.accuracy)}});
  for (const Mistake& mistake : network.mistakes)
    mistakes.push_back(Json{{"sample", mistake.sample},
                            {"actual", mistake.actual},
                            {"predicted", mistake.predicted},
                            {"confidence", json_number(mistake.confidence)}});
  for (const LayerHealth& layer : network.layers)
    layers.push_back(Json{{"layer", layer.name},
                          {"type", layer.type},
                          {"parameters", layer.parameters},
                          {"weight_norm", json_number(layer.weight_norm)},
                          {"output_mean", json_number(layer.mean)},
                          {"output_sd", json_number(layer.sd)},
                          {"zeros", json_number(layer.zeros)},
                          {"units", layer.units},
                          {"dead_units", layer.dead}});
  return Json{{"seed", network.seed},
              {"samples", network.samples},
              {"wrong", network.wrong},
              {"expected_calibration_error", json_number(network.calibration_error)},
              {"calibration", std::move(bins)},
              {"mistakes", std::move(mistakes)},
              {"layer_samples", network.layer_samples},
              {"layers", std::move(layers)}};
}

Json layers_of_report(const std::vector<LayerSpread>& layers) {
  const auto spread = [](const SeedSpread& s) {
    if (std::isnan(s.mean)) return Json(nullptr);
    return Json{{"mean", json_number(s.mean)}, {"low", json_number(s.low)}, {"high", json_number(s.high)}};
  };
  Json list = Json::array();
  for (const LayerSpread& layer : layers)
    list.push_back(Json{{"layer", layer.layer},
                        {"zeros", spread(layer.zeros)},
                        {"dead_units", spread(layer.dead)},
                        {"update_ratio", spread(layer.update_ratio)},
                        {"gradient_norm", spread(layer.gradient_norm)}});
  return list;
}

Json recipe_of_report(const RecipeRuns& recipe) {
  Json runs = Json::array(), summary = Json::object(), events = Json::array();
  for (const TrainResult& run : recipe.runs)
    runs.push_back(Json{{"run_dir", run.run_dir.string()},
                        {"seed", run.seed},
                        {"ended", to_string(run.history.ended)},
                        {"weights_sha256", run.weights_sha256}});
  for (const auto& [name, value] : recipe.summary) summary[name] = summary_of_report(value);
  for (const TrainingEvent& event : recipe.events)
    events.push_back(Json{{"seed", event.seed}, {"epoch", event.epoch}, {"event", event.what}});
  return Json{{"recipe", recipe.name},
              {"recipe_sha256", recipe.hash},
              {"runs", std::move(runs)},
              {"summary", std::move(summary)},
              {"events", std::move(events)},
              {"warnings", recipe.warnings},
              {"network", network_of_report(recipe.network)},
              {"layer_health", layers_of_report(recipe.layers)}};
}

Json tuning_of_report(const TuningContent& tuning) {
  Json objectives = Json::array(), importance = Json::object(), ends = Json::object(), finalists = Json::array(),
       front = Json::array(), differences = Json::array();
  for (const TuningContent::Objective& one : tuning.objectives)
    objectives.push_back(Json{{"name", one.name}, {"more_is_better", one.more_is_better}});
  for (const TuningContent::Parameter& one : tuning.parameters)
    importance[one.name] = one.importance ? json_number(*one.importance) : Json(nullptr);
  for (const TuningContent::Trial& one : tuning.trials) {
    if (!ends.contains(one.ended)) ends[one.ended] = ended_so(tuning, one.ended);
    if (one.front) front.push_back(one.number);
  }
  for (const TuningContent::Finalist& one : tuning.finalists)
    finalists.push_back(Json{{"trial", one.trial}, {"mean", json_number(one.mean)}, {"sd", json_number(one.sd)}});
  Json best(nullptr);
  if (tuning.best) {
    for (const TuningContent::Difference& one : tuning.best->differences)
      differences.push_back(Json{{"key", one.key}, {"default", one.before}, {"best", one.after}});
    best = Json{{"trial", tuning.best->trial}, {"differences", std::move(differences)}};
  }
  return Json{{"objectives", std::move(objectives)},
              {"trials", tuning.trials.size()},
              {"ended", std::move(ends)},
              {"best", std::move(best)},
              {"finalists", std::move(finalists)},
              {"importance", std::move(importance)},
              {"front", std::move(front)}};
}

}  // namespace

Json tuning_report_document(const TuningContent& content, const std::string& page) {
  return Json{{"schema", "telar.report/1"},
              {"file", page},
              {"headline", tuning_headline(content)},
              {"notices", content.notices},
              {"remarks", content.remarks},
              {"study", content.proof ? study_of_report(*content.proof) : Json(nullptr)},
              {"tuning", tuning_of_report(content)}};
}

Json report_document(const ReportContent& content, const std::string& page) {
  Json recipes = Json::array(), differences = Json::array();
  for (const RecipeRuns& recipe : content.recipes) recipes.push_back(recipe_of_report(recipe));
  for (const Difference& difference : content.differences) {
    Json lines = Json::array();
    for (const DiffLine& line : difference.lines)
      if (line.kind != DiffLine::Kind::same)
        lines.push_back((line.kind == DiffLine::Kind::added ? "+ " : "- ") + line.text);
    Json one{{"recipe", difference.recipe}, {"lines", std::move(lines)}};
    if (difference.paired.n > 0) one[difference.quantity] = summary_of_report(difference.paired);
    differences.push_back(std::move(one));
  }
  return Json{{"schema", "telar.report/1"},
              {"file", page},
              {"headline", headline(content)},
              {"notices", content.notices},
              {"study", content.study ? study_of_report(*content.study) : Json(nullptr)},
              {"recipes", std::move(recipes)},
              {"differences", std::move(differences)}};
}

}  // namespace telar
