#include "study/resume.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <sstream>

#include <telar/error.hpp>

#include "study/toml.hpp"

namespace telar {

namespace {

/// Every value of a recipe under its address: "model.layers.2.units" -> "512".
void collect(const toml::node& node, const std::string& address, std::map<std::string, std::string>& values) {
  const auto inner = [&](const std::string& key) { return address.empty() ? key : address + "." + key; };
  if (const toml::table* table = node.as_table()) {
    for (const auto& [key, value] : *table) collect(value, inner(std::string(key.str())), values);
  } else if (const toml::array* array = node.as_array()) {
    for (std::size_t i = 0; i < array->size(); ++i) collect((*array)[i], inner(std::to_string(i)), values);
  } else {
    std::ostringstream text;
    node.visit([&](const auto& value) { text << value; });
    values[address] = text.str();
  }
}

std::map<std::string, std::string> values_of(const Recipe& recipe) {
  std::map<std::string, std::string> values;
  collect(parse_toml(to_toml(recipe), "recipe"), {}, values);
  values.erase("data.dir");
  return values;
}

}  // namespace

std::vector<std::string> differences(const Recipe& recipe, const Recipe& run) {
  const std::map<std::string, std::string> own = values_of(recipe), theirs = values_of(run);
  std::vector<std::string> all;
  for (const auto& [address, value] : own) {
    const auto other = theirs.find(address);
    if (other == theirs.end())
      all.push_back(address + " = " + value + ", which the run has not");
    else if (other->second != value)
      all.push_back(address + " = " + value + ", but the run has " + other->second);
  }
  for (const auto& [address, value] : theirs)
    if (!own.contains(address)) all.push_back("no " + address + ", but the run has " + value);
  return all;
}

void check_same_recipe(const Recipe& recipe, const Recipe& run, const std::string& directory) {
  constexpr std::size_t kShown = 3;
  const std::vector<std::string> all = differences(recipe, run);
  if (all.empty()) return;
  std::string text;
  for (std::size_t i = 0; i < std::min(all.size(), kShown); ++i) text += (i == 0 ? "" : "; ") + all[i];
  if (all.size() > kShown) text += "; and " + std::to_string(all.size() - kShown) + " more";
  throw Error(ErrorCode::usage, directory, "the run was begun with another recipe: the recipe has " + text,
              "`telar train " + directory + " --resume` goes on with the run's own recipe");
}

void check_same_data(const Json& now, const Json& environment, const std::string& directory) {
  if (!environment.contains("data") || !environment["data"].is_object()) return;
  const Json& then = environment["data"];
  for (const auto& [set, document] : now.items()) {
    const bool told = then.contains(set) && then[set].is_object() && then[set].contains("sha256");
    if (told && then[set]["sha256"] != document["sha256"])
      throw Error(ErrorCode::data, directory, "the run was begun with other samples: its " + set + " set has changed",
                  "give it the data it had, or train anew into another folder");
  }
}

}  // namespace telar
