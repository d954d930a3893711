#include "cli/report_text.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/number_text.hpp"
#include "study/report/sentences.hpp"
#include "study/report/tuning_words.hpp"
#include "study/report/view.hpp"

namespace telar::cli {

namespace {

constexpr std::size_t kSparkColumns = 40;
constexpr std::size_t kNameColumns = 32;
constexpr std::size_t kMostTextTrials = 5;

/// The curve that shows best how a recipe was learned: as validated, else as trained.
const LearningCurve* curve_to_show(const RecipeRuns& recipe) {
  for (const char* quantity : {"val_accuracy", "accuracy", "val_loss", "loss"})
    for (const LearningCurve& curve : recipe.curves)
      if (curve.quantity == quantity) return &curve;
  return nullptr;
}

std::string verdict_text(const JudgedChange& change, const std::string& metric, const Style& style) {
  std::string verdict = fmt::format("{:<10}", change.verdict);
  if (change.verdict == "better") verdict = style.green(verdict);
  if (change.verdict == "worse") verdict = style.red(verdict);
  return fmt::format("  {}  {:<{}}  {}  {}\n", verdict, shown(change.recipe), kNameColumns,
                     difference_text(change.delta, metric),
                     style.dim(difference_interval_text(change.interval.low, change.interval.high, metric)));
}

std::string recipe_text(const RecipeRuns& recipe, const std::string& quantity, std::size_t name_columns,
                        const Style& style) {
  const Summary* score = summary_of(recipe, quantity);
  std::string text =
      fmt::format("  {:<{}}  {:>8}", shown(recipe.name), name_columns, counted(recipe.runs.size(), "seed"));
  text += "  " + (score ? style.bold(value_text(score->mean, quantity)) : std::string("no test score"));
  if (score && score->n > 1)
    text += style.dim(" ± " +
                      (is_share(quantity) ? fmt::format("{:.2f}", 100 * score->sd) : value_text(score->sd, quantity)));
  if (const LearningCurve* curve = curve_to_show(recipe)) {
    std::vector<double> values;
    for (const CurvePoint& point : curve->points) values.push_back(point.mean);
    text += "  " + style.dim(curve->quantity) + " " + style.blue(sparkline(values, kSparkColumns)) + " " +
            value_text(values.back(), curve->quantity);
  }
  return text + "\n";
}

}  // namespace

std::string sparkline(const std::vector<double>& values, std::size_t columns) {
  constexpr const char* kBars[] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
  double low = std::numeric_limits<double>::infinity(), high = -low;
  for (const double v : values)
    if (std::isfinite(v)) low = std::min(low, v), high = std::max(high, v);
  std::string text;
  const std::size_t shown_values = std::min(columns, values.size());
  for (std::size_t i = 0; i < shown_values; ++i) {
    const double v = values[shown_values == 1 ? values.size() - 1 : i * (values.size() - 1) / (shown_values - 1)];
    if (!std::isfinite(v)) {
      text += " ";
      continue;
    }
    text += kBars[high > low ? std::lround((v - low) / (high - low) * 7) : 3];
  }
  return text;
}

std::string report_text(const ReportContent& content, const Style& style) {
  std::string text = style.bold(shown(headline(content))) + "\n" + caution(content) + "\n";
  if (content.study && !content.study->changes.empty()) {
    text += "\n";
    for (const JudgedChange& change : content.study->changes)
      text += verdict_text(change, content.study->metric, style);
  }
  const std::string quantity = main_quantity(content);
  std::size_t name_columns = 0;
  for (const RecipeRuns& recipe : content.recipes) name_columns = std::max(name_columns, shown(recipe.name).size());
  if (!content.recipes.empty()) text += "\n" + style.dim("  " + quantity_words(quantity)) + "\n";
  for (const RecipeRuns& recipe : content.recipes)
    text += recipe_text(recipe, quantity, std::min(name_columns, kNameColumns), style);
  return text;
}

std::string tuning_text(const TuningContent& content, const Style& style) {
  std::string text = style.bold(tuning_headline(content)) + "\n" + tuning_caution(content) + "\n";
  if (content.best && !content.best->differences.empty()) {
    text += "\n";
    std::size_t columns = 0;
    for (const TuningContent::Difference& one : content.best->differences) columns = std::max(columns, one.key.size());
    for (const TuningContent::Difference& one : content.best->differences)
      text += fmt::format("  {:<{}}  {} → {}\n", one.key, columns, one.before, style.bold(one.after));
  }
  if (content.trials.empty()) return text;
  const std::string& objective = content.objectives.front().name;
  text += "\n" + style.dim("  " + objective_words(objective)) + "\n";
  for (std::size_t i = 0; i < std::min(content.trials.size(), kMostTextTrials); ++i) {
    const TuningContent::Trial& trial = content.trials[i];
    text += fmt::format("  {:<20}  {}  {}\n", trial_name(trial),
                        style.bold(objective_text(score_of(trial, 0), objective)), style.dim(trial.ended));
  }
  return text;
}

}  // namespace telar::cli
