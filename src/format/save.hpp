// Weights as Keras's save_weights writes them.
#pragma once

#include <filesystem>

#include "train/state.hpp"

namespace telar {

/// A .weights.h5 with the optimiser's state. Throws Error: usage if Keras has no such layer, resource.
void save_keras_weights(const Sequential& model, const Sequential::State& state, const std::filesystem::path& file);

}  // namespace telar
