// Samples on their way through a user's layer, in float for the kernels and in double for gradient checks.
#pragma once

#include <algorithm>
#include <type_traits>

#include "compute/program.hpp"

namespace telar::compute {

template <class T>
[[nodiscard]] const Custom::Passes<T>& passes_of(const UserLayer& layer) noexcept {
  if constexpr (std::is_same_v<T, double>)
    return layer.functions->double_precision;
  else
    return layer.functions->single_precision;
}

/// A row of CustomOp. `weights`: the layer's first.
template <class T>
void custom_forward(const CustomOp& op, const T* weights, const T* in, T* out) {
  const auto columns = static_cast<std::size_t>(op.out.columns);
  std::fill_n(out, columns, T(0));
  passes_of<T>(op.layer).forward({.inputs = {in, static_cast<std::size_t>(op.in.columns)},
                                  .weights = {weights, op.layer.places},
                                  .outputs = {out, columns},
                                  .training = op.training});
}

/// A row of CustomGradOp. `sums`: those of the first block.
template <class T>
void custom_backward(const CustomGradOp& op, std::size_t row, const T* weights, const T* in, const T* y, const T* delta,
                     T* out, T* sums) {
  const auto inputs = static_cast<std::size_t>(op.in.columns), outputs = static_cast<std::size_t>(op.y.columns);
  T* const block = sums + row / kRowBlock * op.layer.size;
  if (row % kRowBlock == 0) std::fill_n(block, op.layer.size, T(0));
  std::fill_n(out, inputs, T(0));
  passes_of<T>(op.layer).backward({.inputs = {in, inputs},
                                   .outputs = {y, outputs},
                                   .weights = {weights, op.layer.places},
                                   .output_gradient = {delta, outputs},
                                   .input_gradient = {out, inputs},
                                   .weight_gradients = {block, op.layer.places}});
}

}  // namespace telar::compute
