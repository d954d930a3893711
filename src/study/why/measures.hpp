// What a finished training is measured by besides its score: where the question is why two differ.
#pragma once

#include <filesystem>
#include <optional>
#include <vector>

#include "study/documents.hpp"
#include "study/recipe.hpp"
#include "study/why/layer_health.hpp"
#include "study/why/probes.hpp"

namespace telar {

/// Of one run. Scores are of the validation set in inference mode: "loss", "accuracy", ...
struct Measures {
  Logs as_trained;
  /// BatchNormalization by the statistics of each batch, on the first kStatisticsSamples; absent without such a layer.
  std::optional<Logs> by_batches;
  std::optional<Logs> recomputed;  ///< moving averages replaced by statistics of the training set; absent likewise
  Logs averaged;                   ///< the mean of the weights over `further_steps` steps more, statistics recomputed
  int further_steps = 0;
  std::vector<KernelMotion> kernels;
  std::vector<LayerHealth> layers;  ///< on training samples
};

inline constexpr std::size_t kStatisticsSamples = 2000;

/// Of a network at the end of a training by `recipe`, its optimiser as it was then, whose score on data.validation is
/// `as_trained`. Takes some hundredths of the time of ten epochs.
[[nodiscard]] Measures measure(const Sequential& model, const Score& as_trained, const Recipe& recipe,
                               const RecipeData& data, int threads);

/// telar.measures/1.
[[nodiscard]] Json measures_document(const Measures& measures);

/// Throws Error (resource).
void write_measures(const Measures& measures, const std::filesystem::path& run);

/// measures.json of a run folder; nothing if there is none, or it is damaged.
[[nodiscard]] std::optional<Measures> read_measures(const std::filesystem::path& run);

/// The same, measured and written there if it is not: from the model.keras of the folder. Nothing if that is not to be
/// had, or the training broke off. Throws Error (resource).
[[nodiscard]] std::optional<Measures> measures_of_run(const std::filesystem::path& run, const Recipe& recipe,
                                                      const RecipeData& data, int threads);

}  // namespace telar
