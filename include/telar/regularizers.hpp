// Penalties on weights and activities: plain data, Keras's names and defaults (keras.io/api/layers/regularizers).
#pragma once

#include <variant>

namespace telar {

// A penalty on weights is added to the loss, in training and in evaluate, for all variables that are trained; one on a
// layer's outputs likewise, divided by the number of samples of the batch.

/// l1 sum(|x|).
struct L1 {
  double l1 = 0.01;
};

/// l2 sum(x^2).
struct L2 {
  double l2 = 0.01;
};

/// l1 sum(|x|) + l2 sum(x^2). At least one of them is greater than 0.
struct L1L2 {
  double l1 = 0.0;
  double l2 = 0.0;
};

using Regularizer = std::variant<L1, L2, L1L2>;

}  // namespace telar
