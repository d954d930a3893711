#include "study/recipe_values.hpp"

#include <span>

#include "base/sha256.hpp"
#include "study/toml.hpp"

namespace telar {

std::map<std::string, std::string> recipe_values(const Recipe& recipe) {
  std::map<std::string, std::string> values = flat_values(parse_toml(to_toml(recipe), "recipe"));
  values.erase("data.dir");
  return values;
}

std::vector<RecipeDifference> compare_recipes(const Recipe& first, const Recipe& second) {
  const std::map<std::string, std::string> a = recipe_values(first), b = recipe_values(second);
  std::map<std::string, RecipeDifference> all;
  for (const auto& [address, value] : a) all[address] = {address, value, {}};
  for (const auto& [address, value] : b) {
    RecipeDifference& difference = all[address];
    difference.address = address;
    difference.second = value;
  }
  std::vector<RecipeDifference> different;
  for (auto& [address, difference] : all)
    if (difference.first != difference.second) different.push_back(std::move(difference));
  return different;
}

std::string recipe_sha256(const Recipe& recipe) {
  Sha256 hash;
  for (const auto& [address, value] : recipe_values(recipe)) {
    const std::string line = address + " = " + value + "\n";  // a value's own line ends are written \n
    hash.update(std::as_bytes(std::span(line)));
  }
  return hash.hex();
}

}  // namespace telar
