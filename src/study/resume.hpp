// Whether a training may go on where another one was cut off: only if it is the same.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "study/documents.hpp"
#include "study/recipe.hpp"

namespace telar {

/// What `recipe` says otherwise than the `run` was begun with, in the order of addresses: "fit.epochs = 20, but the run
/// has 10". Where the data lie does not count.
[[nodiscard]] std::vector<std::string> differences(const Recipe& recipe, const Recipe& run);

/// Throws Error (usage) that names the first differences, if there are any.
void check_same_recipe(const Recipe& recipe, const Recipe& run, const std::string& directory);

/// Throws Error (data) unless `now` (data_document) has the samples that the run's `environment` says it was begun
/// with. An environment that says nothing of a set is no contradiction.
void check_same_data(const Json& now, const Json& environment, const std::string& directory);

}  // namespace telar
