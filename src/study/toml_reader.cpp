#include "study/toml_reader.hpp"

#include <algorithm>
#include <limits>
#include <sstream>

#include <telar/error.hpp>

#include "base/did_you_mean.hpp"
#include "base/number_text.hpp"
#include "study/recipe_tree.hpp"

namespace telar {

namespace {

std::string type_text(const toml::node& node) {
  switch (node.type()) {
    case toml::node_type::table:
      return "a table";
    case toml::node_type::array:
      return "an array";
    case toml::node_type::string:
      return "a string";
    case toml::node_type::integer:
      return "an integer";
    case toml::node_type::floating_point:
      return "a float";
    case toml::node_type::boolean:
      return "a boolean";
    default:
      return "a date or time";
  }
}

std::string shown(const toml::node& node) {
  if (const auto* number = node.as_floating_point()) return number_text(number->get());
  if (const auto* string = node.as_string()) return "\"" + string->get() + "\"";
  std::ostringstream text;
  node.visit([&](const auto& value) {
    if constexpr (toml::is_value<decltype(value)>) text << value;
  });
  return text.str();
}

template <class Int>
void read_integer(const Entry& entry, Int& value, const Range& range) {
  const auto* integer = entry.node.as_integer();
  if (integer == nullptr) refuse_type(entry, "an integer");
  check_range(entry.address, static_cast<double>(integer->get()), range, entry.place);
  if (!std::in_range<Int>(integer->get()))
    check_range(
        entry.address, static_cast<double>(integer->get()),
        {static_cast<double>(std::numeric_limits<Int>::min()), static_cast<double>(std::numeric_limits<Int>::max())},
        entry.place);
  value = static_cast<Int>(integer->get());
}

}  // namespace

void refuse_type(const Entry& entry, std::string_view expected) {
  const std::string value = shown(entry.node);
  throw Error(ErrorCode::usage, entry.place,
              entry.address + " must be " + std::string(expected) + ", but is " + type_text(entry.node) +
                  (value.empty() ? "" : " (" + value + ")"));
}

void refuse_name(const Entry& entry, std::string_view name, const std::vector<std::string>& names) {
  std::vector<std::string> spellings = names;
  for (const std::string& spelling : names) spellings.push_back(snake_case(spelling));
  const bool resembles_one = !nearest(name, spellings).empty();
  throw Error(ErrorCode::usage, entry.place, entry.address + " = \"" + std::string(name) + "\" is unknown",
              did_you_mean(name, resembles_one ? spellings : names));
}

void read(const Entry& entry, bool& value, const Range&, Places&) {
  if (!entry.node.is_boolean()) refuse_type(entry, "true or false");
  value = entry.node.as_boolean()->get();
}

void read(const Entry& entry, int& value, const Range& range, Places&) { read_integer(entry, value, range); }

void read(const Entry& entry, std::uint64_t& value, const Range& range, Places&) { read_integer(entry, value, range); }

void read(const Entry& entry, double& value, const Range& range, Places&) {
  const auto* integer = entry.node.as_integer();
  if (integer == nullptr && !entry.node.is_floating_point()) refuse_type(entry, "a number");
  const double number =
      integer != nullptr ? static_cast<double>(integer->get()) : entry.node.as_floating_point()->get();
  check_range(entry.address, number, range, entry.place);
  value = number;
}

void read(const Entry& entry, std::string& value, const Range&, Places&) {
  if (!entry.node.is_string()) refuse_type(entry, "a string");
  value = entry.node.as_string()->get();
}

void read(const Entry& entry, LearningRate& value, const Range& range, Places& places) {
  if (entry.node.is_table() || entry.node.is_string()) {
    read(entry, value.value.emplace<Schedule>(), range, places);
  } else {
    if (!entry.node.is_number()) refuse_type(entry, "a number or a schedule");
    read(entry, value.value.emplace<double>(), range, places);
  }
}

void read(const Entry& entry, ShiftRange& value, const Range& range, Places& places) {
  double factor = 0;
  std::vector<double> ends;
  if (entry.node.is_array()) {
    read(entry, ends, range, places);
    if (ends.size() != 2)
      throw Error(ErrorCode::usage, entry.place,
                  entry.address + " has " + std::to_string(ends.size()) + (ends.size() == 1 ? " number" : " numbers"),
                  "a range has two, such as [-0.1, 0.2]; 0.1 alone means [-0.1, 0.1]");
    value = ShiftRange(ends[0], ends[1]);
  } else {
    if (!entry.node.is_number()) refuse_type(entry, "a number or an array of two");
    read(entry, factor, range, places);
    value = factor;
  }
}

void read(const Entry& entry, Axes& value, const Range& range, Places& places) {
  if (entry.node.is_array()) {
    read(entry, value.list, range, places);
    if (value.list.empty())
      throw Error(ErrorCode::usage, entry.place, entry.address + " is empty", "such as -1 or [1, 2]");
    return;
  }
  if (!entry.node.is_number()) refuse_type(entry, "an integer or an array of them");
  int axis = 0;
  read(entry, axis, range, places);
  value = axis;
}

void read(const Entry& entry, std::map<std::string, double>& value, const Range& range, Places& places) {
  if (!entry.node.is_table()) refuse_type(entry, "a table");
  value.clear();
  for (const auto& [key, node] : *entry.node.as_table()) {
    const Entry inner{node, join(entry.address, key.str()), place_of(key.source())};
    places[inner.address] = inner.place;
    read(inner, value[std::string(key.str())], range, places);
  }
}

void read(const Entry& entry, MixUp& value, const Range&, Places& places) {
  if (!entry.node.is_table()) refuse_type(entry, "a table");
  TableReader reader(*entry.node.as_table(), entry.address, entry.place, entry.address, places);
  describe(value, reader);
  reader.finish();
}

void read(const Entry& entry, ValidationSpec& value, const Range&, Places& places) {
  if (!entry.node.is_table()) refuse_type(entry, "a table");
  const toml::table& table = *entry.node.as_table();
  TableReader reader(table, entry.address, entry.place, entry.address, places);
  const auto forms = std::count_if(kValidationForms.begin(), kValidationForms.end(),
                                   [&](std::string_view form) { return table.contains(form); });
  if (forms > 1)
    throw Error(ErrorCode::usage, entry.place, entry.address + " has more than one of first, last, fraction and folds",
                "keep one of them");

  ValidationSpec spec;
  if (const auto first = reader.find("first")) {
    spec.kind = ValidationSpec::Kind::first;
    read(*first, spec.first, kValidationFirst, places);
  } else if (const auto last = reader.find("last")) {
    spec.kind = ValidationSpec::Kind::last;
    read(*last, spec.fraction, kValidationFraction, places);
  } else if (const auto fraction = reader.find("fraction")) {
    spec.kind = ValidationSpec::Kind::shuffled;
    read(*fraction, spec.fraction, kValidationFraction, places);
    if (const auto order = reader.find("order")) {
      std::string name;
      read(*order, name, {}, places);
      if (name == "stratified")
        spec.kind = ValidationSpec::Kind::stratified;
      else if (name != "shuffled")
        refuse_name(*order, name, {"shuffled", "stratified"});
    }
  } else if (const auto folds = reader.find("folds")) {
    spec.kind = ValidationSpec::Kind::fold;
    read(*folds, spec.folds, kFolds, places);
    if (const auto fold = reader.find("fold"))
      read(*fold, spec.fold, Range{0, static_cast<double>(spec.folds - 1)}, places);
    else
      throw Error(ErrorCode::usage, entry.place, entry.address + " does not say which fold is held out",
                  "fold = 0, and 0 to " + std::to_string(spec.folds - 1) + " for all of them in turn");
    if (const auto order = reader.find("order")) read(*order, spec.fold_order, {}, places);
  }
  reader.finish();
  if (forms == 0)
    throw Error(
        ErrorCode::usage, entry.place, entry.address + " does not say which samples",
        "{ first = 10000 }, { last = 0.2 }, { fraction = 0.2, order = \"stratified\" } or { folds = 5, fold = 0 }");
  value = spec;
}

std::optional<Entry> TableReader::find(std::string_view name) {
  known_.emplace_back(name);
  const auto found = table_.find(name);
  if (found == table_.end()) return {};
  std::string place = place_of(found->first.source());
  std::string address = join(address_, name);
  places_[address] = place;
  return Entry{found->second, std::move(address), std::move(place)};
}

void TableReader::finish() const {
  for (const auto& [key, node] : table_)
    if (std::find(known_.begin(), known_.end(), key.str()) == known_.end())
      throw Error(ErrorCode::usage, place_of(key.source()),
                  "unknown key \"" + std::string(key.str()) + "\"" + (what_.empty() ? "" : " in " + what_),
                  did_you_mean(key.str(), known_));
}

void TableReader::refuse_missing(std::string_view name) const {
  throw Error(ErrorCode::usage, place_, what_ + " has no " + std::string(name) + ", and there is no default",
              "add " + std::string(name) + " = ...");
}

}  // namespace telar
