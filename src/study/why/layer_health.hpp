// Whether the layers of a network are alive: what they make of samples.
#pragma once

#include <string>
#include <vector>

#include <telar/sequential.hpp>

namespace telar {

/// A layer's weights, and its outputs on some samples, in inference mode.
struct LayerHealth {
  std::string name, type;
  std::size_t parameters = 0;
  double weight_norm = 0;   ///< Euclidean, of the first variable; NaN without variables
  double mean = 0, sd = 0;  ///< of all outputs
  double zeros = 0;         ///< share of the outputs that are exactly 0
  int units = 0;            ///< outputs of a sample
  int dead = 0;             ///< of these, exactly 0 for every sample
};

/// So many of the samples are looked at, or fewer where a layer is wide.
inline constexpr std::size_t kHealthSamples = 2000;

/// Of the layers that compute something, on the first samples of `data`.
[[nodiscard]] std::vector<LayerHealth> layer_health(const Sequential& model, const Dataset& data, int threads);

}  // namespace telar
