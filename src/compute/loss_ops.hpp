// Operations from outputs to losses, and the guard that ends a step whose loss is not finite.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>

#include <telar/custom.hpp>

#include "compute/layout.hpp"

namespace telar::compute {

/// What the sum of the rows' weighted losses is divided by: the number of rows that count, 1, or their weights.
enum class LossReduction : std::uint8_t { mean, sum, weighted_mean };

/// Losses of the rows against the batch's labels or targets, the predicted class of each row (NaN inputs give a NaN
/// loss), and with `delta` the gradient of the reduced loss in the inputs. `logits`: softmax and cross-entropy in one;
/// else probabilities: p / sum(p), clipped to [1e-7, 1 - 1e-7], where the gradient of a clipped one is zero.
struct CrossEntropyOp {
  Matrix in;
  std::optional<Matrix> delta;
  Matrix scratch;             ///< like `in`; used for logits
  std::size_t row_loss = 0;   ///< (rows): w * l
  std::size_t row_class = 0;  ///< (rows): index of the first largest input
  bool logits = true;
  float smoothing = 0;
  using Reduction = LossReduction;
  Reduction reduction = Reduction::mean;
  std::int32_t ignored_class = -1;  ///< rows with this label do not count
};

/// The loss of a row of outputs y against a row of targets t, both of `columns` numbers; errors e = y - t, epsilon =
/// 1e-7. Targets are first smoothed: t (1 - smoothing) + smoothing / 2, or / columns in categorical_focal.
struct LossFormula {
  enum class Kind : std::uint8_t {
    squared,            ///< mean e^2
    absolute,           ///< mean |e|
    percentage,         ///< mean 100 |e| / max(|t|, epsilon)
    logarithmic,        ///< mean (log(max(y, epsilon) + 1) - log(max(t, epsilon) + 1))^2
    huber,              ///< mean (|e| <= delta ? e^2 / 2 : delta |e| - delta^2 / 2)
    log_cosh,           ///< mean |e| + log(1 + exp(-2 |e|)) - log 2
    poisson,            ///< mean y - t log(y + epsilon)
    hinge,              ///< mean max(1 - t y, 0), with a t of 0 read as -1
    squared_hinge,      ///< mean max(1 - t y, 0)^2, likewise
    binary,             ///< mean -t log p - (1 - t) log(1 - p); p = y clipped to [epsilon, 1 - epsilon], or sigmoid(y)
    binary_focal,       ///< mean of the same times (1 - t p - (1 - t) (1 - p))^gamma, balanced: (t alpha + (1 - t) (1 -
                        ///< alpha))
    kl_divergence,      ///< sum t log(t / y), both clipped to [epsilon, 1]
    categorical_focal,  ///< sum -alpha (1 - p)^gamma t log p; p = y / sum y or softmax(y), clipped as above
    categorical_hinge,  ///< max(1 + max((1 - t) y) - sum t y, 0)
    cosine,             ///< -sum t y / (max(|t|, epsilon) max(|y|, epsilon))
    generalized,        ///< (1 - p^gamma) / gamma, p = sum t y; of p below epsilon the slope is 0
    overlap,            ///< 1 - s / (s + alpha sum (1 - t) y + delta sum t (1 - y) + gamma), s = sum t y
    custom              ///< LossOp::custom
  };
  Kind kind = Kind::squared;
  bool logits = false;  ///< binary and focal kinds
  bool balanced = false;
  float smoothing = 0, delta = 0, alpha = 0, gamma = 0;
};

/// Losses of the rows by `formula`, predicted classes (of one column: whether it is above `threshold`), and with
/// `delta` the gradient of the reduced loss in the inputs, zero where a clipped number is outside. A label is the
/// target of one column.
struct LossOp {
  Matrix in;
  std::optional<Matrix> delta;
  std::size_t row_loss = 0;   ///< (rows): w * l
  std::size_t row_class = 0;  ///< (rows)
  LossFormula formula;
  LossReduction reduction = LossReduction::mean;
  float threshold = 0.5f;
  /// Of `overlap` over the whole batch: where OverlapOp left the rows' sums. Every row then has the batch's loss.
  std::optional<std::size_t> batch_sums{};
  std::size_t batch_rows = 0;  ///< max_rows
  std::shared_ptr<const CustomLoss::Functions> custom{};
};

/// For each row of outputs y and targets t its sum t y, sum y and sum t, one after the other: (3, max_rows).
struct OverlapOp {
  Matrix in;
  std::size_t sums = 0;
  std::size_t rows = 0;  ///< max_rows
};

/// Ends the step if the reduced loss is not finite: nothing after it is run, so a bad step changes no weight.
struct GuardOp {
  std::size_t row_loss = 0;
  LossReduction reduction = LossReduction::mean;
  std::int32_t ignored_class = -1;
};

}  // namespace telar::compute
