// Losses: plain data, Keras's names and defaults (keras.io/api/losses).
#pragma once

#include <optional>
#include <variant>

#include <telar/custom.hpp>

namespace telar {

/// -sum(t log p) against one-hot (or soft) targets (samples, classes).
struct CategoricalCrossentropy {
  bool from_logits = false;      ///< the network's output is logits, not probabilities
  double label_smoothing = 0.0;  ///< in [0, 1]: targets become t (1 - s) + s / classes
  Reduction reduction = Reduction::sum_over_batch_size;
};

/// The same against integer labels (samples), each in [0, classes).
struct SparseCategoricalCrossentropy {
  bool from_logits = false;
  std::optional<int> ignore_class{};  ///< samples of this class count nowhere: no loss, no gradient, not in the mean
  double label_smoothing = 0.0;       ///< as if the labels were one-hot; Keras has it for those only
  Reduction reduction = Reduction::sum_over_batch_size;
};

// The losses below compare outputs y (samples, width) with targets t of the same width; the loss of a sample is the
// mean over the width unless they say otherwise. A network of one output takes integer labels as targets too.
// Formulas: keras.io/api/losses.

/// -t log y - (1 - t) log(1 - y), y clipped to [1e-7, 1 - 1e-7]; targets in [0, 1].
struct BinaryCrossentropy {
  bool from_logits = false;
  double label_smoothing = 0.0;  ///< in [0, 1]: targets become t (1 - s) + s / 2
  Reduction reduction = Reduction::sum_over_batch_size;
};

/// BinaryCrossentropy times (1 - p)^gamma, p the probability given to the target (Lin et al. 2017,
/// arxiv.org/abs/1708.02002).
struct BinaryFocalCrossentropy {
  bool apply_class_balancing = false;  ///< times alpha where the target is 1, 1 - alpha where it is 0
  double alpha = 0.25;
  double gamma = 2.0;
  bool from_logits = false;
  double label_smoothing = 0.0;
  Reduction reduction = Reduction::sum_over_batch_size;
};

/// -sum(alpha (1 - y)^gamma t log y), y divided by its sum and clipped as in CategoricalCrossentropy.
struct CategoricalFocalCrossentropy {
  double alpha = 0.25;
  double gamma = 2.0;
  bool from_logits = false;
  double label_smoothing = 0.0;
  Reduction reduction = Reduction::sum_over_batch_size;
};

/// (y - t)^2.
struct MeanSquaredError {
  Reduction reduction = Reduction::sum_over_batch_size;
};

/// |y - t|.
struct MeanAbsoluteError {
  Reduction reduction = Reduction::sum_over_batch_size;
};

/// 100 |y - t| / max(|t|, 1e-7).
struct MeanAbsolutePercentageError {
  Reduction reduction = Reduction::sum_over_batch_size;
};

/// (log(1 + y) - log(1 + t))^2, both y and t at least 1e-7.
struct MeanSquaredLogarithmicError {
  Reduction reduction = Reduction::sum_over_batch_size;
};

/// e^2 / 2 for an error |e| <= delta, delta |e| - delta^2 / 2 for larger ones.
struct Huber {
  double delta = 1.0;
  Reduction reduction = Reduction::sum_over_batch_size;
};

/// log(cosh(y - t)).
struct LogCosh {
  Reduction reduction = Reduction::sum_over_batch_size;
};

/// sum(t log(t / y)), both clipped to [1e-7, 1].
struct KLDivergence {
  Reduction reduction = Reduction::sum_over_batch_size;
};

/// y - t log(y + 1e-7).
struct Poisson {
  Reduction reduction = Reduction::sum_over_batch_size;
};

/// -sum(t y) / (|t| |y|): -1 where they point the same way.
struct CosineSimilarity {
  Reduction reduction = Reduction::sum_over_batch_size;
};

/// max(1 - t y, 0), targets -1 and 1; a target of 0 means -1.
struct Hinge {
  Reduction reduction = Reduction::sum_over_batch_size;
};

/// max(1 - t y, 0)^2, targets as in Hinge.
struct SquaredHinge {
  Reduction reduction = Reduction::sum_over_batch_size;
};

/// max(1 + max((1 - t) y) - sum(t y), 0), targets 0 and 1.
struct CategoricalHinge {
  Reduction reduction = Reduction::sum_over_batch_size;
};

/// (1 - p^q) / q with the probability p = sum(t y) of the target's class (Zhang and Sabuncu 2018,
/// arxiv.org/abs/1805.07836): near cross-entropy for a small q, near the absolute error for a large one. Where p is
/// below 1e-7, the gradient is 0; Keras's is without bounds. Targets are one-hot (to_categorical); Keras takes labels.
struct CategoricalGeneralizedCrossEntropy {
  double q = 0.5;  ///< in (0, 1)
  Reduction reduction = Reduction::sum_over_batch_size;
};

// The two below measure the overlap of outputs and targets in [0, 1], with sums over all outputs of all samples of a
// batch, so that the loss over data is the mean of its batches' losses and depends on their size; or with axis -1 over
// the outputs of each sample by itself.

/// 1 - 2 sum(t y) / (sum(t) + sum(y) + 1e-7).
struct Dice {
  std::optional<int> axis{};  ///< -1: each sample by itself
  Reduction reduction = Reduction::sum_over_batch_size;
};

/// 1 - s / (s + alpha sum(t (1 - y)) + beta sum((1 - t) y) + 1e-7), s = sum(t y), as Keras computes it (losses.py); its
/// documentation, and Salehi et al. 2017, have alpha and beta the other way round.
struct Tversky {
  double alpha = 0.5;         ///< weight of outputs that should be 1
  double beta = 0.5;          ///< weight of outputs that should be 0
  std::optional<int> axis{};  ///< -1: each sample by itself
  Reduction reduction = Reduction::sum_over_batch_size;
};

using Loss =
    std::variant<CategoricalCrossentropy, SparseCategoricalCrossentropy, BinaryCrossentropy, BinaryFocalCrossentropy,
                 CategoricalFocalCrossentropy, MeanSquaredError, MeanAbsoluteError, MeanAbsolutePercentageError,
                 MeanSquaredLogarithmicError, Huber, LogCosh, KLDivergence, Poisson, CosineSimilarity, Hinge,
                 SquaredHinge, CategoricalHinge, CategoricalGeneralizedCrossEntropy, Dice, Tversky, CustomLoss>;

}  // namespace telar
