// From a Model to the Program that runs it.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <telar/losses.hpp>
#include <telar/optimizers.hpp>

#include "compute/program.hpp"
#include "model/model.hpp"

namespace telar {

/// Muon's iteration: X = a X + (b A + c A A) X, A = X X^T, `steps` times; then X rms_rate sqrt(max(rows, columns)), or
/// X itself if rms_rate is 0.
struct NewtonSchulz {
  float a = 0, b = 0, c = 0, rms_rate = 0;
  int steps = 0;
};

struct PlanOptions {
  int max_rows = 32;                                     ///< of a batch; shorter batches run in the same buffers
  std::optional<Loss> loss{};                            ///< gives the program its evaluate step
  std::optional<compute::UpdateRule> rule{};             ///< with a loss: gives it its train step
  bool bfloat16 = false;                                 ///< products on operands rounded to bfloat16
  bool outputs = false;                                  ///< train and evaluate leave the outputs, as predict does
  std::vector<std::string> exclude_from_weight_decay{};  ///< as in <telar/optimizers.hpp>
  float clip_norm = 0;                        ///< of a rule that waits: largest norm of a variable's gradient; 0: any
  bool clips_all = false;                     ///< or of all gradients together
  NewtonSchulz newton_schulz{};               ///< of Muon
  std::vector<std::string> exclude_layers{};  ///< of Muon, as in <telar/tensor_optimizers.hpp>
};

/// Lays the model out in an arena and lowers it. The weights are not copied: Executable::write_weights does that.
[[nodiscard]] compute::Program plan(const Model& model, const PlanOptions& options);

/// Whether `name` is the variable's path, its layer's name or its own: "dense_1/kernel", "dense_1", "kernel". A
/// Residual's name is that of all its layers.
[[nodiscard]] bool is_called(const Variable& variable, std::string_view name) noexcept;

[[nodiscard]] const LearningRate& learning_rate_of(const Optimizer& optimizer) noexcept;
[[nodiscard]] const std::vector<std::string>& excluded_from_weight_decay(const Optimizer& optimizer) noexcept;

/// The rule of an optimiser.
[[nodiscard]] compute::UpdateRule update_rule(const Optimizer& optimizer);
/// What of the optimiser the plan needs: rule, exclusions, norms.
void set_optimizer(PlanOptions& options, const Optimizer& optimizer);
/// What the rule needs to know of step t = 1, 2, ...: learning rate and bias corrections, where the powers are those of
/// the float32 betas, the share of itself that a weight loses, whether gradients are only added up.
void set_update(compute::StepInput& input, const Optimizer& optimizer, float learning_rate, std::int64_t t) noexcept;

/// How many of `wanted` threads a step of this program can use: below some 4 MFLOP a thread, barriers cost more than
/// they give.
[[nodiscard]] int useful_threads(const compute::Program& program, int wanted) noexcept;

}  // namespace telar
