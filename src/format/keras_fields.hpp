// A visitor that fills described aggregates from Keras's JSON. The file is not trusted: classes come from the closed
// table of a variant's alternatives, numbers from the ranges of their descriptions, and an unknown key is refused
// unless it is switched off.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "format/keras_names.hpp"
#include "spec/describe.hpp"

namespace telar {

/// Where something stands: the file, and "layer 2, dense (Dense)" or "optimizer (Adam)".
struct KerasPlace {
  std::string file, what;
  [[noreturn]] void refuse(const std::string& message, const std::string& hint = {}) const;
  [[nodiscard]] KerasPlace inside(const std::string& part) const { return {file, what + ", " + part}; }
};

/// A class and its configuration, as {"class_name": ..., "config": {...}}, a name alone, or a function's name.
struct KerasObject {
  std::string type;
  const KerasJson& config;
};
/// Throws Error (data) if it is none, or of a module other than Keras's.
[[nodiscard]] KerasObject keras_object(const KerasJson& json, const KerasPlace& place);

/// One value of a kind that any description has. Each throws Error (data) at its place.
void read_keras(const KerasJson& json, bool& value, const Range& range, const KerasPlace& place);
void read_keras(const KerasJson& json, int& value, const Range& range, const KerasPlace& place);
void read_keras(const KerasJson& json, double& value, const Range& range, const KerasPlace& place);
void read_keras(const KerasJson& json, std::string& value, const Range& range, const KerasPlace& place);
void read_keras(const KerasJson& json, LearningRate& value, const Range& range, const KerasPlace& place);
void read_keras(const KerasJson& json, ShiftRange& value, const Range& range, const KerasPlace& place);
void read_keras(const KerasJson& json, Axes& value, const Range& range, const KerasPlace& place);
/// Only seeds have this type; one that is a generator or negative is no seed here.
void read_keras(const KerasJson& json, std::optional<std::uint64_t>& value, const Range& range,
                const KerasPlace& place);
void read_keras(const KerasJson& json, std::vector<Layer>& value, const Range& range, const KerasPlace& place);
template <class E>
requires std::is_enum_v<E>
void read_keras(const KerasJson& json, E& value, const Range& range, const KerasPlace& place);
template <class T>
void read_keras(const KerasJson& json, std::optional<T>& value, const Range& range, const KerasPlace& place);
template <class T>
void read_keras(const KerasJson& json, std::vector<T>& value, const Range& range, const KerasPlace& place);
template <class... A>
void read_keras(const KerasJson& json, std::variant<A...>& value, const Range& range, const KerasPlace& place);

class KerasFields {
 public:
  KerasFields(const KerasJson& config, std::string_view type, const KerasPlace& place)
      : config_(config), type_(type), place_(place) {}

  template <class T>
  void field(std::string_view name, T& value, std::string_view /*doc*/, const Range& range = {}) {
    const std::string key(keras_key(type_, name));
    known_.push_back(key);
    const auto found = config_.find(key);
    const KerasPlace here = place_.inside(key);
    if (found == config_.end()) {
      if constexpr (std::is_arithmetic_v<T> && !std::is_same_v<T, bool>)
        if (!range.contains(static_cast<double>(value))) here.refuse("it is missing");
    } else if (key == "noise_shape" && found->is_array()) {
      KerasJson extents = *found;  // telar says -1 where Keras has None
      for (KerasJson& extent : extents)
        if (extent.is_null()) extent = -1;
      read_keras(extents, value, range, here);
    } else if (!found->is_null() || has_null(key, value)) {
      read_keras(first_of_one(*found, key, value), value, range, here);
    }
  }
  /// Throws Error (data) if there is a key that changes what the object does.
  void finish() const {
    for (const auto& [key, value] : config_.items())
      if (std::ranges::find(known_, key) == known_.end() && !is_harmless(type_, key, value))
        place_.inside(key.substr(0, 64)).refuse("telar has no such option of " + type_);
  }

 private:
  /// Whether null is something else than the default: where Keras's default is a class's average or the like.
  template <class T>
  static bool has_null(const std::string& key, const T&) {
    return (std::is_same_v<T, Average> && key == "average") || std::is_same_v<T, Reduction>;
  }
  /// Keras also writes an axis as [-1], counts it from the front, and has lists of one threshold.
  template <class T>
  static const KerasJson& first_of_one(const KerasJson& json, const std::string& key, const T&) {
    if constexpr (std::is_arithmetic_v<T>)
      if (json.is_array() && json.size() == 1 && (key == "axis" || key == "thresholds")) return json.front();
    return json;
  }

  const KerasJson& config_;
  std::string type_;
  const KerasPlace& place_;
  std::vector<std::string> known_;
};

template <class E>
requires std::is_enum_v<E>
void read_keras(const KerasJson& json, E& value, const Range&, const KerasPlace& place) {
  const std::string name = std::is_same_v<E, Activation> ? keras_object(json, place).type
                           : json.is_string()            ? json.get<std::string>()
                           : json.is_null()              ? "none"
                                                         : json.dump().substr(0, 64);
  for (const auto& candidate : enum_names<E>) {
    if (candidate.name != name) continue;
    value = candidate.value;
    return;
  }
  for (const RefusedName& refused : refused_names<E>)
    if (refused.name == name) place.refuse("\"" + name + "\": " + std::string(refused.why), std::string(refused.hint));
  place.refuse("telar has no '" + name.substr(0, 64) + "'");
}

template <class T>
void read_keras(const KerasJson& json, std::optional<T>& value, const Range& range, const KerasPlace& place) {
  value.reset();
  if (!json.is_null()) read_keras(json, value.emplace(), range, place);
}

template <class T>
void read_keras(const KerasJson& json, std::vector<T>& value, const Range& range, const KerasPlace& place) {
  if (!json.is_array()) place.refuse("it is no list");
  value.clear();
  for (const KerasJson& element : json) read_keras(element, value.emplace_back(), range, place);
}

/// Reads the alternative whose class `type` names, in either spelling; false if there is none.
template <class... A>
bool read_alternative(const KerasObject& object, std::variant<A...>& value, const KerasPlace& place) {
  const auto read_one = [&](auto alternative) {
    using Alternative = decltype(alternative);
    if constexpr (!is_for_files<Alternative>) return false;
    constexpr std::string_view known = type_name<Alternative>;
    const auto& shorter = abbreviations<Alternative>;
    if (object.type != known && object.type != snake_case(known) &&
        std::find(shorter.begin(), shorter.end(), object.type) == shorter.end())
      return false;
    KerasFields fields(object.config, known, place);
    describe(alternative, fields);
    fields.finish();
    value = std::move(alternative);
    return true;
  };
  return (read_one(A{}) || ...);
}

template <class... A>
void read_keras(const KerasJson& json, std::variant<A...>& value, const Range&, const KerasPlace& place) {
  const KerasObject object = keras_object(json, place);
  if (!read_alternative(object, value, place.inside(object.type))) place.refuse("telar has no '" + object.type + "'");
}

}  // namespace telar
