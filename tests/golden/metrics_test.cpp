// Accuracy, through evaluate.
#include <gtest/gtest.h>

#include <telar/sequential.hpp>

#include "golden/golden.hpp"

namespace telar::golden {
namespace {

TEST(Golden, AccuracyIsKerass) {
  TELAR_NEEDS_GOLDEN("metrics");
  TELAR_NEEDS_GOLDEN("loss_inputs");
  NotCovered not_covered("metrics");
  const Json& inputs = values().at("loss_inputs");
  const int classes = inputs.at("shape").at(1).get<int>();
  const auto labels = inputs.at("labels").get<std::vector<std::int32_t>>();
  for (const Json& c : values().at("metrics")) {
    const std::string name = c.at("cls").get<std::string>();
    const bool weighted = c.at("weighted").get<bool>(), sparse = name == "SparseCategoricalAccuracy";
    if (weighted || !(sparse || name == "CategoricalAccuracy")) {
      not_covered.add(name + (weighted ? " weighted" : ""));
      continue;
    }
    SCOPED_TRACE(name);
    Sequential model(Input{classes}, {ActivationLayer{}});
    Loss loss = SparseCategoricalCrossentropy{};
    Dataset data = from_arrays({classes}, floats(inputs.at(c.at("y_pred").get<std::string>())), labels, classes);
    if (!sparse) {
      loss = CategoricalCrossentropy{};
      data = to_categorical(data);
    }
    model.compile({.loss = loss, .metrics = {Accuracy{}}});
    // Four rows, then two: as the values were made.
    EXPECT_NEAR(model.evaluate(data, {.batch_size = 4})["accuracy"].value, number(c.at("value")[0]), 1e-6);
  }
}

}  // namespace
}  // namespace telar::golden
