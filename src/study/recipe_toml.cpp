// A recipe written out in full.
#include <map>
#include <string>
#include <type_traits>

#include <telar/error.hpp>

#include "base/number_text.hpp"
#include "study/describe_recipe.hpp"
#include "study/recipe_text.hpp"

namespace telar {

namespace {

std::string toml_string(std::string_view text) {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string toml = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      toml += '\\';
      toml += c;
    } else if (byte < 0x20 || byte == 0x7f) {
      toml += "\\u00";
      toml += kHex[byte >> 4];
      toml += kHex[byte & 15];
    } else {
      toml += c;
    }
  }
  return toml + '"';
}

template <class... A>
std::string inline_toml(const std::variant<A...>& object);

std::string inline_toml(bool value) { return value ? "true" : "false"; }
std::string inline_toml(int value) { return std::to_string(value); }
std::string inline_toml(std::uint64_t value) { return std::to_string(value); }
std::string inline_toml(double value) { return number_text(value); }
std::string inline_toml(const std::string& value) { return toml_string(value); }
template <class E>
requires std::is_enum_v<E> std::string inline_toml(E value) { return toml_string(name_of(value)); }
std::string inline_toml(const LearningRate& value) {
  return value.schedule() != nullptr ? inline_toml(*value.schedule()) : inline_toml(std::get<double>(value.value));
}
std::string inline_toml(const ShiftRange& value) {
  return "[" + number_text(value.low) + ", " + number_text(value.high) + "]";
}
std::string inline_toml(const Axes& value) {
  std::string toml;
  for (const int axis : value.list) toml += (toml.empty() ? "" : ", ") + std::to_string(axis);
  return value.list.size() == 1 ? toml : "[" + toml + "]";
}
std::string inline_toml(const MixUp& value);
std::string inline_toml(const ValidationSpec& value) {
  using Kind = ValidationSpec::Kind;
  if (value.kind == Kind::first) return "{ first = " + inline_toml(value.first) + " }";
  if (value.kind == Kind::last) return "{ last = " + inline_toml(value.fraction) + " }";
  if (value.kind == Kind::fold)
    return "{ folds = " + inline_toml(value.folds) + ", fold = " + inline_toml(value.fold) +
           ", order = " + inline_toml(value.fold_order) + " }";
  return "{ fraction = " + inline_toml(value.fraction) +
         ", order = " + toml_string(value.kind == Kind::stratified ? "stratified" : "shuffled") + " }";
}
std::string inline_toml(const std::map<std::string, double>& values) {
  std::string toml;
  for (const auto& [key, value] : values)
    toml += (toml.empty() ? "{ " : ", ") + toml_string(key) + " = " + inline_toml(value);
  return toml + " }";
}
template <class T>
std::string inline_toml(const std::vector<T>& values) {
  std::string toml = "[";
  for (const T& value : values) toml += "\n  " + inline_toml(value) + ",";
  return toml + (values.empty() ? "]" : "\n]");
}

// TOML has no word for "not given": such a key is left out.
template <class T>
bool is_given(const T&) {
  return true;
}
template <class T>
bool is_given(const std::optional<T>& value) {
  return value.has_value();
}
bool is_given(const std::map<std::string, double>& value) { return !value.empty(); }
bool is_given(const ValidationSpec& value) { return value.kind != ValidationSpec::Kind::none; }

template <class T>
const T& given(const T& value) {
  return value;
}
template <class T>
const T& given(const std::optional<T>& value) {
  return *value;
}

struct InlineFields {
  std::string& toml;
  template <class T>
  void field(std::string_view name, const T& value, std::string_view, const Range& = {}) const {
    if (is_given(value)) toml += ", " + std::string(name) + " = " + inline_toml(given(value));
  }
};

std::string inline_toml(const MixUp& value) {
  std::string fields;
  describe(value, InlineFields{fields});
  return "{" + fields.substr(1) + " }";
}

template <class... A>
std::string inline_toml(const std::variant<A...>& object) {
  return std::visit(
      [](const auto& alternative) {
        std::string toml = "{ type = " + toml_string(type_name<std::remove_cvref_t<decltype(alternative)>>);
        describe(alternative, InlineFields{toml});
        return toml + " }";
      },
      object);
}

