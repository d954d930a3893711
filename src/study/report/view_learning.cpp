// The view's learning curves, learning rate and events.
#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <set>

#include "base/number_text.hpp"
#include "model/plan.hpp"
#include "study/report/sentences.hpp"
#include "study/report/view.hpp"
#include "study/stored_result.hpp"

namespace telar {

namespace {

constexpr std::size_t kMostQuantities = 6;
constexpr std::size_t kMostShownEvents = 60;

/// Which of `n` points are shown.
std::vector<std::size_t> shown_points(std::size_t n) {
  const std::size_t step = n / kMostShownPoints + 1;
  std::vector<std::size_t> points;
  for (std::size_t i = 0; i < n; i += step) points.push_back(i);
  if (n > 0 && points.back() != n - 1) points.push_back(n - 1);
  return points;
}

const LearningCurve* curve_of(const RecipeRuns& recipe, const std::string& quantity) {
  const auto found = std::ranges::find(recipe.curves, quantity, &LearningCurve::quantity);
  return found == recipe.curves.end() ? nullptr : &*found;
}

Json curve_series(const LearningCurve& curve, const std::string& name, std::size_t color, bool dashed) {
  Json points = Json::array();
  for (const std::size_t i : shown_points(curve.points.size())) {
    const CurvePoint& p = curve.points[i];
    points.push_back(Json::array({p.epoch, json_number(p.mean), json_number(p.low), json_number(p.high)}));
  }
  return Json{{"name", name}, {"color", color % kReportColors}, {"dashed", dashed}, {"points", std::move(points)}};
}

/// The epochs that any of the curves shows, as rows, and the curves as columns.
Json curve_table(const std::string& caption, const std::vector<std::pair<std::string, const LearningCurve*>>& columns) {
  std::vector<std::string> heads{"Epoch"};
  std::set<int> epochs;
  for (const auto& [name, curve] : columns) {
    heads.push_back(name);
    for (const std::size_t i : shown_points(curve->points.size())) epochs.insert(curve->points[i].epoch);
  }
  Json rows = Json::array();
  for (const int epoch : epochs) {
    Json cells = Json::array();
    for (const auto& [name, curve] : columns) {
      const auto point = std::ranges::find(curve->points, epoch, &CurvePoint::epoch);
      cells.push_back(view_cell(point == curve->points.end() ? "–" : fmt::format("{:.4g}", point->mean), "n"));
    }
    rows.push_back(view_row(std::to_string(epoch), std::move(cells)));
  }
  return view_table(caption, std::move(heads), std::move(rows));
}

/// "accuracy", "loss", then the others by name, without val_ and learning_rate.
std::vector<std::string> quantities_of(const ReportContent& content) {
  std::vector<std::string> names{"accuracy", "loss"};
  std::set<std::string> seen;
  for (const RecipeRuns& recipe : content.recipes)
    for (const LearningCurve& curve : recipe.curves)
      seen.insert(curve.quantity.starts_with("val_") ? curve.quantity.substr(4) : curve.quantity);
  std::erase_if(names, [&seen](const std::string& name) { return !seen.contains(name); });
  for (const std::string& name : seen)
    if (name != "accuracy" && name != "loss" && name != "learning_rate") names.push_back(name);
  if (names.size() > kMostQuantities) names.resize(kMostQuantities);
  return names;
}

Json curve_figure(const ReportContent& content, const std::string& quantity, Figures& figures) {
  Json series = Json::array();
  std::vector<std::pair<std::string, const LearningCurve*>> columns;
  for (std::size_t r = 0; r < content.recipes.size(); ++r) {
    const RecipeRuns& recipe = content.recipes[r];
    for (const bool training : {true, false}) {
      const LearningCurve* curve = curve_of(recipe, (training ? "" : "val_") + quantity);
      if (!curve) continue;
      const std::string set = training ? "training" : "validation";
      const std::string name = content.recipes.size() > 1 ? shown(recipe.name) + ", " + set : set;
      series.push_back(curve_series(*curve, name, r, training));
      columns.emplace_back(name, curve);
    }
  }
  const std::string title = capitalized(shown(quantity_words(quantity)));
  return figures.add(title, "", fmt::format("Line chart: {} from epoch to epoch. The table has its numbers.", title),
                     curve_table(title + " by epoch", columns),
                     Json{{"kind", "curves"},
                          {"y", title},
                          {"share", is_share(quantity)},
                          {"log", false},
                          {"stepped", false},
                          {"series", std::move(series)}});
}

/// The learning rate as it was logged, else as the optimiser has it, of the recipe's first epochs.
LearningCurve rate_of(const RecipeRuns& recipe) {
  if (const LearningCurve* logged = curve_of(recipe, "learning_rate")) return *logged;
  std::size_t epochs = 0;
  for (const TrainResult& run : recipe.runs) epochs = std::max(epochs, run.history.epochs.size());
  const LearningRate& rate = learning_rate_of(recipe.recipe.compile.optimizer);
  const Json& samples = json_at(recipe.environment, {"data", "train", "samples"});
  LearningCurve curve{"learning_rate", {}};
  if (rate.schedule() && !samples.is_number_unsigned()) return curve;
  const auto batches =
      rate.schedule() ? (samples.get<std::int64_t>() + recipe.recipe.fit.batch_size - 1) / recipe.recipe.fit.batch_size
                      : 0;
  const std::int64_t steps =
      recipe.recipe.fit.steps_per_epoch.value_or(static_cast<int>(std::min<std::int64_t>(batches, 1 << 30)));
  for (std::size_t e = 0; e < epochs; ++e) {
    const double at = rate.at(static_cast<std::int64_t>(e) * steps);
    curve.points.push_back({static_cast<int>(e) + 1, at, at, at});
  }
  return curve;
}

Json rate_figure(const ReportContent& content, Figures& figures) {
  Json series = Json::array();
  std::vector<LearningCurve> curves;
  for (const RecipeRuns& recipe : content.recipes) curves.push_back(rate_of(recipe));
  std::vector<std::pair<std::string, const LearningCurve*>> columns;
  double low = INFINITY, high = 0;
  for (std::size_t r = 0; r < curves.size(); ++r) {
    if (curves[r].points.empty()) continue;
    const std::string name = shown(content.recipes[r].name);
    series.push_back(curve_series(curves[r], name, r, false));
    columns.emplace_back(name, &curves[r]);
    for (const CurvePoint& p : curves[r].points) low = std::min(low, p.low), high = std::max(high, p.high);
  }
  if (series.empty()) return nullptr;
  return figures.add("Learning rate", "As it was during the epoch, or at its beginning where a schedule decides.",
                     "Line chart: the learning rate from epoch to epoch. The table has its numbers.",
                     curve_table("Learning rate by epoch", columns),
                     Json{{"kind", "curves"},
                          {"y", "Learning rate"},
                          {"share", false},
                          {"log", low > 0 && high > 5 * low},
                          {"stepped", true},
                          {"series", std::move(series)}});
}

}  // namespace

Json view_learning(const ReportContent& content, Figures& figures) {
  const std::vector<std::string> quantities = quantities_of(content);
  if (quantities.empty()) return nullptr;
  Json list = Json::array();
  for (const std::string& quantity : quantities) list.push_back(curve_figure(content, quantity, figures));
  if (Json rate = rate_figure(content, figures); !rate.is_null()) list.push_back(std::move(rate));

  Json rows = Json::array();
  std::size_t all = 0;
  for (std::size_t r = 0; r < content.recipes.size(); ++r)
    for (const TrainingEvent& event : content.recipes[r].events) {
      if (++all > kMostShownEvents) continue;
      rows.push_back(view_row(shown(content.recipes[r].name),
                              Json::array({view_cell(std::to_string(event.seed), "n"),
                                           view_cell(std::to_string(event.epoch), "n"), view_cell(shown(event.what))}),
                              static_cast<int>(r)));
    }
  Json view{{"figures", std::move(list)}};
  view["band"] = std::ranges::any_of(content.recipes, [](const RecipeRuns& recipe) { return recipe.runs.size() > 1; });
  view["events"] = nullptr;
  if (all > 0)
    view["events"] =
        Json{{"table", view_table("What happened when", {"Recipe", "Seed", "Epoch", "Event"}, std::move(rows))},
             {"more", all > kMostShownEvents ? Json(counted(all - kMostShownEvents, "more event")) : Json(false)}};
  return view;
}

}  // namespace telar
