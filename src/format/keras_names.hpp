// Where Keras's configurations and telar's descriptions of the same objects differ.
#pragma once

#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <telar/layers.hpp>

namespace telar {

using KerasJson = nlohmann::json;

/// Keras's name of telar's field `name` of the class `type`: "threshold" of Precision is "thresholds" there.
[[nodiscard]] std::string_view keras_key(std::string_view type, std::string_view name) noexcept;
/// Whether telar does the same without this key of Keras's, which it does not have: it is switched off, or only a name.
[[nodiscard]] bool is_harmless(std::string_view type, std::string_view key, const KerasJson& value);
/// Whether Keras has no such class, enumerator or field, so that no file for it can hold one.
[[nodiscard]] bool only_telar_has(std::string_view type) noexcept;
/// Keras's keys of a class beside those that are described, each with the value that means what telar does.
[[nodiscard]] std::vector<std::pair<std::string_view, KerasJson>> further_keys(std::string_view type);

/// A variable of a layer as Keras stores it.
struct KerasVariable {
  std::string_view name;  ///< telar's: "kernel"
  std::vector<int> shape;
};
/// In Keras's and telar's order, which are the same. `input`: shape of a sample.
[[nodiscard]] std::vector<KerasVariable> keras_variables(const Layer& layer, const std::vector<int>& input);

}  // namespace telar
