// The view's verdicts and scores.
#include <cmath>
#include <fmt/format.h>
#include <iterator>

#include "study/report/sentences.hpp"
#include "study/report/view.hpp"

namespace telar {

namespace {

Json forest_row(const std::string& name, std::size_t color, double value, double low, double high) {
  return Json{{"name", shown(name)},
              {"color", color % kReportColors},
              {"value", json_number(value)},
              {"low", json_number(low)},
              {"high", json_number(high)}};
}

std::string mean_and_deviation(const Summary* summary, const std::string& quantity) {
  if (!summary) return "–";
  std::string mean = value_text(summary->mean, quantity);
  if (summary->n < 2 || !std::isfinite(summary->sd)) return mean;
  return is_share(quantity) ? fmt::format("{} ± {:.2f}", mean, 100 * summary->sd)
                            : fmt::format("{} ± {:.4f}", mean, summary->sd);
}

double mean_seconds(const RecipeRuns& recipe) {
  double seconds = 0, epochs = 0;
  for (const TrainResult& run : recipe.runs)
    for (const double s : run.history.epoch_seconds)
      if (std::isfinite(s)) seconds += s, ++epochs;
  return seconds / epochs;
}

}  // namespace

Json view_verdicts(const ReportContent& content, Figures& figures) {
  if (!content.study) return nullptr;
  const JudgedStudy& study = *content.study;
  Json changes = Json::array(), rows = Json::array(), forest = Json::array();
  const std::vector<std::string> sentences = verdict_sentences(study);
  for (std::size_t i = 0; i < study.changes.size(); ++i) {
    const JudgedChange& change = study.changes[i];
    const std::string interval = difference_interval_text(change.interval.low, change.interval.high, study.metric);
    changes.push_back(Json{
        {"verdict", change.verdict},
        {"sentence", sentences[i]},
        {"interval", interval},
        {"p", std::isfinite(change.p) ? fmt::format("{:.2g}", change.p) : "–"},
        {"seeds", change.seeds},
        {"needed", change.seeds_needed ? Json(*change.seeds_needed) : Json(false)},
        {"test", change.test_delta
                     ? Json(difference_text(*change.test_delta, study.metric) + ", " +
                            difference_interval_text(change.test_interval.low, change.test_interval.high, study.metric))
                     : Json(false)}});
    rows.push_back(
        view_row(shown(change.recipe),
                 Json::array({view_cell(change.verdict), view_cell(difference_text(change.delta, study.metric), "n"),
                              view_cell(interval, "n"), view_cell(std::to_string(change.seeds), "n")})));
    // The recipes' own colours; the first one is the baseline's.
    forest.push_back(forest_row(change.recipe, i + 1, change.delta, change.interval.low, change.interval.high));
  }
  const std::string title = fmt::format("Difference to {} in {}", shown(study.baseline), quantity_words(study.metric));
  const std::string note =
      study.band
          ? fmt::format(
                "Mean and 95 % interval over pairs of seeds. Within the grey band, ± {}, a difference counts as none.",
                is_share(study.metric) ? fmt::format("{:.2g} points", 100 * *study.band)
                                       : value_text(*study.band, study.metric))
          : std::string("Mean and 95 % interval over pairs of seeds.");
  Json chart{{"kind", "forest"}, {"share", is_share(study.metric)}, {"difference", true}, {"rows", std::move(forest)}};
  chart["band"] = study.band ? json_number(*study.band) : Json(nullptr);
  return Json{
      {"baseline", shown(study.baseline)},
      {"changes", std::move(changes)},
      {"figure",
       figures.add(title, note, "Forest plot: a point and an interval for each change. The table has its numbers.",
                   view_table(title, {"Change", "Verdict", "Difference", "95 % interval", "Seeds"}, std::move(rows)),
                   std::move(chart))}};
}

Json view_scores(const ReportContent& content, Figures& figures) {
  if (content.recipes.empty()) return nullptr;
  const std::string quantity = main_quantity(content);
  Json rows = Json::array(), forest_rows = Json::array(), forest = Json::array();
  for (std::size_t r = 0; r < content.recipes.size(); ++r) {
    const RecipeRuns& recipe = content.recipes[r];
    const auto color = static_cast<int>(r);
    const Summary* epochs = summary_of(recipe, "epochs_run");
    Json cells = Json::array({view_cell(std::to_string(recipe.runs.size()), "n")});
    for (const std::string& shown_quantity :
         {std::string("test.accuracy"), std::string("test.loss"), std::string("validation.accuracy"),
          std::string("test.expected_calibration_error")})
      cells.push_back(view_cell(mean_and_deviation(summary_of(recipe, shown_quantity), shown_quantity), "n"));
    cells.push_back(view_cell(epochs ? fmt::format("{:.3g}", epochs->mean) : "–", "n"));
    const double seconds = mean_seconds(recipe);
    cells.push_back(view_cell(std::isfinite(seconds) ? fmt::format("{:.2f} s", seconds) : "–", "n"));
    rows.push_back(view_row(shown(recipe.name), std::move(cells), color));

    const Summary* score = summary_of(recipe, quantity);
    if (!score || !std::isfinite(score->mean)) continue;
    const Interval interval = possible_interval(interval_of(recipe, quantity), quantity);
    forest.push_back(forest_row(recipe.name, r, score->mean, interval.low, interval.high));
    forest_rows.push_back(view_row(shown(recipe.name),
                                   Json::array({view_cell(value_text(score->mean, quantity), "n"),
                                                view_cell(interval_text(interval.low, interval.high, quantity), "n"),
                                                view_cell(std::to_string(score->n), "n")}),
                                   color));
  }
  Json view{{"table", view_table("Scores of each recipe",
                                 {"Recipe", "Seeds", "Test accuracy", "Test loss", "Validation accuracy",
                                  "Calibration error", "Epochs", "Per epoch"},
                                 std::move(rows))}};
  view["several_seeds"] = false;
  for (const RecipeRuns& recipe : content.recipes)
    if (recipe.runs.size() > 1) view["several_seeds"] = true;

  const std::string title = capitalized(quantity_words(quantity));
  view["figure"] = nullptr;
  if (!forest.empty())
    view["figure"] = figures.add(
        title,
        "Mean and 95 % interval: over the seeds where there are several, else over other samples of the same kind.",
        "Forest plot: a point and an interval for each recipe. The table has its numbers.",
        view_table(title, {"Recipe", "Mean", "95 % interval", "Seeds"}, std::move(forest_rows)),
        Json{{"kind", "forest"},
             {"share", is_share(quantity)},
             {"difference", false},
             {"band", nullptr},
             {"rows", std::move(forest)}});

  Json pairs = Json::array();
  for (std::size_t i = 0; i < content.differences.size(); ++i) {
    const Difference& difference = content.differences[i];
    const Summary& paired = difference.paired;
    if (paired.n == 0) continue;
    pairs.push_back(view_row(
        shown(difference.recipe),
        Json::array(
            {view_cell(quantity_words(difference.quantity)),
             view_cell(difference_text(paired.mean, difference.quantity), "n"),
             view_cell(difference_interval_text(paired.interval.low, paired.interval.high, difference.quantity), "n"),
             view_cell(std::to_string(paired.n), "n")}),
        static_cast<int>(i) + 1));
  }
  view["pairs"] = nullptr;
  if (!pairs.empty()) {
    const std::string caption =
        fmt::format("Difference to {}, in pairs of the same seed", shown(content.recipes.front().name));
    view["pairs"] = Json{
        {"title", caption},
        {"table", view_table(caption, {"Recipe", "Quantity", "Mean", "95 % interval", "Pairs"}, std::move(pairs))}};
  }
  return view;
}

}  // namespace telar
