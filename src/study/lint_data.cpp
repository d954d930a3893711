// What only the data show.
#include <algorithm>
#include <cmath>
#include <fmt/format.h>

#include "base/number_text.hpp"
#include "spec/validate.hpp"
#include "study/lint.hpp"
#include "study/recipe_places.hpp"

namespace telar {

namespace {

using Severity = Finding::Severity;

/// Samples of each class; empty for data without labels or one-hot targets.
std::vector<std::int64_t> class_counts(const Dataset& data) {
  const Dataset::Storage& storage = data.storage();
  std::vector<std::int64_t> counts(static_cast<std::size_t>(data.has_labels() ? data.classes() : 0));
  for (const std::uint32_t row : data.rows())
    if (!counts.empty()) ++counts[static_cast<std::size_t>(storage.labels[row])];
  return counts;
}

void check_split(const Recipe& recipe, const RecipeData& data, std::vector<Finding>& found) {
  if (!data.validation) return;
  const std::vector<std::int64_t> train = class_counts(data.train), held_out = class_counts(*data.validation);
  const auto warn = [&](const std::string& part, const std::string& other, std::size_t c, std::int64_t samples) {
    const auto names = data.train.class_names();
    const std::string name = c < names.size() ? names[c] : std::to_string(c);
    found.push_back({Severity::warning,
                     fmt::format("the {} samples have none of class {}, of which the {} samples have {}", part, name,
                                 other, samples),
                     "The part held out is cut off as the file has it. In a file sorted by class, or nearly so, one "
                     "part lacks what the other is full of, and its scores say nothing.",
                     "validation = { fraction = 0.2, order = \"stratified\" }", place_of(recipe, "data.validation")});
  };
  for (std::size_t c = 0; c < std::min(train.size(), held_out.size()); ++c) {
    if (train[c] == 0 && held_out[c] > 0) return warn("training", "validation", c, held_out[c]);
    if (held_out[c] == 0 && train[c] > 0) return warn("validation", "training", c, train[c]);
  }
}

struct FirstNorm {
  const BatchNormalization* norm = nullptr;
  std::string address;
};
/// The first that trains, also within a Residual. `where`: the address of `layers`.
FirstNorm first_norm(const std::vector<Layer>& layers, const std::string& where) {
  for (std::size_t i = 0; i < layers.size(); ++i) {
    const std::string address = where + "." + std::to_string(i);
    if (const auto* norm = std::get_if<BatchNormalization>(&layers[i]); norm != nullptr && norm->trainable)
      return {norm, address};
    if (const auto* residual = std::get_if<Residual>(&layers[i]))
      if (FirstNorm inner = first_norm(residual->layers, address + ".layers"); inner.norm != nullptr) return inner;
  }
  return {};
}

void check_batches(const Recipe& recipe, const RecipeData& data, std::vector<Finding>& found) {
  const auto samples = static_cast<std::int64_t>(data.train.size());
  const std::int64_t batch = std::min<std::int64_t>(recipe.fit.batch_size, samples);
  const std::int64_t steps = recipe.fit.steps_per_epoch.value_or(static_cast<int>((samples + batch - 1) / batch)) *
                             static_cast<std::int64_t>(recipe.fit.epochs - recipe.fit.initial_epoch);
  const auto& [norm, address] = first_norm(recipe.layers, "model.layers");  // the others are as this one
  if (norm == nullptr) return;
  const std::string name = address + " (BatchNormalization)";
  if (batch > 1 && samples % batch == 1)
    found.push_back({Severity::warning,
                     fmt::format("{} sees a last batch of 1 sample: {} samples in batches of {}", name, samples,
                                 recipe.fit.batch_size),
                     "In this step its output is beta whatever the sample, and the moving variance is drawn towards "
                     "zero.",
                     fmt::format("batch_size = {}", recipe.fit.batch_size + 1), place_of(recipe, "fit.batch_size")});
  const double kept = std::pow(norm->momentum, static_cast<double>(steps));
  constexpr double kMuch = 0.05;
  if (kept > kMuch)
    found.push_back({Severity::warning,
                     fmt::format("the moving averages of {} still hold {:.0f} % of their first values after all {} "
                                 "steps",
                                 name, 100 * kept, steps),
                     fmt::format("Each step keeps momentum {} of them. Validation and test normalise with these "
                                 "averages, training with those of the batch: the scores are those of another "
                                 "network.",
                                 number_text(norm->momentum)),
                     fmt::format("momentum = {}, more epochs or smaller batches",
                                 norm->momentum > 0.9 && steps > 28 ? "0.9" : "0.5"),
                     place_of(recipe, address + ".momentum")});
}

}  // namespace

std::vector<Finding> lint(const Recipe& recipe, const RecipeData& data) {
  std::vector<Finding> found;
  const bool bytes = std::holds_alternative<std::vector<std::uint8_t>>(data.train.storage().features);
  if (bytes && recipe.data.source == DataSpec::Source::npy) add_unscaled_bytes(recipe, found);  // no recipe tells that
  check_split(recipe, data, found);
  check_batches(recipe, data, found);
  return found;
}

}  // namespace telar
