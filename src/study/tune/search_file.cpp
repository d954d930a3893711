#include "study/tune/search_file.hpp"

#include <algorithm>
#include <charconv>
#include <climits>
#include <cmath>
#include <span>
#include <sstream>
#include <tuple>

#include <telar/error.hpp>

#include "base/number_text.hpp"
#include "base/sha256.hpp"
#include "spec/stretch.hpp"
#include "study/recipe_places.hpp"
#include "study/recipe_tree.hpp"
#include "study/recipe_values.hpp"
#include "study/toml_reader.hpp"
#include "study/tune/describe_search.hpp"
#include "tune/space.hpp"

namespace telar {

namespace {

constexpr std::size_t kMostParameters = 100;
constexpr std::size_t kMostOptions = 1000;
constexpr int kMostCopies = 100;
constexpr std::string_view kLayers = "model.layers.";

[[noreturn]] void refuse_at(const toml::source_region& source, const std::string& message,
                            const std::string& hint = {}) {
  throw Error(ErrorCode::usage, place_of(source), message, hint);
}

std::string text_of(const toml::node& node) {
  if (const auto* text = node.as_string()) return text->get();
  if (const auto* number = node.as_floating_point()) return number_text(number->get());
  std::ostringstream text;
  node.visit([&](const auto& value) {
    if constexpr (toml::is_value<decltype(value)>) text << value;
  });
  return text.str();
}

/// [low, high] of numbers.
std::pair<double, double> range_of(const toml::node& node, const std::string& name, bool whole) {
  const toml::array* ends = node.as_array();
  const auto is_end = [&](const toml::node& end) { return whole ? end.is_integer() : end.is_number(); };
  if (ends == nullptr || ends->size() != 2 || !std::ranges::all_of(*ends, is_end))
    refuse_at(node.source(), name + " must be two " + (whole ? "whole numbers" : "numbers"),
              whole ? "such as int = [1, 4]" : "such as float = [0.0, 0.5]");
  const auto number = [&](std::size_t i) {
    const auto* integer = ends->get(i)->as_integer();
    return integer != nullptr ? static_cast<double>(integer->get()) : ends->get(i)->as_floating_point()->get();
  };
  if (whole)
    for (const double end : {number(0), number(1)})
      if (std::abs(end) > INT_MAX) refuse_at(node.source(), name + " is out of range: " + number_text(end));
  return {number(0), number(1)};
}

/// One string or several.
std::vector<std::string> words_of(const toml::node& node, const std::string& name) {
  std::vector<std::string> words;
  const auto take = [&](const toml::node& word) {
    const std::string text = text_of(word);
    if (text.empty()) refuse_at(node.source(), name + " must be a word or an array of words");
    words.push_back(text);
  };
  if (const toml::array* array = node.as_array())
    for (const toml::node& word : *array) take(word);
  else
    take(node);
  if (words.empty()) refuse_at(node.source(), name + " is empty");
  return words;
}

/// "model.layers.2" or "model.layers.2-4": first and last layer.
std::optional<std::pair<std::size_t, std::size_t>> layers_of(const std::string& address) {
  if (!address.starts_with(kLayers)) return {};
  std::pair<std::size_t, std::size_t> layers{};
  const char *at = address.data() + kLayers.size(), *end = address.data() + address.size();
  auto [rest, error] = std::from_chars(at, end, layers.first);
  if (error != std::errc{}) return {};
  layers.second = layers.first;
  if (rest != end) {
    if (*rest != '-') return {};
    const auto [last, wrong] = std::from_chars(rest + 1, end, layers.second);
    if (wrong != std::errc{} || last != end || layers.second < layers.first) return {};
  }
  return layers;
}

double steps_of(const Recipe& recipe, std::size_t samples) {
  const double batches = std::ceil(static_cast<double>(samples) / recipe.fit.batch_size);
  return recipe.fit.epochs * (recipe.fit.steps_per_epoch ? *recipe.fit.steps_per_epoch : batches);
}

}  // namespace

SearchFile::SearchFile(const std::filesystem::path& file, const std::vector<std::string>& settings) : file_(file) {
  tree_ = read_recipe_tree(file, settings);
  const auto found = tree_.find("search");
  if (found == tree_.end() || !found->second.is_table())
    throw Error(ErrorCode::usage, file.filename().string(), "there is no [search]: what is open?",
                "[search.space] \"compile.optimizer.learning_rate\" = { log = [1e-4, 1e-2] }");
  toml::table search = std::move(*found->second.as_table());  // copies of nodes do not know their places
  const std::string place = place_of(found->first.source());
  tree_.erase(found);

  toml::node* space = search.get("space");
  toml::table open;
  toml::source_region space_source;
  if (space != nullptr) {
    space_source = space->source();
    if (!space->is_table()) refuse_at(space_source, "search.space must be a table");
    open = std::move(*space->as_table());
    places_["space"] = place_of(space_source);
    search.erase("space");
  }
  Places addresses;
  TableReader reader(search, "search", place, "[search]", addresses);
  describe(settings_, reader);
  reader.finish();
  for (const auto& [address, where] : addresses) places_[address.substr(std::string_view("search.").size())] = where;
  if (open.empty())
    throw Error(ErrorCode::usage, place, "search.space has no parameter: nothing is open",
                "[search.space] \"compile.optimizer.learning_rate\" = { log = [1e-4, 1e-2] }");

  base_ = recipe_of_tree(tree_, file);
  read_space(open);
  try {
    static_cast<void>(SearchSpace(space_));
  } catch (const Error& error) {
    const auto at = std::ranges::find(space_, error.where(), &SearchParameter::name);
    if (at == space_.end()) throw;
    refuse_at(targets_[static_cast<std::size_t>(at - space_.begin())].source, error.where() + ": " + error.message(),
              error.hint());
  }
  for (const SearchPoint& point : edges()) static_cast<void>(recipe_at(point, 1000, "edge"));

  std::string text = to_toml(base_);
  for (const toml::table* table : {&open, &search})
    for (const auto& [address, value] : flat_values(*table)) text += address + " = " + value + "\n";
  for (const SearchParameter& parameter : space_) text += parameter.name + "\n";  // values are set in this order
  Sha256 hash;
  hash.update(std::as_bytes(std::span(text)));
  sha256_ = hash.hex();
}

std::string SearchFile::place(const std::string& key) const {
  const auto found = places_.find(key);
  return found == places_.end() ? file_.filename().string() : found->second;
}

void SearchFile::set_data_directory(const std::string& directory) { base_.data.directory = directory; }

void SearchFile::read_space(const toml::table& space) {
  if (space.size() > kMostParameters)
    refuse_at(space.source(), "search.space has " + std::to_string(space.size()) + " parameters, but at most " +
                                  std::to_string(kMostParameters) + " can be open");
  std::vector<std::tuple<std::uint32_t, std::uint32_t, const toml::key*, const toml::node*>> in_order;
  for (const auto& [key, node] : space)
    in_order.emplace_back(key.source().begin.line, key.source().begin.column, &key, &node);
  std::ranges::sort(in_order);
  for (const auto& [line, column, key, node] : in_order) {
    if (!node->is_table())
      refuse_at(key->source(), std::string(key->str()) + " must be a table",
                "such as { log = [1e-4, 1e-2] }; an address stands in quotes");
    read_parameter(std::string(key->str()), *node->as_table(), key->source());
  }
}

void SearchFile::read_parameter(const std::string& name, const toml::table& table, const toml::source_region& source) {
  SearchParameter parameter{name, FloatRange{}};
  Target target;
  target.source = source;
  std::string kind;
  bool by_ratio = false;
  for (const auto& [key, node] : table) {
    const std::string word(key.str());
    const bool flag = word == "log" && node.is_boolean();
    if (flag) {
      by_ratio = *node.value<bool>();
    } else if (word == "at") {
      target.addresses = words_of(node, "at");
    } else if (word == "when") {
      if (!node.is_table())
        refuse_at(key.source(), "when must be a table", "when = { \"compile.optimizer\" = \"sgd\" }");
      for (const auto& [choice, options] : *node.as_table())
        parameter.when[std::string(choice.str())] = words_of(options, "when." + std::string(choice.str()));
    } else if (word == "float" || word == "log" || word == "int" || word == "choice" || word == "repeat") {
      if (!kind.empty()) refuse_at(source, name + " has both " + kind + " and " + word, "keep one of them");
      kind = word;
      const bool whole = word == "int" || word == "repeat";
      if (word == "choice") {
        read_choice(node, parameter, target);
      } else if (const auto [low, high] = range_of(node, word, whole); whole) {
        parameter.values = IntRange{static_cast<int>(low), static_cast<int>(high)};
      } else {
        parameter.values = FloatRange{low, high, word == "log"};
      }
    } else {
      refuse_at(key.source(), "unknown key \"" + word + "\" in " + name,
                "known: float, log, int, choice, repeat, at, when");
    }
  }
  if (kind.empty())
    refuse_at(source, name + " does not say which values", "such as { log = [1e-4, 1e-2] } or { choice = [64, 128] }");
  if (target.addresses.empty()) target.addresses = {name};
  for (const std::string& address : target.addresses)
    if (address == "seed" || address == "data" || address.starts_with("data."))
      refuse_at(source, name + ": " + address + " cannot be open: all trials have the same seed and samples");
  if (by_ratio) {
    if (auto* whole = std::get_if<IntRange>(&parameter.values); whole != nullptr && kind == "int")
      whole->log = true;
    else
      refuse_at(source, name + ": log = true is for int", "a float by ratios is log = [low, high]");
  }
  if (kind == "repeat") {
    target.repeat = layers_of(target.addresses.front());
    const toml::array* layers = tree_.at_path("model.layers").as_array();
    if (target.addresses.size() > 1 || !target.repeat || layers == nullptr || target.repeat->second >= layers->size())
      refuse_at(source, name + ": repeat is for layers, and there is none at " + target.addresses.front(),
                "such as \"model.layers.2\", or \"model.layers.2-4\" for three of them; they count from 0");
    const auto& range = std::get<IntRange>(parameter.values);
    if (range.low < 0 || range.high > kMostCopies)
      refuse_at(source, name + ": repeat must be in [0, " + std::to_string(kMostCopies) + "]");
    for (std::size_t other = 0; other < targets_.size(); ++other)
      if (const auto& taken = targets_[other].repeat;
          taken && taken->first <= target.repeat->second && target.repeat->first <= taken->second)
        refuse_at(source, name + ": its layers are also those of " + space_[other].name, "repeat each layer once");
  }
  space_.push_back(std::move(parameter));
  targets_.push_back(std::move(target));
}

void SearchFile::read_choice(const toml::node& node, SearchParameter& parameter, Target& target) {
  Choice choice;
  const auto add = [&](const std::string& option, const toml::node& value) {
    choice.options.push_back(option);
    toml::table held;
    held.insert("value", value);
    target.options.emplace(option, std::move(held));
  };
  if (const toml::array* array = node.as_array()) {
    for (const toml::node& value : *array) {
      if (!value.is_value())
        refuse_at(value.source(), parameter.name + ": such an option needs a name",
                  "choice = { adam = { type = \"Adam\" }, ... }");
      add(text_of(value), value);
    }
  } else if (const toml::table* named = node.as_table()) {
    for (const auto& [key, value] : *named) add(std::string(key.str()), value);
  } else {
    refuse_at(node.source(), parameter.name + ": choice must be an array, or a table of named values");
  }
  if (choice.options.size() > kMostOptions) refuse_at(node.source(), parameter.name + " has too many options");
  parameter.values = std::move(choice);
}

void SearchFile::set_target(toml::table& tree, std::size_t parameter, const SearchPoint& point) const {
  const Target& target = targets_[parameter];
  const auto value = point.values.find(space_[parameter].name);
  if (value == point.values.end() || target.repeat) return;
  for (const std::string& address : target.addresses) {
    if (const auto* number = std::get_if<double>(&value->second))
      set_value(tree, address, toml::value<double>(*number), target.source);
    else if (const auto* whole = std::get_if<int>(&value->second))
      set_value(tree, address, toml::value<std::int64_t>(*whole), target.source);
    else
      set_value(tree, address, *target.options.at(std::get<std::string>(value->second)).get("value"), target.source);
  }
}

void SearchFile::copy_layers(toml::table& tree, const SearchPoint& point) const {
  std::vector<std::size_t> repeated;
  for (std::size_t i = 0; i < targets_.size(); ++i)
    if (targets_[i].repeat && point.has(space_[i].name)) repeated.push_back(i);
  // From the last layers on, so that the numbers of those before stay right.
  std::ranges::sort(repeated, [&](std::size_t a, std::size_t b) { return targets_[a].repeat > targets_[b].repeat; });
  toml::array* layers = tree.at_path("model.layers").as_array();
  std::size_t behind = std::string::npos;
  for (const std::size_t i : repeated) {
    const auto [first, last] = *targets_[i].repeat;
    if (layers == nullptr || last >= layers->size() || last >= behind)
      refuse_at(targets_[i].source,
                space_[i].name + ": the layers to repeat are not there, or those of two parameters");
    behind = first;
    toml::array block;
    for (std::size_t l = first; l <= last; ++l) block.push_back(*layers->get(l));
    const auto begin = layers->cbegin() + static_cast<std::ptrdiff_t>(first);
    layers->erase(begin, begin + static_cast<std::ptrdiff_t>(last - first + 1));
    auto at = static_cast<std::ptrdiff_t>(first);
    for (int copy = 0; copy < point.integer(space_[i].name); ++copy)
      for (const toml::node& layer : block) {
        toml::table one = layer.is_table() ? *layer.as_table() : toml::table{};
        if (copy > 0) one.erase("name");
        if (layer.is_table())
          layers->insert(layers->cbegin() + at++, std::move(one));
        else
          layers->insert(layers->cbegin() + at++, layer);
      }
  }
}

Recipe SearchFile::recipe_at(const SearchPoint& point, std::size_t samples, const std::string& name) const {
  toml::table tree = tree_;
  for (std::size_t i = 0; i < targets_.size(); ++i) set_target(tree, i, point);
  copy_layers(tree, point);
  Recipe recipe = recipe_of_tree(tree, file_);
  recipe.name = name;
  // The copy of the tree does not know which file says what, so neither where relative paths start from.
  recipe.data = base_.data;
  const auto opens_start = [](const Target& target) {
    return std::ranges::find(target.addresses, "fit.start_from") != target.addresses.end();
  };
  if (std::ranges::none_of(targets_, opens_start)) recipe.fit.start_from = base_.fit.start_from;
  const double factor = steps_of(recipe, samples) / steps_of(base_, samples);
  std::visit([factor](auto& o) { o.learning_rate = stretched(o.learning_rate, factor); }, recipe.compile.optimizer);
  const double epochs = static_cast<double>(recipe.fit.epochs) / base_.fit.epochs;
  for (Callback::Stock& callback : recipe.fit.callbacks)
    if (auto* schedule = std::get_if<EpochSchedule>(&callback))
      schedule->schedule = stretched(schedule->schedule, epochs);
  return recipe;
}

std::vector<SearchPoint> SearchFile::edges() const {
  const SearchSpace space(space_);
  std::vector<SearchPoint> points;
  for (std::size_t i = 0; i < space_.size(); ++i) {
    SearchPoint needed;
    for (const auto& [name, options] : space.needs(i)) needed.values[name] = *options.begin();
    const auto add = [&](auto value) {
      SearchPoint& point = points.emplace_back(needed);
      point.values[space_[i].name] = value;
    };
    if (const auto* range = std::get_if<FloatRange>(&space_[i].values)) {
      add(range->low);
      add(range->high);
    } else if (const auto* whole = std::get_if<IntRange>(&space_[i].values)) {
      add(whole->low);
      add(whole->high);
    } else {
      for (const std::string& option : std::get<Choice>(space_[i].values).options) add(option);
    }
  }
  return points;
}

SearchPoint SearchFile::first() const {
  constexpr std::size_t kAny = 1000;
  const std::map<std::string, std::string> values = recipe_values(base_);
  const std::string own = recipe_sha256(base_);
  SearchPoint point;
  for (std::size_t i = 0; i < space_.size(); ++i) {
    const SearchParameter& parameter = space_[i];
    if (targets_[i].repeat) {
      point.values[parameter.name] = 1;
      continue;
    }
    if (const auto* choice = std::get_if<Choice>(&parameter.values)) {
      for (const std::string& option : choice->options) {
        SearchPoint one;
        one.values[parameter.name] = option;
        try {
          if (recipe_sha256(recipe_at(one, kAny, base_.name)) != own) continue;
        } catch (const Error&) {  // not without what its condition needs: then it is not the base's
          continue;
        }
        point.values[parameter.name] = option;
        break;
      }
      continue;
    }
    const auto found = values.find(targets_[i].addresses.front());
    if (found == values.end()) continue;
    double number = 0;
    const char *text = found->second.data(), *end = text + found->second.size();
    if (std::from_chars(text, end, number).ptr != end) continue;
    if (std::holds_alternative<FloatRange>(parameter.values))
      point.values[parameter.name] = number;
    else
      point.values[parameter.name] = static_cast<int>(number);
  }
  const SearchSpace space(space_);
  Coordinates at = space.coordinates(point);
  space.drop_inactive(at);
  for (std::size_t i = 0; i < space_.size(); ++i)  // what is outside its range stays, if it takes part
    if (std::isnan(at[i]) && !space_[i].when.empty()) point.values.erase(space_[i].name);
  return point;
}

}  // namespace telar
