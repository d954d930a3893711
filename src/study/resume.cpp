#include "study/resume.hpp"

#include <algorithm>

#include <telar/error.hpp>

#include "study/recipe_values.hpp"

namespace telar {

std::vector<std::string> differences(const Recipe& recipe, const Recipe& run) {
  std::vector<std::string> with, without;
  for (const auto& [address, own, theirs] : compare_recipes(recipe, run)) {
    if (!own)
      without.push_back("no " + address + ", but the run has " + *theirs);
    else
      with.push_back(address + " = " + *own + (theirs ? ", but the run has " + *theirs : ", which the run has not"));
  }
  with.insert(with.end(), without.begin(), without.end());
  return with;
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
