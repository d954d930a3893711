// BatchNormalization: outputs of three training steps, the moving statistics they leave, and inference with these.
#include <algorithm>
#include <cmath>
#include <gtest/gtest.h>

#include "golden/golden.hpp"
#include "support/engine.hpp"
#include "support/small_program.hpp"

namespace telar::golden {
namespace {

void expect_near_keras(const std::vector<float>& ours, const std::vector<float>& keras) {
  ASSERT_EQ(ours.size(), keras.size());
  for (std::size_t i = 0; i < ours.size(); ++i)
    EXPECT_NEAR(ours[i], keras[i], 1e-6 * std::max(1.0f, std::abs(keras[i]))) << "element " << i;
}

/// The layer alone, with Keras's defaults. Variables: gamma, beta, moving mean, moving variance.
compute::Program program(int rows, int columns, bool training) {
  using namespace compute;
  SmallProgram p(rows);
  const Vector gamma = p.vector(columns), beta = p.vector(columns), mean = p.vector(columns),
               variance = p.vector(columns);
  const Matrix in = p.matrix(columns), out = p.matrix(columns);
  const BatchNormalization defaults;
  return p.finish(Phase::predict,
                  {GatherOp{in}, BatchNormOp{in,
                                             out,
                                             gamma,
                                             beta,
                                             mean,
                                             variance,
                                             {},
                                             {},
                                             static_cast<float>(defaults.momentum),
                                             static_cast<float>(defaults.epsilon),
                                             training}},
                  out);
}

std::vector<float> join(const std::vector<std::vector<float>>& parts) {
  std::vector<float> all;
  for (const auto& part : parts) all.insert(all.end(), part.begin(), part.end());
  return all;
}

TEST(Golden, BatchNormalizationIsKerass) {
  TELAR_NEEDS_GOLDEN("batchnorm");
  const Json& c = values().at("batchnorm");
  const int rows = c.at("shape")[0].get<int>(), columns = c.at("shape")[1].get<int>();
  const std::vector<float> zeros(static_cast<std::size_t>(columns), 0), ones(static_cast<std::size_t>(columns), 1);

  Engine training(program(rows, columns, true));
  training.set_weights(join({floats(c.at("gamma")), floats(c.at("beta")), zeros, ones}));
  EngineBatch batch{columns, {}, {}, {}, {}};
  for (std::size_t step = 0; step < c.at("scales").size(); ++step) {
    SCOPED_TRACE("training step " + std::to_string(step + 1));
    batch.samples = floats(c.at("x"));
    for (float& x : batch.samples) x *= c.at("scales")[step].get<float>();
    training.run(compute::Phase::predict, batch);
    expect_near_keras(training.output(), floats(c.at("train_out")[step]));
  }
  const std::vector<float> after = training.weights();
  expect_near_keras(after, join({floats(c.at("gamma")), floats(c.at("beta")), floats(c.at("moving_mean")),
                                 floats(c.at("moving_var"))}));

  Engine inference(program(rows, columns, false));
  inference.set_weights(after);
  batch.samples = floats(c.at("x"));
  inference.run(compute::Phase::predict, batch);
  expect_near_keras(inference.output(), floats(c.at("infer_out")));
}

}  // namespace
}  // namespace telar::golden
