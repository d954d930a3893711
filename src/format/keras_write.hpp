// From a network to Keras's configuration, in the words that every Keras from 3.0 on knows.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include <telar/sequential.hpp>

namespace telar {

using KerasText = nlohmann::ordered_json;

struct KerasDocument {
  KerasText model;  ///< without its compile_config
  /// Empty if the network is not compiled.
  KerasText compile;
  /// Whether Keras has all of `compile`: optimiser, loss and metrics.
  bool keras_compiles = true;
  /// As KerasNetwork's: of each layer but Residuals.
  std::vector<std::string> names, groups;
};

/// `compiled`: null if the network is not. Throws Error (usage) for a layer that Keras does not have.
[[nodiscard]] KerasDocument write_keras(const Sequential& model, const CompileOptions* compiled, float learning_rate);

}  // namespace telar
