// How well a network does on samples that it was not trained on, measured on all of them in turn.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <telar/dataset.hpp>
#include <telar/history.hpp>
#include <telar/sequential.hpp>

namespace telar {

struct CrossValidateOptions {
  int folds = 5;
  FoldOrder order = FoldOrder::shuffled;
  std::uint64_t seed = 0;  ///< of the folds
  /// Of each training; sample_weight is of all samples. A validation_split is taken from what a fold trains on: what it
  /// holds out is not looked at before its score.
  FitOptions fit{};
  EvaluateOptions evaluate{};  ///< of each score; without sample_weight
};

/// Mean and standard deviation (n - 1) over the folds. Folds share training samples, so the deviation is rather too
/// small (Bengio and Grandvalet 2004).
struct FoldSpread {
  double mean = 0;
  double sd = 0;
};

struct CrossValidation {
  std::vector<Score> scores;       ///< of the samples that each fold held out
  std::vector<History> histories;  ///< of each fold's training
  /// Of "loss", a metric, or one of Score::of_classes. Throws Error (usage) if there is none of that name.
  [[nodiscard]] FoldSpread operator[](const std::string& name) const;
};

/// Trains a copy of `model`, as it is, for each fold, and scores it on what the fold held out: weights, optimiser and
/// seed are those of `model` each time. Throws Error (usage) as fit and k_fold do, Error (failure) if a training
/// diverges.
[[nodiscard]] CrossValidation cross_validate(const Sequential& model, const Dataset& data,
                                             const CrossValidateOptions& options = {});

}  // namespace telar
