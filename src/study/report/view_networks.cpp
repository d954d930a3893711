// The view's networks: the worst mistakes, calibration, layers.
#include <algorithm>
#include <cmath>
#include <fmt/format.h>

#include "base/base64.hpp"
#include "study/report/sentences.hpp"
#include "study/report/view.hpp"

namespace telar {

namespace {

/// So that many recipes' pictures still make a small page.
constexpr std::size_t kMostPictures = 96;

Json mistakes_view(const NetworkView& network, std::size_t most) {
  Json list = Json::array();
  for (std::size_t i = 0; i < std::min(most, network.mistakes.size()); ++i) {
    const Mistake& mistake = network.mistakes[i];
    list.push_back(
        Json{{"picture", mistake.png.empty() ? Json(false) : Json("data:image/png;base64," + base64(mistake.png))},
             {"actual", shown(mistake.actual)},
             {"predicted", shown(mistake.predicted)},
             {"confidence", value_text(mistake.confidence, "accuracy")},
             {"sample", mistake.sample}});
  }
  return list.empty() ? Json(nullptr) : Json{{"list", std::move(list)}};
}

Json layers_view(const NetworkView& network) {
  Json rows = Json::array();
  for (const LayerHealth& layer : network.layers) {
    const bool ill = layer.dead * 10 >= layer.units && layer.dead > 0;  // a tenth of the units
    rows.push_back(view_row(
        shown(layer.name),
        Json::array({view_cell(layer.type), view_cell(std::to_string(layer.parameters), "n"),
                     view_cell(std::isnan(layer.weight_norm) ? "–" : fmt::format("{:.2f}", layer.weight_norm), "n"),
                     view_cell(value_text(layer.mean, ""), "n"), view_cell(value_text(layer.sd, ""), "n"),
                     view_cell(fmt::format("{:.1f} %", 100 * layer.zeros), "n"),
                     view_cell(fmt::format("{} of {}", layer.dead, layer.units), ill ? "n worse" : "n")})));
  }
  if (rows.empty()) return nullptr;
  return Json{{"table", view_table("Layers on the test set",
                                   {"Layer", "Type", "Parameters", "Weight norm", "Output mean", "Output sd", "Zeros",
                                    "Dead units"},
                                   std::move(rows))}};
}

bool is_calibrated(const NetworkView& network) {
  return network.problem.empty() && std::isfinite(network.calibration_error) && !network.calibration.empty();
}

Json calibration_view(const ReportContent& content, Figures& figures) {
  Json series = Json::array(), rows = Json::array();
  std::string errors;
  for (std::size_t r = 0; r < content.recipes.size(); ++r) {
    const RecipeRuns& recipe = content.recipes[r];
    if (!is_calibrated(recipe.network)) continue;
    Json points = Json::array();
    for (const CalibrationBin& bin : recipe.network.calibration) {
      if (bin.samples == 0) continue;
      points.push_back(Json::array({json_number(bin.confidence), json_number(bin.accuracy), bin.samples}));
      rows.push_back(view_row(shown(recipe.name),
                              Json::array({view_cell(fmt::format("{:.2f} to {:.2f}", bin.low, bin.high), "n"),
                                           view_cell(std::to_string(bin.samples), "n"),
                                           view_cell(value_text(bin.confidence, "accuracy"), "n"),
                                           view_cell(value_text(bin.accuracy, "accuracy"), "n")}),
                              static_cast<int>(r)));
    }
    series.push_back(Json{{"name", shown(recipe.name)}, {"color", r % kReportColors}, {"points", std::move(points)}});
    errors += fmt::format("{}{} {:.2f} points", errors.empty() ? "" : ", ", shown(recipe.name),
                          100 * recipe.network.calibration_error);
  }
  if (series.empty()) return nullptr;
  return figures.add(
      "Calibration",
      fmt::format(
          "On the dashed line, a network that is 80 % sure is right 80 % of the time; below it, it claims too much. "
          "Expected calibration error: {}.",
          errors),
      "Reliability diagram: accuracy against confidence. The table has its numbers.",
      view_table("Calibration by confidence", {"Recipe", "Confidence", "Samples", "Mean confidence", "Accuracy"},
                 std::move(rows)),
      Json{{"kind", "calibration"}, {"series", std::move(series)}});
}

}  // namespace

Json view_networks(const ReportContent& content, Figures& figures) {
  if (content.recipes.empty()) return nullptr;
  const std::size_t most = std::max<std::size_t>(kMostPictures / content.recipes.size(), 1);
  Json list = Json::array();
  for (std::size_t r = 0; r < content.recipes.size(); ++r) {
    const RecipeRuns& recipe = content.recipes[r];
    const NetworkView& network = recipe.network;
    list.push_back(Json{{"name", shown(recipe.name)},
                        {"color", fmt::format("c{}", r % kReportColors)},
                        {"seed", network.seed},
                        {"problem", network.problem.empty() ? Json(false) : Json(shown(network.problem))},
                        {"wrong", network.wrong},
                        {"samples", network.samples},
                        {"layer_samples", network.layer_samples},
                        {"mistakes", mistakes_view(network, most)},
                        {"layers", layers_view(network)}});
  }
  Json calibration = calibration_view(content, figures);
  return Json{
      {"list", std::move(list)}, {"calibration", std::move(calibration)}, {"health", view_layers(content, figures)}};
}

}  // namespace telar
