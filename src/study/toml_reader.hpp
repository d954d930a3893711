// Visitors that fill described aggregates from a TOML tree.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include <telar/error.hpp>

#include "spec/validate.hpp"
#include "study/describe_recipe.hpp"
#include "study/recipe_tree.hpp"

namespace telar {

/// Address in the recipe ("fit.epochs") -> place in a file ("baseline.toml:9:1").
using Places = std::map<std::string, std::string>;

/// A value of the tree and how to speak of it.
struct Entry {
  const toml::node& node;
  std::string address;
  std::string place;
};

/// Each throws Error (usage) at the entry's place if the value is of another type, outside `range` or no known name.
void read(const Entry& entry, bool& value, const Range& range, Places& places);
void read(const Entry& entry, int& value, const Range& range, Places& places);
void read(const Entry& entry, std::uint64_t& value, const Range& range, Places& places);
void read(const Entry& entry, double& value, const Range& range, Places& places);
void read(const Entry& entry, std::string& value, const Range& range, Places& places);
void read(const Entry& entry, ValidationSpec& value, const Range& range, Places& places);
void read(const Entry& entry, MixUp& value, const Range& range, Places& places);
void read(const Entry& entry, std::map<std::string, double>& value, const Range& range, Places& places);
void read(const Entry& entry, LearningRate& value, const Range& range, Places& places);
void read(const Entry& entry, ShiftRange& value, const Range& range, Places& places);
void read(const Entry& entry, Axes& value, const Range& range, Places& places);
template <class E>
requires std::is_enum_v<E>
void read(const Entry& entry, E& value, const Range& range, Places& places);
template <class T>
void read(const Entry& entry, std::optional<T>& value, const Range& range, Places& places);
template <class T>
void read(const Entry& entry, std::vector<T>& value, const Range& range, Places& places);
template <class... A>
void read(const Entry& entry, std::variant<A...>& value, const Range& range, Places& places);

/// Throws Error (usage): "fit.epochs must be an integer, but is a string ("ten")".
[[noreturn]] void refuse_type(const Entry& entry, std::string_view expected);
/// Throws Error (usage): "model.layers.0.type = "Dens" is unknown", did you mean one of
/// `names`, in either spelling?
[[noreturn]] void refuse_name(const Entry& entry, std::string_view name, const std::vector<std::string>& names);

/// Reads one table: `field` for each key it may have, then `finish`. Notes the place of every key that is there.
class TableReader {
 public:
  /// `what` is how a person calls the table: "[fit]", "model.layers.2 (Dense)".
  TableReader(const toml::table& table, std::string address, std::string place, std::string what, Places& places)
      : table_(table),
        address_(std::move(address)),
        place_(std::move(place)),
        what_(std::move(what)),
        places_(places) {}

  template <class T>
  void field(std::string_view name, T& value, std::string_view /*doc*/, const Range& range = {}) {
    if (const std::optional<Entry> entry = find(name)) return read(*entry, value, range, places_);
    if constexpr (std::is_arithmetic_v<T> && !std::is_same_v<T, bool>)
      if (!range.contains(static_cast<double>(value))) refuse_missing(name);
    if constexpr (requires { value.is_given(); })
      if (!value.is_given()) refuse_missing(name);
  }

  template <class Visit>
  void section(std::string_view name, Visit&& visit) {
    const std::optional<Entry> entry = find(name);
    if (!entry) return;
    if (!entry->node.is_table()) refuse_type(*entry, "a table");
    TableReader inner(*entry->node.as_table(), entry->address, entry->place, "[" + entry->address + "]", places_);
    visit(inner);
    inner.finish();
  }

  /// The value of that key, or nothing; either way the key is a known one from now on.
  std::optional<Entry> find(std::string_view name);

  /// Throws Error (usage) if the table has a key that nobody asked for.
  void finish() const;

 private:
  [[noreturn]] void refuse_missing(std::string_view name) const;

  const toml::table& table_;
  std::string address_, place_, what_;
  Places& places_;
  std::vector<std::string> known_;
};

template <class E>
requires std::is_enum_v<E>
void read(const Entry& entry, E& value, const Range&, Places&) {
  std::string name;
  Places none;
  read(entry, name, {}, none);
  std::vector<std::string> names;
  for (const auto& candidate : enum_names<E>) {
    if (candidate.name == name) {
      value = candidate.value;
      return;
    }
    names.emplace_back(candidate.name);
  }
  for (const RefusedName& refused : refused_names<E>)
    if (refused.name == name)
      throw Error(ErrorCode::usage, entry.place, entry.address + " = \"" + name + "\": " + std::string(refused.why),
                  std::string(refused.hint));
  refuse_name(entry, name, names);
}

template <class T>
void read(const Entry& entry, std::optional<T>& value, const Range& range, Places& places) {
  read(entry, value.emplace(), range, places);
}

template <class T>
void read(const Entry& entry, std::vector<T>& value, const Range& range, Places& places) {
  const toml::array* array = entry.node.as_array();
  if (array == nullptr) refuse_type(entry, "an array");
  value.clear();
  for (std::size_t i = 0; i < array->size(); ++i) {
    const toml::node& element = *array->get(i);
    std::string place = place_of(element.source());
    if (place.empty()) place = entry.place;
    const Entry inner{element, join(entry.address, std::to_string(i)), std::move(place)};
    places[inner.address] = inner.place;
    read(inner, value.emplace_back(), range, places);
  }
}

/// An object by its class: { type = "Adam", ... }, or the class's name alone. Names are Keras's, in either spelling.
template <class... A>
void read(const Entry& entry, std::variant<A...>& value, const Range&, Places& places) {
  static const toml::table kNoFields;
  const toml::table& table = entry.node.is_table() ? *entry.node.as_table() : kNoFields;
  const toml::node* type = entry.node.is_table() ? table.get("type") : &entry.node;
  if (type == nullptr)
    throw Error(ErrorCode::usage, entry.place, entry.address + " has no type",
                "such as type = \"" + std::string(type_name<std::variant_alternative_t<0, std::variant<A...>>>) + "\"");
  if (!type->is_string()) refuse_type({*type, entry.address, entry.place}, "a class name or a table with a type");

  const std::string& name = type->as_string()->get();
  const auto read_alternative = [&](auto alternative) {
    using Alternative = decltype(alternative);
    if constexpr (!is_for_files<Alternative>) return false;
    constexpr std::string_view known = type_name<Alternative>;
    const auto& shorter = abbreviations<Alternative>;
    const bool is_abbreviation = std::find(shorter.begin(), shorter.end(), name) != shorter.end();
    if (name != known && name != snake_case(known) && !is_abbreviation) return false;
    TableReader reader(table, entry.address, entry.place, entry.address + " (" + std::string(known) + ")", places);
    reader.find("type");
    describe(alternative, reader);
    reader.finish();
    value = std::move(alternative);
    return true;
  };
  if ((read_alternative(A{}) || ...)) return;

  const Entry named{*type, entry.node.is_table() ? join(entry.address, "type") : entry.address, entry.place};
  if (((!is_for_files<A> && (name == type_name<A> || name == snake_case(type_name<A>))) || ...))
    throw Error(ErrorCode::usage, named.place,
                named.address + " = \"" + name + "\" holds code, and a recipe holds none",
                "it is for programs in C++ (custom.hpp, custom_layer.hpp)");
  std::vector<std::string> names;
  const auto add = [&names](bool is_named, std::string_view alternative) {
    if (is_named) names.emplace_back(alternative);
  };
  (add(is_for_files<A>, type_name<A>), ...);
  refuse_name(named, name, names);
}

}  // namespace telar
