// The training loop.
#pragma once

#include <vector>

#include <telar/history.hpp>
#include <telar/sequential.hpp>

#include "train/state.hpp"

namespace telar {

/// Weights of the stored samples; empty: all 1.
struct FitWeights {
  std::vector<float> training, validation;
};

/// Trains the network of `state`, which is `model`'s, on `data`, which has been checked, as the options say (validation
/// data and weights already apart).
[[nodiscard]] History train(const Sequential& model, Sequential::State& state, const Dataset& data,
                            const FitOptions& options, const FitWeights& weights);

}  // namespace telar
