// The engine's updates, step by step, for given gradients.
#include <cmath>
#include <gtest/gtest.h>

#include "golden/golden.hpp"
#include "model/plan.hpp"
#include "support/engine.hpp"
#include "support/small_program.hpp"

namespace telar::golden {
namespace {

std::optional<Optimizer> optimizer_of(const Json& c) {
  if (c.at("name") == "SGD")
    if (const auto s = settings<SGD>(c.at("args"))) return *s;
  if (c.at("name") == "Adam")
    if (const auto s = settings<Adam>(c.at("args"))) return *s;
  return std::nullopt;
}

/// A kernel (3, 2) and a bias (2) whose gradients are what the batch says. A kernel's gradient is in^T . delta: with
/// the unit matrix as `in` it is delta. A bias' is the sum of delta over the rows: only the first row has one. What the
/// operation needs besides, a kernel for the bias, gets zeros.
class Updates {
 public:
  Updates(const Optimizer& optimizer, std::vector<float> kernel, const std::vector<float>& bias)
      : optimizer_(optimizer), engine_(program(optimizer)) {
    kernel.insert(kernel.end(), {0, 0});
    kernel.insert(kernel.end(), bias.begin(), bias.end());
    engine_.set_weights(kernel);
  }

  void step(const std::vector<float>& kernel, const std::vector<float>& bias) {
    EngineBatch batch;
    batch.columns = kColumns;
    batch.samples.resize(kRows * kColumns);
    for (std::size_t r = 0; r < kRows; ++r) {
      float* row = &batch.samples[r * kColumns];
      row[r] = 1;
      for (std::size_t o = 0; o < 2; ++o) row[compute::kPanel + o] = kernel[r * 2 + o];
      for (std::size_t o = 0; o < 2; ++o) row[2 * compute::kPanel + o] = r == 0 ? bias[o] : 0;
    }
    const float rate = static_cast<float>(std::visit([](const auto& o) { return o.learning_rate; }, optimizer_));
    engine_.run(compute::Phase::predict, batch, 0, update_rate(optimizer_, rate, ++t_));
  }

  [[nodiscard]] std::vector<float> kernel() const { return part(0, 6); }
  [[nodiscard]] std::vector<float> bias() const { return part(8, 2); }

 private:
  static constexpr int kRows = 3;
  static constexpr int kColumns = 4 * compute::kPanel;  // in, delta of the kernel, delta of the bias, zeros

  static compute::Program program(const Optimizer& optimizer) {
    using namespace compute;
    SmallProgram p(kRows);
    const Kernel kernel = p.kernel(3, 2), dummy = p.kernel(1, 2);
    const Vector bias = p.vector(2);
    p.update_by(update_rule(optimizer));
    const Matrix batch = p.matrix(kColumns);
    const auto panel = [&batch](std::size_t i, int columns) {
      return Matrix{batch.at + i * kPanel, columns, batch.stride};
    };
    return p.finish(Phase::predict,
                    {GatherOp{batch}, DenseUpdateOp{panel(0, 3), panel(1, 2), kernel, {}, {}},
                     DenseUpdateOp{panel(3, 1), panel(2, 2), dummy, {}, bias}},
                    batch);
  }
  [[nodiscard]] std::vector<float> part(std::size_t from, std::size_t count) const {
    const std::vector<float> w = engine_.weights();
    return {w.begin() + from, w.begin() + from + count};
  }

  Optimizer optimizer_;
  Engine engine_;
  std::int64_t t_ = 0;
};

void expect_close(const std::vector<float>& ours, const std::vector<float>& keras) {
  ASSERT_EQ(ours.size(), keras.size());
  for (std::size_t i = 0; i < ours.size(); ++i)
    EXPECT_NEAR(ours[i], keras[i], 2e-7 + 1e-6 * std::abs(keras[i])) << "weight " << i;
}

TEST(Golden, OptimizersStepAsKeras) {
  TELAR_NEEDS_GOLDEN("optimizers");
  TELAR_NEEDS_GOLDEN("optimizer_inputs");
  NotCovered not_covered("optimizers");
  const Json& inputs = values().at("optimizer_inputs");
  for (const Json& c : values().at("optimizers")) {
    const std::string name = c.at("name").get<std::string>() + " " + c.at("args").dump();
    SCOPED_TRACE(name);
    const auto optimizer = optimizer_of(c);
    if (!optimizer) {
      not_covered.add(name);
      continue;
    }
    Updates updates(*optimizer, floats(inputs.at("w0")), floats(inputs.at("b0")));
    for (std::size_t t = 0; t < c.at("trace").size(); ++t) {
      SCOPED_TRACE("step " + std::to_string(t + 1));
      updates.step(floats(inputs.at("grads")[t][0]), floats(inputs.at("grads")[t][1]));
      expect_close(updates.kernel(), floats(c.at("trace")[t][0]));
      expect_close(updates.bias(), floats(c.at("trace")[t][1]));
    }
  }
}

}  // namespace
}  // namespace telar::golden
