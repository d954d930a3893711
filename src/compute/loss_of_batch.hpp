// From the losses of the rows to the loss of the batch.
#pragma once

#include "compute/program.hpp"

namespace telar::compute {

/// Whether a row's label is not the ignored one. `ignored` -1: all count.
[[nodiscard]] inline bool counts(const StepInput& input, int row, std::int32_t ignored) noexcept {
  return ignored < 0 || input.labels[input.index[row]] != ignored;
}

/// The number of rows that count, or the sum of their weights.
[[nodiscard]] inline double loss_share(const StepInput& input, LossReduction reduction, std::int32_t ignored) noexcept {
  const bool weighted = reduction == LossReduction::weighted_mean && input.weights != nullptr;
  if (!weighted && ignored < 0) return static_cast<double>(input.rows);
  double sum = 0;
  for (int r = 0; r < input.rows; ++r)
    if (counts(input, r, ignored)) sum += weighted ? static_cast<double>(input.weights[input.index[r]]) : 1.0;
  return sum;
}

/// What the weighted losses of the rows are divided by; 1 where no row counts, since their sum is then 0.
[[nodiscard]] inline double loss_divisor(const StepInput& input, LossReduction reduction,
                                         std::int32_t ignored) noexcept {
  const double share = reduction == LossReduction::sum ? 1 : loss_share(input, reduction, ignored);
  return share == 0 ? 1 : share;
}

/// Sums over a batch whose rows have theirs at `rows` (OverlapOp), in order, and what its loss counts as: the sum of
/// the weights, or 1 where nothing weighs a sum.
struct BatchOverlap {
  double both = 0, outputs = 0, targets = 0, weights = 0;
};
template <class T>
[[nodiscard]] BatchOverlap overlap_of_batch(const LossOp& op, const StepInput& input, const T* rows) noexcept {
  BatchOverlap sums;
  for (std::size_t r = 0; r < static_cast<std::size_t>(input.rows); ++r) {
    sums.both += static_cast<double>(rows[r]);
    sums.outputs += static_cast<double>(rows[op.batch_rows + r]);
    sums.targets += static_cast<double>(rows[2 * op.batch_rows + r]);
    sums.weights += input.weights != nullptr ? static_cast<double>(input.weights[input.index[r]]) : 1.0;
  }
  if (op.reduction == LossReduction::sum && input.weights == nullptr) sums.weights = 1;
  return sums;
}
/// Of the batch's loss, what each row has: all of it, but where a sum of rows without weights must give it once.
[[nodiscard]] inline float share_of_batch(const LossOp& op, const StepInput& input) noexcept {
  return op.reduction == LossReduction::sum && input.weights == nullptr ? 1.0f / static_cast<float>(input.rows) : 1.0f;
}

/// Rows in order, in double: the number of threads and the instruction set do not show.
template <class T>
[[nodiscard]] double loss_of_batch(const T* row_loss, const StepInput& input, LossReduction reduction,
                                   std::int32_t ignored) noexcept {
  double sum = 0;
  for (int r = 0; r < input.rows; ++r) sum += static_cast<double>(row_loss[r]);
  return sum / loss_divisor(input, reduction, ignored);
}

/// All that PenaltyOps and ActivityOps have found, added in order.
template <class T>
[[nodiscard]] double penalty_of_batch(const Program& program, const T* arena, int rows) noexcept {
  double penalty = 0;
  for (std::size_t i = 0; i < program.penalty_count; ++i) penalty += static_cast<double>(arena[program.penalties + i]);
  for (const std::size_t at : program.row_penalties) {
    double sum = 0;
    for (std::size_t r = 0; r < static_cast<std::size_t>(rows); ++r) sum += static_cast<double>(arena[at + r]);
    penalty += sum / rows;
  }
  return penalty;
}

}  // namespace telar::compute
