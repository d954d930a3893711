// The largest learning rate that a recipe can be trained with: short trainings, each with twice the rate of the last.
#pragma once

#include <optional>
#include <vector>

#include "study/recipe.hpp"

namespace telar {

/// What a sweep may cost: doublings + 2 trainings of so many steps.
struct RateSweepSettings {
  int steps = 100;     ///< of each, or all of the recipe's training if it has fewer; at least 4
  int doublings = 10;  ///< up to 1,024 times the recipe's own rate
  int threads = 1;
};

struct RateSweep {
  struct Trial {
    double rate = 0;
    double fall = 0;  ///< of the loss, by training: mean over the last quarter of the batches; NaN: it diverged
  };
  std::vector<Trial> trials;  ///< from the recipe's own rate up, to the first that is not stable
  /// A rate is stable if the loss falls, and half as much at least as with the best of the smaller ones: a network
  /// whose units have all died may end below where it began, too. Absent if the recipe's own rate is not stable.
  std::optional<double> largest;
};

/// The largest rate that a training of the recipe uses, whatever decides it: a number, a schedule, EpochSchedule.
/// `samples`: of the training set.
[[nodiscard]] double highest_rate(const Recipe& recipe, std::size_t samples);

/// Trains fresh networks of the recipe, by its seed and without its callbacks. The rate is the same in all steps.
[[nodiscard]] RateSweep sweep_rates(const Recipe& recipe, const RecipeData& data, const RateSweepSettings& settings);

}  // namespace telar
