// What a Sequential holds.
#pragma once

#include <cstdint>
#include <vector>

#include <telar/sequential.hpp>

#include "model/model.hpp"

namespace telar {

/// The optimiser between two fits. Slots are flat like the weights; those of variables that are not trained
/// stay as they were at first.
struct OptimizerState {
  std::int64_t iterations = 0;
  float learning_rate = 0;  ///< the rate in use, which callbacks may have changed
  std::vector<std::vector<float>> slots;
};

struct Sequential::State {
  Model model;
  bool is_compiled = false;
  CompileOptions compiled{};
  OptimizerState optimizer{};
  std::int64_t epochs_trained = 0;  ///< decides the next epoch's order
};

}  // namespace telar
