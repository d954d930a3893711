// Optimisers: plain data, Keras's names, defaults and update rules (keras.io/api/optimizers).
#pragma once

#include <variant>

namespace telar {

/// momentum 0: w -= lr g.  Otherwise v <- momentum v - lr g, and w += v, or with nesterov w += momentum v - lr g.
struct SGD {
  double learning_rate = 0.01;
  double momentum = 0.0;
  bool nesterov = false;
};

/// Kingma & Ba in the "epsilon hat" form that Keras uses: with m, v the moving averages of g and g^2 and t from 1,
/// w -= lr sqrt(1 - beta_2^t) / (1 - beta_1^t) * m / (sqrt(v) + epsilon). amsgrad takes the largest v so far.
struct Adam {
  double learning_rate = 0.001;
  double beta_1 = 0.9;
  double beta_2 = 0.999;
  double epsilon = 1e-7;
  bool amsgrad = false;
};

using Optimizer = std::variant<SGD, Adam>;

}  // namespace telar
