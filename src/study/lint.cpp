// Settings that are allowed, but cannot do what they seem to.
#include <algorithm>
#include <variant>

#include "base/number_text.hpp"
#include "spec/describe.hpp"
#include "spec/validate.hpp"
#include "study/recipe_places.hpp"

namespace telar {

namespace {

std::string warning(const Recipe& recipe, const Callback::Stock& callback, const std::string& why,
                    const std::string& address) {
  return std::string(class_name(callback)) + " can never act: " + why + " (" + place_of(recipe, address) + ")";
}

std::vector<std::string> logged_quantities(const Recipe& recipe) {
  std::vector<std::string> names{"loss"};
  for (const Metric& metric : recipe.compile.metrics) names.push_back(snake_case(class_name(metric)));
  if (recipe.data.validation.kind == ValidationSpec::Kind::none) return names;
  for (std::size_t i = 0, n = names.size(); i < n; ++i) names.push_back("val_" + names[i]);
  return names;
}

std::string list(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

}  // namespace

std::vector<std::string> lint(const Recipe& recipe) {
  std::vector<std::string> warnings;
  const double rate = std::visit([](const auto& o) { return o.learning_rate; }, recipe.compile.optimizer);
  const std::vector<std::string> logged = logged_quantities(recipe);

  for (std::size_t i = 0; i < recipe.fit.callbacks.size(); ++i) {
    const Callback::Stock& callback = recipe.fit.callbacks[i];
    const std::string address = "fit.callbacks." + std::to_string(i);

    // The rate is a float32 while it trains, and only a rate above min_lr is ever cut.
    if (const auto* plateau = std::get_if<ReduceLROnPlateau>(&callback);
        plateau != nullptr && static_cast<float>(plateau->min_lr) >= static_cast<float>(rate))
      warnings.push_back(warning(recipe, callback,
                                 "min_lr " + number_text(plateau->min_lr) + " >= learning_rate " + number_text(rate),
                                 address + ".min_lr"));

    std::string monitor;
    if (const auto* plateau = std::get_if<ReduceLROnPlateau>(&callback)) monitor = plateau->monitor;
    if (const auto* stopping = std::get_if<EarlyStopping>(&callback)) monitor = stopping->monitor;
    if (!monitor.starts_with("val_") || std::find(logged.begin(), logged.end(), monitor) != logged.end()) continue;
    const bool validates = recipe.data.validation.kind != ValidationSpec::Kind::none;
    warnings.push_back(
        warning(recipe, callback,
                "it monitors " + monitor +
                    (validates ? ", but logged are " + list(logged) : ", but there is no validation data"),
                address + ".monitor"));
  }
  return warnings;
}

}  // namespace telar
