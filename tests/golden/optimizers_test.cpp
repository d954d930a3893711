// The engine's updates, step by step, for given gradients.
#include <cmath>
#include <gtest/gtest.h>

#include "golden/golden.hpp"
#include "model/plan.hpp"
#include "model/waiting_updates.hpp"
#include "support/engine.hpp"
#include "support/small_program.hpp"

namespace telar::golden {
namespace {

template <class... A>
std::optional<Optimizer> optimizer_of(const Json& c, const std::variant<A...>*) {
  std::optional<Optimizer> found;
  const auto try_one = [&]<class T>(T) {
    if (c.at("name") == std::string(type_name<T>))
      if (const auto s = settings<T>(c.at("args"))) found = *s;
  };
  (try_one(A{}), ...);
  return found;
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
    engine_.fresh_slots();
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
    const float rate = static_cast<float>(learning_rate_of(optimizer_).at(t_));
    compute::StepInput input;
    set_update(input, optimizer_, rate, ++t_);
    engine_.run(compute::Phase::predict, batch, 0, input);
  }

  /// The moving averages of both, one after the other.
  [[nodiscard]] std::vector<float> averages() const {
    const std::vector<float> all = engine_.slot(update_rule(optimizer_).average_slot());
    std::vector<float> both(all.begin(), all.begin() + 6);
    both.insert(both.end(), all.begin() + 8, all.begin() + 10);
    return both;
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
    const UpdateRule rule = update_rule(optimizer);
    p.update_by(rule);
    std::vector<Op> later;
    if (rule.waits) {
      PlanOptions options;
      set_optimizer(options, optimizer);
      WaitingVariable of_kernel{kernel}, of_bias{{bias.at, 1, bias.size}};
      of_bias.is_vector = true;
      of_bias.by_adam = rule.kind == UpdateRule::Kind::muon;
      of_kernel.by_adam = of_bias.by_adam && !options.exclude_layers.empty();
      add_waiting_updates(later, {of_kernel, of_bias}, options, p.slot_stride(),
                          [&p](std::size_t floats) { return p.saved_vector(static_cast<int>(floats)).at; });
    }
    const Matrix batch = p.matrix(kColumns);
    const auto panel = [&batch](std::size_t i, int columns) {
      return Matrix{batch.at + i * kPanel, columns, batch.stride};
    };
    std::vector<Op> ops{GatherOp{batch}, DenseUpdateOp{panel(0, 3), panel(1, 2), kernel, {}, {}},
                        DenseUpdateOp{panel(3, 1), panel(2, 2), dummy, {}, bias}};
    ops.insert(ops.end(), later.begin(), later.end());
    return p.finish(Phase::predict, std::move(ops), batch);
  }
  [[nodiscard]] std::vector<float> part(std::size_t from, std::size_t count) const {
    const std::vector<float> w = engine_.weights();
    return {w.begin() + from, w.begin() + from + count};
  }

  Optimizer optimizer_;
  Engine engine_;
  std::int64_t t_ = 0;
};

void expect_same_weights(const std::vector<float>& ours, const std::vector<float>& keras) {
  ASSERT_EQ(ours.size(), keras.size());
  for (std::size_t i = 0; i < ours.size(); ++i)
    EXPECT_NEAR(ours[i], keras[i], 2e-7 + 1e-6 * std::abs(keras[i])) << "weight " << i;
}

TEST(Golden, OptimizersStepAsKeras) {
  TELAR_NEEDS_GOLDEN("optimizers");
  TELAR_NEEDS_GOLDEN("optimizer_inputs");
  NotCovered not_covered("optimizers");
  const Json& inputs = values().at("optimizer_inputs");
  Json cases = values().at("optimizers");
  cases.insert(cases.end(), rules().at("optimizers").begin(), rules().at("optimizers").end());
  for (const Json& c : cases) {
    const std::string name = c.at("name").get<std::string>() + " " + c.at("args").dump();
    SCOPED_TRACE(name);
    const auto optimizer = optimizer_of(c, static_cast<const Optimizer*>(nullptr));
    if (!optimizer) {
      not_covered.add(name);
      continue;
    }
    Updates updates(*optimizer, floats(inputs.at("w0")), floats(inputs.at("b0")));
    for (std::size_t t = 0; t < c.at("trace").size(); ++t) {
      SCOPED_TRACE("step " + std::to_string(t + 1));
      updates.step(floats(inputs.at("grads")[t][0]), floats(inputs.at("grads")[t][1]));
      expect_same_weights(updates.kernel(), floats(c.at("trace")[t][0]));
      expect_same_weights(updates.bias(), floats(c.at("trace")[t][1]));
    }
    if (c.contains("after_finalize")) expect_same_weights(updates.averages(), floats(c.at("after_finalize")));
  }
}

}  // namespace
}  // namespace telar::golden
