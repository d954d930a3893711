// Whether recipes can be compared, and by what.
#pragma once

#include <string>
#include <vector>

#include "study/recipe.hpp"

namespace telar {

/// Throws Error (usage) with the place of the first difference if `change` says otherwise than `baseline` what the
/// samples are or how they are split.
void check_same_samples(const Recipe& baseline, const Recipe& change);
/// The same of the samples themselves, which may lie elsewhere.
void check_same_samples(const Recipe& baseline, const RecipeData& of_baseline, const Recipe& change,
                        const RecipeData& of_change);

/// The quantity that both measure on validation data: `wanted`, or if that is empty the first accuracy, else
/// "val_loss". Builds each network, so that every mistake of a recipe is found. Throws Error (usage): no validation
/// data, one that does not measure it, losses that differ where the loss is to be compared.
[[nodiscard]] std::string common_metric(const std::vector<Recipe>& recipes, const std::vector<RecipeData>& data,
                                        const std::string& wanted);

/// Whether more of it is better, as EarlyStopping's mode "auto" decides.
[[nodiscard]] bool more_is_better(const std::string& metric);

/// Its callbacks that choose an epoch, a rate or weights by validation data: "EarlyStopping", ...
[[nodiscard]] std::vector<std::string> validation_watchers(const Recipe& recipe);

}  // namespace telar
