// From Keras's configuration of a model to layers.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <telar/sequential.hpp>

#include "format/keras_names.hpp"

namespace telar {

struct KerasNetwork {
  Input input;
  std::vector<Layer> layers;
  bool mixed_bfloat16 = false;
  /// Of each layer that is no Residual, in order, those of Residuals in their place: Keras's name of it, and its group
  /// in a weights file ("dense_1").
  std::vector<std::string> names, groups;
};

/// Parses at most 4 MiB of JSON, at most 64 deep. `member`: "config.json". Throws Error (data) at `file`.
[[nodiscard]] KerasJson parse_keras_json(std::string_view text, const std::string& file, const std::string& member);

/// A Sequential, or a Functional model that is a chain, in which y = x + f(x) becomes a Residual. Throws Error (data)
/// at `file`, with name, index and reason, for everything that telar has no layer for.
[[nodiscard]] KerasNetwork read_keras_network(const KerasJson& model, const std::string& file);

/// What a compile_config says; nothing if it is null or empty. Throws Error (data) at `file`.
[[nodiscard]] std::optional<CompileOptions> read_keras_compile(const KerasJson& compile, const std::string& file);

}  // namespace telar
