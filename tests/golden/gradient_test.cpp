// Loss and gradients of one whole network in training mode.
#include <gtest/gtest.h>

#include "golden/end_to_end.hpp"
#include "model/plan.hpp"
#include "support/engine.hpp"

namespace telar::golden {
namespace {

TEST(Golden, GradientsAreKerass) {
  TELAR_NEEDS_GOLDEN("e2e_grad");
  TELAR_NEEDS_GOLDEN("e2e_init");
  TELAR_NEEDS_GOLDEN("e2e_data");
  const Json& c = values().at("e2e_grad");
  const Sequential reference = end_to_end_model();
  const Model model(reference.input(), reference.layers(), 0);
  EngineBatch batch{6,
                    floats(values().at("e2e_data").at("X")),
                    values().at("e2e_data").at("Y").get<std::vector<std::int32_t>>(),
                    {},
                    {}};
  PlanOptions options;
  options.max_rows = batch.rows();
  options.loss = SparseCategoricalCrossentropy{};
  options.rule = compute::UpdateRule{};  // keeps gradients, changes no weight
  Engine engine(plan(model, options));
  engine.set_weights({reference.get_weights().begin(), reference.get_weights().end()});

  EXPECT_NEAR(engine.run(compute::Phase::train, batch).loss, number(c.at("loss")), 1e-6);
  const std::vector<float> gradient = engine.slot(0);
  std::size_t next = 0;  // Keras lists trainable variables only
  for (const Variable& v : model.variables()) {
    if (!v.trainable) continue;
    SCOPED_TRACE(v.path + ", Keras's " + c.at("names")[next].get<std::string>());
    const std::vector<float> ours(gradient.begin() + v.offset, gradient.begin() + v.offset + v.size());
    EXPECT_LE(max_norm_error(ours, floats(c.at("grads")[next])), 2e-5);
    ++next;
  }
  EXPECT_EQ(next, c.at("grads").size());
}

}  // namespace
}  // namespace telar::golden
