// What training finds of the loss: how far gradients can be trusted, and how large a rate can be. For `--explain`.
#pragma once

#include <filesystem>
#include <optional>

#include "study/documents.hpp"
#include "study/recipe.hpp"
#include "study/why/gradient_walk.hpp"
#include "study/why/rate_sweep.hpp"

namespace telar {

/// Of one run. Takes at most some 30 steps and 12 trainings of 100 steps.
struct Landscape {
  GradientWalk walk{};  ///< of the network at the end of its training
  RateSweep sweep{};    ///< of fresh ones, by the seed of the run
};

/// telar.landscape/1.
[[nodiscard]] Json landscape_document(const Landscape& landscape);

/// landscape.json of a run folder; nothing if there is none, or it is damaged.
[[nodiscard]] std::optional<Landscape> read_landscape(const std::filesystem::path& run);

/// The same, found and written there if it is not. Nothing if the folder has no model.keras. Throws Error (resource).
[[nodiscard]] std::optional<Landscape> landscape_of_run(const std::filesystem::path& run, const Recipe& recipe,
                                                        const RecipeData& data, int threads);

}  // namespace telar
