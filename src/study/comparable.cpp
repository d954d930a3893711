#include "study/comparable.hpp"

#include <algorithm>
#include <type_traits>
#include <variant>

#include <telar/error.hpp>

#include "spec/validate.hpp"
#include "study/environment.hpp"
#include "study/recipe_places.hpp"
#include "study/recipe_values.hpp"
#include "train/monitor.hpp"

namespace telar {

namespace {

constexpr const char* kSameSamples =
    "a change is judged on the same samples as its baseline: give both the same [data]";

/// "loss", "accuracy", ...: what an evaluation of the recipe's network measures.
std::vector<std::string> measured_by(const Recipe& recipe, const RecipeData& data) {
  const Sequential model = build_model(recipe, data.train);
  const Score score = model.evaluate(data.validation->slice(0, std::min<std::size_t>(data.validation->size(), 2)));
  std::vector<std::string> names;
  for (const auto& [name, estimate] : score.metrics) names.push_back(name);
  for (const auto& [name, estimate] : score.of_classes) names.push_back(name);
  names.emplace_back("loss");
  return names;
}

std::string first_accuracy(const std::vector<std::string>& measured) {
  const auto accuracy =
      std::ranges::find_if(measured, [](const std::string& name) { return name.ends_with("accuracy"); });
  return "val_" + (accuracy != measured.end() ? *accuracy : std::string("loss"));
}

std::string measured_text(const std::vector<std::string>& measured) {
  std::string list;
  for (const std::string& name : measured) list += (list.empty() ? "val_" : ", val_") + name;
  return list;
}

void check_same_loss(const Recipe& baseline, const Recipe& change) {
  for (const RecipeDifference& difference : compare_recipes(baseline, change))
    if (difference.address.starts_with("compile.loss"))
      throw Error(
          ErrorCode::usage, place_of(change, "compile.loss"),
          "its loss is another one than that of " + baseline.name + ", so the values of val_loss cannot be compared",
          "compare by something both measure alike, such as --metric val_accuracy");
}

}  // namespace

void check_same_samples(const Recipe& baseline, const Recipe& change) {
  for (const auto& [address, first, second] : compare_recipes(baseline, change)) {
    if (!address.starts_with("data.")) continue;
    const std::string theirs = ", but " + baseline.name + (first ? " has " + *first : " has none");
    throw Error(ErrorCode::usage, place_of(change, address),
                change.name + " has " + (second ? address + " = " + *second : "no " + address) + theirs, kSameSamples);
  }
}

void check_same_samples(const Recipe& baseline, const RecipeData& of_baseline, const Recipe& change,
                        const RecipeData& of_change) {
  const auto check = [&](const Dataset& first, const Dataset& second, const char* part) {
    // Labels of one recipe may be one-hot targets of the other: then only their number can be told.
    const bool same = first.size() == second.size() &&
                      (first.has_labels() != second.has_labels() || fingerprint(first) == fingerprint(second));
    if (!same)
      throw Error(ErrorCode::usage, place_of(change, "data.dir"),
                  std::string("the ") + part + " samples of " + change.name + " are not those of " + baseline.name,
                  kSameSamples);
  };
  check(of_baseline.train, of_change.train, "training");
  if (of_baseline.validation && of_change.validation)
    check(*of_baseline.validation, *of_change.validation, "validation");
  check(of_baseline.test, of_change.test, "test");
  if (of_baseline.train_weights != of_change.train_weights ||
      of_baseline.validation_weights != of_change.validation_weights)
    throw Error(ErrorCode::usage, place_of(change, "data.dir"),
                "the weights of the samples of " + change.name + " are not those of " + baseline.name, kSameSamples);
}

std::string common_metric(const std::vector<Recipe>& recipes, const std::vector<RecipeData>& data,
                          const std::string& wanted) {
  std::string metric = wanted;
  if (!wanted.empty() && !wanted.starts_with("val_"))
    throw Error(ErrorCode::usage, "--metric " + wanted, "a change is judged on validation data",
                "such as --metric val_" + wanted.substr(wanted.starts_with("test_") ? 5 : 0));
  for (std::size_t i = 0; i < recipes.size(); ++i) {
    if (!data[i].validation)
      throw Error(ErrorCode::usage, place_of(recipes[i], "data"),
                  "it holds no validation data out to judge a change by",
                  "add validation = { last = 0.2 } to [data], or say --set 'data.validation={ last = 0.2 }'");
    const std::vector<std::string> measured = measured_by(recipes[i], data[i]);
    if (metric.empty()) metric = first_accuracy(measured);
    if (std::ranges::find(measured, metric.substr(4)) == measured.end())
      throw Error(ErrorCode::usage, place_of(recipes[i], "compile.metrics"),
                  recipes[i].name + " does not measure " + metric, "it measures " + measured_text(measured));
    if (metric == "val_loss") check_same_loss(recipes.front(), recipes[i]);
  }
  return metric;
}

bool more_is_better(const std::string& metric) { return Monitor(metric, Mode::automatic, 0).better(1, 0); }

std::vector<std::string> validation_watchers(const Recipe& recipe) {
  std::vector<std::string> watchers;
  for (const Callback::Stock& callback : recipe.fit.callbacks)
    std::visit(
        [&](const auto& settings) {
          using T = std::remove_cvref_t<decltype(settings)>;
          if constexpr (requires { settings.monitor; }) {
            bool chooses = settings.monitor.starts_with("val_");
            if constexpr (std::is_same_v<T, ModelCheckpoint>) chooses = chooses && settings.save_best_only;
            if (chooses) watchers.emplace_back(class_name(callback));
          }
        },
        callback);
  return watchers;
}

}  // namespace telar
