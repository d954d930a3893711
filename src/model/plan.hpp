// From a Model to the Program that runs it.
#pragma once

#include <optional>

#include <telar/losses.hpp>
#include <telar/optimizers.hpp>

#include "compute/program.hpp"
#include "model/model.hpp"

namespace telar {

struct PlanOptions {
  int max_rows = 32;                          ///< of a batch; shorter batches run in the same buffers
  std::optional<Loss> loss{};                 ///< gives the program its evaluate step
  std::optional<compute::UpdateRule> rule{};  ///< with a loss: gives it its train step
};

/// Lays the model out in an arena and lowers it. The weights are not copied: Executable::write_weights does that.
[[nodiscard]] compute::Program plan(const Model& model, const PlanOptions& options);

/// The rule of an optimiser. Its step input `rate` is update_rate.
[[nodiscard]] compute::UpdateRule update_rule(const Optimizer& optimizer);
/// Learning rate and bias correction in one number for step t = 1, 2, ...: Adam's powers are those of the float32
/// betas.
[[nodiscard]] float update_rate(const Optimizer& optimizer, float learning_rate, std::int64_t t) noexcept;

/// How many of `wanted` threads a step of this program can use: below some 4 MFLOP a thread, barriers cost more than
/// they give.
[[nodiscard]] int useful_threads(const compute::Program& program, int wanted) noexcept;

}  // namespace telar
