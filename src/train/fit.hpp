// The training loop.
#pragma once

#include <telar/history.hpp>
#include <telar/sequential.hpp>

#include "train/state.hpp"

namespace telar {

/// Trains `state` on `data`, which has been checked, as the options say (validation data already split off).
[[nodiscard]] History train(Sequential::State& state, const Dataset& data, const FitOptions& options);

}  // namespace telar
