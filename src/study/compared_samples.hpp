// The samples of a comparison's recipes: read once, however many trainings share them.
#pragma once

#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "study/documents.hpp"
#include "study/recipe.hpp"

namespace telar {

/// Of each recipe, baseline first, which have the same [data]; for a split that the seed decides, of each seed.
class ComparedSamples {
 public:
  struct Set {
    RecipeData data;
    Json document;  ///< data_document
  };

  /// `recipes` must outlive it; more may be added to them later.
  ComparedSamples(const std::vector<Recipe>& recipes, DataReading reading);

  /// Of recipe number `recipe`. Throws Error as load_data does, the first time.
  const Set& of(std::size_t recipe, std::uint64_t seed);

 private:
  const std::vector<Recipe>& recipes_;
  DataReading reading_;
  std::map<std::pair<std::size_t, std::uint64_t>, Set> sets_;
};

}  // namespace telar