struct Lines {
  std::string& toml;
  template <class T>
  void field(std::string_view name, const T& value, std::string_view, const Range& = {}) const {
    if (is_given(value)) toml += std::string(name) + " = " + inline_toml(given(value)) + "\n";
  }
  template <class Visit>
  void section(std::string_view name, Visit&& visit) const {
    toml += "\n[" + std::string(name) + "]\n";
    visit(*this);
  }
};

// ---- without the defaults ------------------------------------------------------------------------------------------

using FieldTexts = std::map<std::string, std::string, std::less<>>;

struct TextOfFields {
  FieldTexts& texts;
  template <class T>
  void field(std::string_view name, const T& value, std::string_view, const Range& = {}) const {
    if (is_given(value)) texts.emplace(name, inline_toml(given(value)));
  }
};

struct UnlikeDefault {
  const FieldTexts& defaults;
  std::string& toml;
  template <class T>
  void field(std::string_view name, const T& value, std::string_view, const Range& = {}) const {
    if (!is_given(value)) return;
    const std::string text = inline_toml(given(value));
    const auto usual = defaults.find(name);
    if (usual == defaults.end() || usual->second != text) toml += ", " + std::string(name) + " = " + text;
  }
};

/// Whether a value is a variant of classes, such as a layer.
template <class T>
inline constexpr bool is_object = requires {
  typename T::Alternatives;
};
template <class... A>
inline constexpr bool is_object<std::variant<A...>> = true;

template <class T>
std::string short_toml(const T& value) {
  if constexpr (is_object<T>) {
    return std::visit(
        [](const auto& alternative) {
          using Object = std::remove_cvref_t<decltype(alternative)>;
          FieldTexts defaults;
          const Object usual{};
          describe(usual, TextOfFields{defaults});
          std::string toml = "{ type = " + toml_string(type_name<Object>);
          describe(alternative, UnlikeDefault{defaults, toml});
          return toml + " }";
        },
        value);
  } else {
    return inline_toml(value);
  }
}
template <class T>
std::string short_toml(const std::vector<T>& values) {
  std::string toml = "[";
  for (const T& value : values) toml += "\n  " + short_toml(value) + ",";
  return toml + (values.empty() ? "]" : "\n]");
}

/// What a section says, by key, in its order.
struct ShortLines {
  const std::map<std::string, std::string>& defaults;
  std::string& toml;
  std::string section_name{};
  template <class T>
  void field(std::string_view name, const T& value, std::string_view, const Range& = {}) const {
    if (!is_given(value)) return;
    const std::string text = short_toml(given(value));
    const auto usual = defaults.find(section_name + "." + std::string(name));
    if (usual == defaults.end() || usual->second != text) toml += std::string(name) + " = " + text + "\n";
  }
  template <class Visit>
  void section(std::string_view name, Visit&& visit) const {
    std::string lines;
    visit(ShortLines{defaults, lines, std::string(name)});
    if (!lines.empty()) toml += (toml.empty() ? "[" : "\n[") + std::string(name) + "]\n" + lines;
  }
};

struct DefaultLines {
  std::map<std::string, std::string>& texts;
  std::string section_name{};
  template <class T>
  void field(std::string_view name, const T& value, std::string_view, const Range& = {}) const {
    if (is_given(value)) texts.emplace(section_name + "." + std::string(name), short_toml(given(value)));
  }
  template <class Visit>
  void section(std::string_view name, Visit&& visit) const {
    visit(DefaultLines{texts, std::string(name)});
  }
};

}  // namespace

std::string to_toml(const Recipe& recipe) {
  std::string toml;
  describe(recipe, Lines{toml});
  return toml;
}

std::string to_short_toml(const Recipe& recipe) {
  std::map<std::string, std::string> defaults;
  const Recipe usual;
  describe(usual, DefaultLines{defaults});
  defaults.erase("data.source");  // without one there is no recipe
  std::string toml;
  describe(recipe, ShortLines{defaults, toml});
  return toml;
}

}  // namespace telar
