// The data of a recipe, for a verb.
#pragma once

#include <filesystem>

#include "cli/verb.hpp"
#include "study/recipe.hpp"

namespace telar::cli {

/// With the threads that the verb may use, and a bar while pictures are read. `options` must outlive it.
[[nodiscard]] DataReading shown_reading(const CommonOptions& options);

/// telar::load_data, read so.
[[nodiscard]] RecipeData load_data(const Recipe& recipe, const CommonOptions& options,
                                   const std::filesystem::path& data_dir = {});

}  // namespace telar::cli
