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

/// What a kernel's rows, or columns, are held at right angles to each other by.
enum class OrthogonalMode { rows, columns };

/// factor times the mean of |cosine| over all pairs of a kernel's rows (or columns), divided by 2 (Brock et al. 2017).
/// For kernels alone. Needs time and memory of the square of their number in every step.
struct OrthogonalRegularizer {
  double factor = 0.01;
  OrthogonalMode mode = OrthogonalMode::rows;
};

using Regularizer = std::variant<L1, L2, L1L2, OrthogonalRegularizer>;

}  // namespace telar
