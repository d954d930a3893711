// The view's layers side by side: dead units, steps and gradients.
#include <algorithm>
#include <cmath>
#include <fmt/format.h>

#include "base/number_text.hpp"
#include "study/report/layer_spread.hpp"
#include "study/report/sentences.hpp"
#include "study/report/view.hpp"

namespace telar {

namespace {

/// Rows of a chart; of more layers the first ones are drawn, and all are in the table.
constexpr std::size_t kMostDrawnLayers = 24;
/// Of a tenth of dead units on, a layer is ill.
constexpr double kIll = 0.1;
/// Steps of a thousandth of the weights are a rule of thumb of Stanford's CS231n.
constexpr double kUsualUpdateRatio = 1e-3;

/// A number of layers, and how it is told.
struct LayerQuantity {
  const char *title, *note;
  SeedSpread LayerSpread::*spread;
  bool share;                         ///< else it is drawn on a logarithmic axis
  double mark;                        ///< a line to compare with; NaN: none
  bool (*tells)(const LayerSpread&);  ///< whether a layer has its row
};

bool has_zeros(const LayerSpread& layer) { return layer.zeros.high > 0; }
bool has_kernel(const LayerSpread& layer) { return std::isfinite(layer.update_ratio.mean); }

const LayerQuantity kQuantities[] = {
    {"Dead units", "Units that are 0 for every sample looked at, of layers that have zeros at all.", &LayerSpread::dead,
     true, NAN, has_zeros},
    {"Steps beside weights",
     "How far a step moves a kernel at the end of the training, as a share of the kernel. Dashed: 0.001, a rule of "
     "thumb.",
     &LayerSpread::update_ratio, false, kUsualUpdateRatio, has_kernel},
    {"Gradients",
     "Norm of each kernel's gradient at the end of the training. What vanishes towards the first layer does not "
     "teach it.",
     &LayerSpread::gradient_norm, false, NAN, has_kernel}};

std::string health_text(double value, bool share) {
  if (!std::isfinite(value)) return "–";
  return share ? fmt::format("{:.1f} %", 100 * value) : fmt::format("{:.3g}", value);
}

/// The layers of all recipes that have a row of it, in the order of the networks.
std::vector<std::string> rows_of(const ReportContent& content, const LayerQuantity& quantity) {
  std::vector<std::string> order, shown_rows;
  for (const RecipeRuns& recipe : content.recipes) {
    std::vector<std::string> names;
    for (const LayerSpread& layer : recipe.layers) names.push_back(layer.layer);
    merge_names(order, names);
  }
  for (const std::string& name : order)
    for (const RecipeRuns& recipe : content.recipes) {
      const auto layer = std::ranges::find(recipe.layers, name, &LayerSpread::layer);
      if (layer == recipe.layers.end() || !quantity.tells(*layer)) continue;
      shown_rows.push_back(name);
      break;
    }
  return shown_rows;
}

Json layers_figure(const ReportContent& content, const LayerQuantity& quantity, Figures& figures) {
  const std::vector<std::string> names = rows_of(content, quantity);
  if (names.empty()) return nullptr;
  Json series = Json::array(), rows = Json::array();
  bool any = false;
  for (std::size_t r = 0; r < content.recipes.size(); ++r) {
    const RecipeRuns& recipe = content.recipes[r];
    Json points = Json::array();
    for (std::size_t i = 0; i < std::min(names.size(), kMostDrawnLayers); ++i) {
      const auto layer = std::ranges::find(recipe.layers, names[i], &LayerSpread::layer);
      if (layer == recipe.layers.end()) continue;
      const SeedSpread& spread = (*layer).*quantity.spread;
      // A logarithmic axis has no place for 0.
      if (std::isfinite(spread.mean) && (quantity.share || spread.low > 0))
        points.push_back(Json::array({i, json_number(spread.mean), json_number(spread.low), json_number(spread.high)}));
    }
    any = any || !points.empty();
    series.push_back(Json{{"name", shown(recipe.name)}, {"color", r % kReportColors}, {"points", std::move(points)}});
  }
  if (!any) return nullptr;
  for (const std::string& name : names)
    for (std::size_t r = 0; r < content.recipes.size(); ++r) {
      const RecipeRuns& recipe = content.recipes[r];
      const auto layer = std::ranges::find(recipe.layers, name, &LayerSpread::layer);
      if (layer == recipe.layers.end()) continue;
      const SeedSpread& spread = (*layer).*quantity.spread;
      const auto cell = [&](double value) {
        return view_cell(health_text(value, quantity.share), quantity.share && value >= kIll ? "n worse" : "n");
      };
      rows.push_back(view_row(
          name, Json::array({view_cell(shown(recipe.name)), cell(spread.mean), cell(spread.low), cell(spread.high)}),
          static_cast<int>(r)));
    }
  std::string note = quantity.note;
  if (names.size() > kMostDrawnLayers)
    note += fmt::format(" The chart has the first {} of {} layers.", kMostDrawnLayers, names.size());
  Json list = Json::array();
  for (std::size_t i = 0; i < std::min(names.size(), kMostDrawnLayers); ++i) list.push_back(names[i]);
  return figures.add(quantity.title, note,
                     fmt::format("Dot chart: {} of each layer. The table has its numbers.", quantity.title),
                     view_table(fmt::format("{} by layer", quantity.title),
                                {"Layer", "Recipe", "Mean", "Lowest seed", "Highest seed"}, std::move(rows)),
                     Json{{"kind", "layers"},
                          {"rows", std::move(list)},
                          {"share", quantity.share},
                          {"mark", json_number(quantity.mark)},
                          {"series", std::move(series)}});
}

}  // namespace

Json view_layers(const ReportContent& content, Figures& figures) {
  Json list = Json::array();
  for (const LayerQuantity& quantity : kQuantities)
    if (Json figure = layers_figure(content, quantity, figures); !figure.is_null()) list.push_back(std::move(figure));
  if (list.empty()) return nullptr;
  const bool measured = std::ranges::any_of(
      content.recipes, [](const RecipeRuns& recipe) { return std::ranges::any_of(recipe.layers, has_kernel); });
  return Json{{"figures", std::move(list)},
              {"note", measured ? "Points are means over the seeds, and their lines reach from the lowest seed to the "
                                  "highest, where telar compare has measured them."
                                : "Of one seed each. How large steps and gradients are, telar compare measures."}};
}

}  // namespace telar
