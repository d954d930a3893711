// Losses and metrics: plain data, Keras's names and defaults (keras.io/api/losses, keras.io/api/metrics).
#pragma once

#include <string>
#include <variant>

namespace telar {

/// How the samples' losses l with weights w become one number.
enum class Reduction {
  sum_over_batch_size,     ///< sum(w l) / number of samples
  sum,                     ///< sum(w l)
  mean_with_sample_weight  ///< sum(w l) / sum(w)
};

/// -sum(t log p) against one-hot (or soft) targets (samples, classes).
struct CategoricalCrossentropy {
  bool from_logits = false;      ///< the network's output is logits, not probabilities
  double label_smoothing = 0.0;  ///< in [0, 1]: targets become t (1 - s) + s / classes
  Reduction reduction = Reduction::sum_over_batch_size;
};

/// The same against integer labels (samples), each in [0, classes).
struct SparseCategoricalCrossentropy {
  bool from_logits = false;
  Reduction reduction = Reduction::sum_over_batch_size;
};

using Loss = std::variant<CategoricalCrossentropy, SparseCategoricalCrossentropy>;

/// Share of samples whose largest output is the label (the first of equal ones). Called `accuracy` in logs.
struct Accuracy {};

using Metric = std::variant<Accuracy>;

}  // namespace telar
