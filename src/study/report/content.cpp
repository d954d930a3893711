#include "study/report/content.hpp"

#include <algorithm>

namespace telar {

std::string main_quantity(const ReportContent& content) {
  const bool any =
      std::ranges::any_of(content.recipes, [](const RecipeRuns& r) { return summary_of(r, "test.accuracy"); });
  return any ? "test.accuracy" : "test.loss";
}

const Summary* summary_of(const RecipeRuns& recipe, const std::string& quantity) {
  const auto found = std::ranges::find(recipe.summary, quantity, &std::pair<std::string, Summary>::first);
  return found == recipe.summary.end() ? nullptr : &found->second;
}

const Estimate* reading_of(const TrainResult& run, const std::string& quantity) {
  const std::size_t point = quantity.find('.');
  const std::optional<Score>& score = quantity.starts_with("test.") ? run.test : run.validation;
  if (!score || point == std::string::npos) return nullptr;
  const std::string metric = quantity.substr(point + 1);
  if (metric == "loss") return &score->loss;
  const auto found = std::ranges::find(score->metrics, metric, &std::pair<std::string, Estimate>::first);
  return found == score->metrics.end() ? nullptr : &found->second;
}

Interval interval_of(const RecipeRuns& recipe, const std::string& quantity) {
  const Summary* summary = summary_of(recipe, quantity);
  if (summary && summary->n > 1) return summary->interval;
  for (const TrainResult& run : recipe.runs)
    if (const Estimate* reading = reading_of(run, quantity)) return {reading->low, reading->high};
  return summarize({}).interval;
}

}  // namespace telar
