// Metrics, added up over two batches as Keras's values were: rows 0 to 3, then 4 and 5.
#include "train/metrics.hpp"

#include <gtest/gtest.h>
#include <type_traits>

#include <telar/sequential.hpp>

#include "golden/golden.hpp"
#include "model/model.hpp"

namespace telar::golden {
namespace {

std::optional<Metric> metric_of(const Json& c) {
  std::optional<Metric> result;
  const auto take = [&](auto metric) {
    if (c.at("cls") != type_name<decltype(metric)>) return;
    if (const auto read = settings<decltype(metric)>(c.at("args"))) result = Metric{*read};
  };
  [&]<class... M>(std::type_identity<std::variant<M...>>) { (take(M{}), ...); }(std::type_identity<Metric>());
  return result;
}

TEST(Golden, MetricsAreKerass) {
  TELAR_NEEDS_GOLDEN("metrics");
  TELAR_NEEDS_GOLDEN("loss_inputs");
  NotCovered not_covered("metrics");
  const Json& inputs = values().at("loss_inputs");
  const std::size_t classes = inputs.at("shape").at(1).get<std::size_t>();
  const auto labels = inputs.at("labels").get<std::vector<std::int32_t>>();
  const std::vector<float> targets = floats(inputs.at("onehot")), weights = floats(inputs.at("sample_weight"));
  const Model model(Input{static_cast<int>(classes)}, {ActivationLayer{}}, 0);
  const Dataset data = to_categorical(
      from_arrays({static_cast<int>(classes)}, floats(inputs.at("prob")), labels, static_cast<int>(classes)));
  Json cases = values().at("metrics");
  cases.insert(cases.end(), vocabulary().at("metrics").begin(), vocabulary().at("metrics").end());
  const Dataset labelled = from_arrays({static_cast<int>(classes)}, floats(inputs.at("prob")), labels);
  for (const Json& c : cases) {
    const std::string name = c.at("cls").get<std::string>();
    const bool weighted = c.at("weighted").get<bool>();
    SCOPED_TRACE(name + (weighted ? ", weighted" : ""));
    const auto metric = metric_of(c);
    if (!metric) {
      not_covered.add(name);
      continue;
    }
    const std::vector<float> outputs = floats(inputs.at(c.at("y_pred").get<std::string>()));
    const std::vector<double> y(outputs.begin(), outputs.end()), t(targets.begin(), targets.end());
    const bool of_labels = c.at("y_true") == "labels" && c.at("cls").get<std::string>().ends_with("IoU");
    MetricSums sums({{*metric, name, weighted}}, model,
                    of_labels ? Loss{SparseCategoricalCrossentropy{}} : Loss{CategoricalCrossentropy{}},
                    of_labels ? labelled : data);
    for (std::size_t r = 0; r < labels.size(); ++r) {
      const double* row = y.data() + r * classes;
      sums.add({row, t.data() + r * classes, classes, labels[r],
                static_cast<int>(std::max_element(row, row + classes) - row),
                weighted ? static_cast<double>(weights[r]) : 1.0});
    }
    const double value = sums.estimates().front().second.value, keras = number(c.at("value")[0]);
    EXPECT_NEAR(value, keras, 1e-6 * std::max(1.0, std::abs(keras)));
  }
}

/// The whole way: a network, its batches and its score.
TEST(Golden, EvaluateMeasuresAsKerasDoes) {
  TELAR_NEEDS_GOLDEN("metrics");
  TELAR_NEEDS_GOLDEN("loss_inputs");
  const Json& inputs = values().at("loss_inputs");
  const int classes = inputs.at("shape").at(1).get<int>();
  const Dataset data =
      from_arrays({classes}, floats(inputs.at("prob")), inputs.at("labels").get<std::vector<std::int32_t>>(), classes);
  for (const Json& c : values().at("metrics")) {
    const auto metric = metric_of(c);
    if (!metric || c.at("weighted").get<bool>()) continue;
    SCOPED_TRACE(c.at("cls").get<std::string>());
    Sequential model(Input{classes}, {ActivationLayer{}});
    model.compile({.loss = SparseCategoricalCrossentropy{}, .metrics = {*metric}});
    EXPECT_NEAR(model.evaluate(data, {.batch_size = 4}).metrics.front().second.value, number(c.at("value")[0]), 1e-6);
  }
}

}  // namespace
}  // namespace telar::golden
