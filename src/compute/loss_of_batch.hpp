// From the losses of the rows to the loss of the batch.
#pragma once

#include "compute/program.hpp"

namespace telar::compute {

/// What the weighted losses of the rows are divided by.
[[nodiscard]] inline double loss_divisor(const StepInput& input, CrossEntropyOp::Reduction reduction) noexcept {
  using Reduction = CrossEntropyOp::Reduction;
  if (reduction == Reduction::sum) return 1;
  if (reduction == Reduction::mean || input.weights == nullptr) return static_cast<double>(input.rows);
  double sum = 0;
  for (int r = 0; r < input.rows; ++r) sum += static_cast<double>(input.weights[input.index[r]]);
  return sum;
}

/// Rows in order, in double: the number of threads and the instruction set do not show.
template <class T>
[[nodiscard]] double loss_of_batch(const T* row_loss, const StepInput& input,
                                   CrossEntropyOp::Reduction reduction) noexcept {
  double sum = 0;
  for (int r = 0; r < input.rows; ++r) sum += static_cast<double>(row_loss[r]);
  return sum / loss_divisor(input, reduction);
}

}  // namespace telar::compute
