// The layers of a report's recipes, side by side.
#include <cmath>
#include <gtest/gtest.h>

#include "study/report/layer_spread.hpp"
#include "study/report/page.hpp"
#include "study/report/view.hpp"

namespace telar {
namespace {

/// A network of two kernels whose first layer has `dead` of 20 units, and steps and gradients of this size.
Measures measured_layers(int dead, double size) {
  Measures m;
  m.kernels = {{"dense", 10 * size, size}, {"dense_1", 100 * size, 2 * size}};
  m.layers = {{"dense", "Dense", 100, 1, 0, 1, 0.5, 20, dead}, {"dense_1", "Dense", 50, 1, 0, 1, 0, 10, 0}};
  return m;
}

RecipeRuns recipe_with_layers(const std::string& name, const std::vector<Measures>& runs) {
  RecipeRuns recipe;
  recipe.name = name;
  recipe.network.problem = "its data are not here";
  recipe.runs.resize(1);
  recipe.layers = spread_of_layers(runs);
  return recipe;
}

ReportContent two_measured() {
  ReportContent content;
  content.recipes = {recipe_with_layers("baseline", {measured_layers(0, 0.001), measured_layers(4, 0.003)}),
                     recipe_with_layers("wider", {measured_layers(1, 0.002)})};
  return content;
}

TEST(LayerSpread, IsMeanAndEndsOverTheRuns) {
  const std::vector<LayerSpread> layers =
      spread_of_layers(std::vector{measured_layers(0, 0.001), measured_layers(4, 0.003)});
  ASSERT_EQ(layers.size(), 2u);
  EXPECT_EQ(layers[0].layer, "dense");
  EXPECT_DOUBLE_EQ(layers[0].dead.mean, 0.1);
  EXPECT_DOUBLE_EQ(layers[0].dead.high, 0.2);
  EXPECT_DOUBLE_EQ(layers[1].update_ratio.low, 0.002);
  EXPECT_DOUBLE_EQ(layers[1].gradient_norm.high, 0.3);
  EXPECT_TRUE(spread_of_layers({}).empty());
}

TEST(LayerSpread, HasNothingWhereNothingWasMeasured) {
  Measures odd = measured_layers(0, NAN);
  odd.layers[0].units = 0;
  const std::vector<LayerSpread> layers = spread_of_layers({&odd, 1});
  EXPECT_TRUE(std::isnan(layers[0].dead.mean));
  EXPECT_TRUE(std::isnan(layers[0].update_ratio.mean));
}

TEST(LayerNames, OfSeveralNetworksKeepTheirOrder) {
  std::vector<std::string> order{"dense", "dense_1", "dense_2"};
  merge_names(order, {"dense", "batch_normalization", "dense_1", "batch_normalization_1", "dense_2", "softmax"});
  EXPECT_EQ(order, (std::vector<std::string>{"dense", "batch_normalization", "dense_1", "batch_normalization_1",
                                             "dense_2", "softmax"}));
  merge_names(order, {"conv"});
  EXPECT_EQ(order.front(), "conv") << "what has no predecessor is first";
}

TEST(ReportLayers, AreChartsOfDeadUnitsStepsAndGradientsBesideTables) {
  const ReportContent content = two_measured();
  const Json view = view_report(content);
  std::vector<Json> charts;
  for (const Json& chart : view["charts"])
    if (chart["kind"] == "layers") charts.push_back(chart);
  ASSERT_EQ(charts.size(), 3u);
  EXPECT_EQ(charts[0]["rows"], Json::array({"dense"})) << "a layer without zeros has no dead units";
  EXPECT_EQ(charts[0]["series"][0]["points"][0], Json::array({0, 0.1, 0.0, 0.2}));
  EXPECT_EQ(charts[1]["rows"], Json::array({"dense", "dense_1"}));
  EXPECT_EQ(charts[1]["mark"], 0.001);
  EXPECT_EQ(charts[2]["series"][1]["name"], "wider");
  EXPECT_TRUE(charts[2]["mark"].is_null());

  const Json& table = view["networks"]["health"]["figures"][0]["table"];
  EXPECT_EQ(table["rows"][0]["cells"][3], view_cell("20.0 %", "n worse")) << "from a tenth on it is an ill layer";
  EXPECT_EQ(table["rows"][1]["cells"][1], view_cell("5.0 %", "n"));
  const std::string page = report_page(content), text = report_markdown(content);
  EXPECT_NE(page.find("<strong>Dead units</strong>"), std::string::npos);
  EXPECT_NE(text.find("### Steps beside weights"), std::string::npos);
  EXPECT_NE(text.find("| dense | wider | 5.0 % | 5.0 % | 5.0 % |"), std::string::npos) << text;
}

TEST(ReportLayers, HaveNoPlaceForZeroOnALogarithmicAxis) {
  ReportContent content;
  content.recipes = {recipe_with_layers("frozen", {measured_layers(0, 0)})};
  const Json view = view_report(content);
  for (const Json& chart : view["charts"]) EXPECT_TRUE(chart["kind"] != "layers" || chart["share"]);
}

TEST(ReportLayers, AreDrawnUpToANumberAndAllInTheTable) {
  Measures deep;
  for (int i = 0; i < 100; ++i) deep.kernels.push_back({"dense_" + std::to_string(i), 1, 1});
  ReportContent content;
  content.recipes = {recipe_with_layers("deep", {deep})};
  const Json figure = view_report(content)["networks"]["health"]["figures"][0];
  EXPECT_EQ(figure["table"]["rows"].size(), 100u);
  EXPECT_NE(figure["note"].get<std::string>().find("the first 24 of 100 layers"), std::string::npos);
}

TEST(ReportLayers, AreInTheDocument) {
  const Json layers = report_document(two_measured(), "r.html")["recipes"][0]["layer_health"];
  EXPECT_EQ(layers[0]["layer"], "dense");
  EXPECT_EQ(layers[0]["dead_units"]["high"], 0.2);
  Measures unmeasured;
  unmeasured.layers = measured_layers(0, 0).layers;
  ReportContent content;
  content.recipes = {recipe_with_layers("alone", {unmeasured})};
  EXPECT_TRUE(report_document(content, "")["recipes"][0]["layer_health"][0]["update_ratio"].is_null());
}

}  // namespace
}  // namespace telar
