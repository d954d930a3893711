// The engine's losses: by row, reduced, weighted.
#include <cmath>
#include <gtest/gtest.h>
#include <type_traits>

#include "golden/golden.hpp"
#include "model/plan.hpp"
#include "support/engine.hpp"

namespace telar::golden {
namespace {

/// Keras's reduction "none" gives the losses of the rows; telar has them below the reduction.
struct LossCase {
  Loss loss;
  bool by_row = false;
};

std::optional<LossCase> loss_case(const Json& c) {
  Json args = c.at("args");
  const bool by_row = c.at("reduction") == "none";
  if (!by_row) args["reduction"] = c.at("reduction");
  std::optional<LossCase> result;
  const auto take = [&](auto loss) {
    if (c.at("cls") != type_name<decltype(loss)>) return;
    if (const auto read = settings<decltype(loss)>(args)) result = LossCase{*read, by_row};
  };
  // One of every alternative.
  [&]<class... L>(std::type_identity<std::variant<L...>>) { (take(L{}), ...); }(std::type_identity<Loss>());
  return result;
}

EngineBatch batch_of(const Json& c) {
  const Json& inputs = values().at("loss_inputs");
  EngineBatch batch;
  batch.columns = inputs.at("shape").at(1).get<int>();
  batch.samples = floats(inputs.at(c.at("y_pred").get<std::string>()));
  if (c.at("y_true") == "labels")
    batch.labels = inputs.at("labels").get<std::vector<std::int32_t>>();
  else
    batch.targets = floats(inputs.at(c.at("y_true").get<std::string>()));
  if (c.at("weighted").get<bool>()) batch.weights = floats(inputs.at("sample_weight"));
  return batch;
}

TEST(Golden, LossesAreKerass) {
  TELAR_NEEDS_GOLDEN("losses");
  TELAR_NEEDS_GOLDEN("loss_inputs");
  NotCovered not_covered("losses");
  Json cases = values().at("losses");
  cases.insert(cases.end(), vocabulary().at("losses").begin(), vocabulary().at("losses").end());
  for (const Json& c : cases) {
    const std::string name = c.at("cls").get<std::string>() + " " + c.at("args").dump();
    SCOPED_TRACE(name + " " + c.at("reduction").get<std::string>() +
                 (c.at("weighted").get<bool>() ? ", weighted" : ""));
    const auto known = loss_case(c);
    if (!known) {
      not_covered.add(name);
      continue;
    }
    const EngineBatch batch = batch_of(c);
    const Model model(Input{batch.columns}, {ActivationLayer{}}, 0);
    PlanOptions options;
    options.max_rows = batch.rows();
    options.loss = known->loss;
    Engine engine(plan(model, options));
    const double loss = engine.run(compute::Phase::evaluate, batch).loss;

    const std::vector<float> keras = floats(c.at("value"));
    const std::vector<float> ours = known->by_row ? engine.row_losses() : std::vector{static_cast<float>(loss)};
    ASSERT_EQ(ours.size(), keras.size());
    for (std::size_t i = 0; i < keras.size(); ++i) EXPECT_NEAR(ours[i], keras[i], 1e-6 * std::abs(keras[i]));
  }
}

}  // namespace
}  // namespace telar::golden
