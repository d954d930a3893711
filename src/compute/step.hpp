// What a step takes and what it returns.
#pragma once

#include <cstddef>
#include <cstdint>

#include "compute/update_rule.hpp"

namespace telar::compute {

/// One batch. Row i of the batch is sample index[i] of the data; exactly one of bytes and floats is set, and one of
/// labels and targets in train and evaluate.
struct StepInput {
  int rows = 0;  ///< 1 .. max_rows
  const std::uint32_t* index = nullptr;
  std::size_t upcoming = 0;  ///< indices after those of this batch, whose samples will be used next
  const std::uint8_t* bytes = nullptr;
  const float* floats = nullptr;
  std::size_t sample_size = 0;  ///< numbers from one sample to the next
  const std::int32_t* labels = nullptr;
  const float* targets = nullptr;           ///< (samples, output columns)
  const float* weights = nullptr;           ///< of the samples; null: all 1
  std::uint64_t step = 0;                   ///< counts from 0: addresses dropout
  float rate = 0;                           ///< of the UpdateRule: learning rate, for Adam with its bias correction
  float decay = 0;                          ///< of the UpdateRule: every weight first loses this share of itself
  float gradient_rate = 0, correction = 1;  ///< of the UpdateRule, for nadam and rules that direct
  float adam_decay = 0;                     ///< rate is gradient_rate, decay this one, where muon steps as Adam
  /// Of a rule that accumulates: the first gradient of a sum and those after it are only added; the last one is too,
  /// then the sum over `accumulated` is the gradient of a step.
  enum class Accumulation : std::uint8_t { none, first, more, last } accumulation = Accumulation::none;
  float accumulated = 1;
  float average_keep = 0;   ///< of a rule that averages
  bool overwrites = false;  ///< of a rule that averages: the average becomes the weight
};

struct StepResult {
  double loss = 0;     ///< reduced over the batch, with penalties; 0 in predict
  double penalty = 0;  ///< those on weights and on the batch's activities
  bool finite = true;  ///< false: the step was cut short before any weight changed
};

/// Only adds gradients up: no weight moves.
[[nodiscard]] constexpr bool only_accumulates(const StepInput& input) noexcept {
  return input.accumulation == StepInput::Accumulation::first || input.accumulation == StepInput::Accumulation::more;
}

/// The rule and its numbers where muon steps as Adam (UpdateOp::by_adam).
inline void step_as_adam(UpdateRule& rule, StepInput& input) noexcept {
  rule.kind = UpdateRule::Kind::adam;
  input.rate = input.gradient_rate;
  input.decay = input.adam_decay;
}

}  // namespace telar::compute
