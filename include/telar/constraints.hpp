// What weights are brought back to after every step: plain data, Keras's names and defaults
// (keras.io/api/layers/constraints).
#pragma once

#include <variant>

namespace telar {

// The norm is the 2-norm of a kernel's columns (axis 0, the weights of one output) or rows (axis 1, those of one
// input), and of a bias, gamma or beta of the whole variable (axis 0). A norm n is divided by as n + 1e-7.

/// Columns or rows are made shorter, to a norm of max_value, where they are longer.
struct MaxNorm {
  double max_value = 2.0;
  int axis = 0;
};

/// Numbers below 0 become 0.
struct NonNeg {};

/// Every column or row gets a norm of 1.
struct UnitNorm {
  int axis = 0;
};

/// A norm n becomes rate times the nearest number in [min_value, max_value] plus (1 - rate) n.
struct MinMaxNorm {
  double min_value = 0.0;
  double max_value = 1.0;
  double rate = 1.0;
  int axis = 0;
};

using Constraint = std::variant<MaxNorm, NonNeg, UnitNorm, MinMaxNorm>;

}  // namespace telar
