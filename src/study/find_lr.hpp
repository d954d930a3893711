// The learning-rate range test: which rates a recipe can train with, seen in one short training.
#pragma once

#include <optional>
#include <vector>

#include <telar/callbacks.hpp>

#include "study/documents.hpp"
#include "study/recipe.hpp"

namespace telar {

struct FindLrSettings {
  int threads = 1;                    ///< at least 1
  double low = 1e-7;                  ///< rate of the first step
  double high = 10;                   ///< rate of the last one
  int steps = 300;                    ///< at least 2
  Callback watch = LambdaCallback{};  ///< sees every batch, and may end the test
};

/// One step of training a rate, each a constant factor above the last (Smith 2017, arXiv:1506.01186).
struct FindLr {
  std::vector<double> rates;
  std::vector<double> losses;      ///< of the batch
  std::vector<double> smoothed;    ///< moving average of them, unbiased from the start
  Ended ended = Ended::completed;  ///< stopped_early: the smoothed loss rose to four times its lowest; or diverged
  std::string reason;
  /// A tenth of the rate at which the smoothed loss was lowest; absent if it never fell.
  std::optional<double> suggestion;
};

/// Trains a fresh network of the recipe, without its callbacks, on its training data. Throws Error (usage).
[[nodiscard]] FindLr find_learning_rate(const Recipe& recipe, const RecipeData& data, const FindLrSettings& settings);

/// telar.find_lr/1
[[nodiscard]] Json find_lr_document(const Recipe& recipe, const FindLrSettings& settings, const FindLr& result);

}  // namespace telar
