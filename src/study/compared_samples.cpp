#include "study/compared_samples.hpp"

#include <utility>
#include <variant>

#include "study/environment.hpp"

namespace telar {

namespace {

/// Whether two recipes of the same [data] take their samples in the same form, labels or one-hot targets.
bool same_form(const Recipe& a, const Recipe& b) {
  const bool same_loss = a.compile.loss && b.compile.loss && a.compile.loss->index() == b.compile.loss->index();
  // For others the width of the network decides, too.
  return same_loss && a.data.directory == b.data.directory &&
         (std::holds_alternative<SparseCategoricalCrossentropy>(*a.compile.loss) ||
          std::holds_alternative<CategoricalCrossentropy>(*a.compile.loss));
}

}  // namespace

ComparedSamples::ComparedSamples(const std::vector<Recipe>& recipes, DataReading reading)
    : recipes_(recipes), reading_(std::move(reading)) {}

const ComparedSamples::Set& ComparedSamples::of(std::size_t recipe, std::uint64_t seed) {
  for (std::size_t other = 0; other < recipe; ++other)
    if (same_form(recipes_[other], recipes_[recipe])) return of(other, seed);
  const bool by_seed = recipes_.front().data.validation.by_seed();
  const std::pair<std::size_t, std::uint64_t> key{recipe, by_seed ? seed : recipes_.front().seed};
  if (const auto known = sets_.find(key); known != sets_.end()) return known->second;
  Recipe one = recipes_[recipe];
  one.seed = key.second;
  RecipeData data = load_data(one, {}, reading_);
  Json document = data_document(data);
  return sets_.emplace(key, Set{std::move(data), std::move(document)}).first->second;
}

}  // namespace telar
