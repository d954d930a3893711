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
