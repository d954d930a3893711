// A stored network at work on its test set: what it is wrong about, how sure it is, whether its units live.
#pragma once

#include "study/report/content.hpp"

namespace telar {

/// The network of `run` on the test set of its recipe. `expected` is the weights' SHA-256 that the result tells; empty:
/// unknown. Throws Error (data) if the samples or the weights are not those of the run.
[[nodiscard]] NetworkView view_network(const TrainResult& run, const Recipe& recipe, const RecipeData& data,
                                       const Json& environment, int threads);

/// The same of outputs (samples, outputs) that are probabilities. `most` mistakes at most.
void view_outputs(const std::vector<float>& outputs, const Dataset& test, std::size_t most, NetworkView& view);

}  // namespace telar
