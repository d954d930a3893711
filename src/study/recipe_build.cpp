// From a recipe to what a training needs besides data: network and options.
#include <algorithm>
#include <charconv>
#include <map>
#include <utility>

#include <telar/error.hpp>

#include "base/did_you_mean.hpp"
#include "spec/validate.hpp"
#include "study/describe_recipe.hpp"
#include "study/recipe_places.hpp"

namespace telar {

namespace {

void check_width(const Recipe& recipe, const Sequential& model, const Dataset& data) {
  if (data.classes() == 0 || model.outputs() == data.classes()) return;
  const bool sparse = std::holds_alternative<SparseCategoricalCrossentropy>(*recipe.compile.loss);
  if (data.has_labels() && model.outputs() == 1 && !sparse) {  // labels are targets of one output
    const bool is_table = recipe.data.source == DataSpec::Source::csv;
    if ((!is_table && recipe.data.source != DataSpec::Source::images) || data.classes() <= 2) return;
    if (is_table)
      throw Error(ErrorCode::usage, place_of(recipe, "data.label"),
                  "data.label names a column of " + std::to_string(data.classes()) +
                      " classes, but the network has one output, which learns numbers",
                  "for a regression, say targets = [\"" + recipe.data.label + "\"] instead");
  }
  std::size_t last = model.layers().size() - 1;
  while (last > 0 && !std::holds_alternative<Dense>(model.layers()[last])) --last;
  const Layer& layer = model.layers()[last];
  const std::string address = "model.layers." + std::to_string(last);
  const std::string name =
      std::visit([](const auto& l) { return l.name; }, static_cast<const Layer::Alternatives&>(layer));
  const std::string width = std::to_string(model.outputs()), classes = std::to_string(data.classes());
  throw Error(ErrorCode::usage,
              place_of(recipe, address + ".units") + ", layer " + name + " (" + std::string(class_name(layer)) +
                  "), output (" + width + ")",
              "the network has " + width + (width == "1" ? " output" : " outputs") + ", but " + set_name(data) +
                  " has " + classes + " classes",
              std::holds_alternative<Dense>(layer) ? "set " + address + ".units = " + classes
                                                   : "end with a Dense layer of units = " + classes);
}

// A model counts layers; a reader of a file wants lines. Its messages about a layer start with "layer 2, ", or with
// "layer 2, residual (Residual), layer 0, ".
std::string with_place(const Recipe& recipe, const std::string& where) {
  constexpr std::string_view kLayer = "layer ";
  std::string address = "model.layers";
  for (std::size_t at = 0; where.compare(at, kLayer.size(), kLayer) == 0;) {
    const std::size_t number = at + kLayer.size(), comma = where.find(',', number);
    address += (at == 0 ? "." : ".layers.") + where.substr(number, comma - number);
    at = std::min(where.find(", ", comma + 1), where.size() - 2) + 2;
  }
  return place_of(recipe, address) + ", " + where;
}

/// fit refuses it too, but cannot say where it is written.
void check_rate(const Recipe& recipe) {
  const bool scheduled =
      std::visit([](const auto& o) { return o.learning_rate.schedule() != nullptr; }, recipe.compile.optimizer);
  for (std::size_t i = 0; scheduled && i < recipe.fit.callbacks.size(); ++i)
    if (std::holds_alternative<ReduceLROnPlateau>(recipe.fit.callbacks[i]) ||
        std::holds_alternative<EpochSchedule>(recipe.fit.callbacks[i]))
      throw Error(
          ErrorCode::usage, place_of(recipe, "fit.callbacks." + std::to_string(i)),
          std::string(class_name(recipe.fit.callbacks[i])) + " cannot change a learning rate that follows a schedule",
          "set compile.optimizer.learning_rate to a number, or leave the callback out");
}

/// The same of moving averages.
void check_averages(const Recipe& recipe) {
  const bool averages = std::visit([](const auto& o) { return o.use_ema; }, recipe.compile.optimizer);
  for (std::size_t i = 0; !averages && i < recipe.fit.callbacks.size(); ++i)
    if (std::holds_alternative<SwapEMAWeights>(recipe.fit.callbacks[i]))
      throw Error(ErrorCode::usage, place_of(recipe, "fit.callbacks." + std::to_string(i)),
                  "SwapEMAWeights needs moving averages, but compile.optimizer keeps none",
                  "set compile.optimizer.use_ema = true");
}

/// fit.class_weight by the numbers of the classes.
std::map<int, double> class_weights(const Recipe& recipe, const Dataset& data) {
  std::map<int, double> weights;
  if (recipe.fit.class_weight.empty()) return weights;
  const std::vector<std::string>& names = data.class_names();
  for (const auto& entry : recipe.fit.class_weight) {
    const std::string& name = entry.first;
    const auto refuse = [&](const std::string& message, const std::string& hint) {
      throw Error(ErrorCode::usage, place_of(recipe, "fit.class_weight." + name), message, hint);
    };
    int label = -1;
    const auto named = std::ranges::find(names, name);
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), label);
    if (named != names.end())
      label = static_cast<int>(named - names.begin());
    else if (error != std::errc() || end != name.data() + name.size() || label < 0 || label >= data.classes())
      refuse("fit.class_weight names the class \"" + name + "\", which " + set_name(data) + " has not",
             names.empty() ? "classes are numbers from 0 to " + std::to_string(data.classes() - 1)
                           : did_you_mean(name, names));
    if (!weights.emplace(label, entry.second).second)
      refuse("fit.class_weight names class " + std::to_string(label) + " twice, by name and by number",
             "keep one of them");
  }
  return weights;
}

Sequential stack(const Recipe& recipe, const Dataset& data) {
  try {
    return Sequential(Input(data.shape()), recipe.layers, recipe.seed);
  } catch (const Error& error) {
    throw Error(error.code(), with_place(recipe, error.where()), error.message(), error.hint());
  }
}

}  // namespace

Sequential build_model(const Recipe& recipe, const Dataset& data) {
  if (!recipe.compile.loss)
    throw Error(ErrorCode::usage, place_of(recipe, "compile"), "compile.loss is missing: nothing to make small",
                "[compile] loss = \"sparse_categorical_crossentropy\"");
  Sequential model = stack(recipe, data);
  check_width(recipe, model, data);
  check_rate(recipe);
  check_averages(recipe);
  model.adapt(data);
  try {
    model.compile(recipe.compile);
  } catch (const Error& error) {  // of what is right by itself, but not with the network or another option
    const bool of_metric = error.where().starts_with("metric");
    throw Error(error.code(),
                place_of(recipe, of_metric ? "compile.metrics" : "compile.optimizer") + ", " + error.where(),
                error.message(), error.hint());
  }
  return model;
}

void start_from(const Recipe& recipe, Sequential& model) {
  if (recipe.fit.start_from.empty()) return;
  try {
    model.load_weights(recipe.fit.start_from);
  } catch (const Error& error) {
    throw Error(error.code(), place_of(recipe, "fit.start_from") + ", " + error.where(), error.message(), error.hint());
  }
}

FitOptions fit_options(const Recipe& recipe, const RecipeData& data) {
  FitOptions options{.batch_size = recipe.fit.batch_size,
                     .epochs = recipe.fit.epochs,
                     .initial_epoch = recipe.fit.initial_epoch,
                     .steps_per_epoch = recipe.fit.steps_per_epoch,
                     .validation_data = data.validation,
                     .class_weight = class_weights(recipe, data.train),
                     .sample_weight = data.train_weights,
                     .validation_sample_weight = data.validation_weights,
                     .validation_freq = recipe.fit.validation_freq,
                     .validation_freq_steps = recipe.fit.validation_freq_steps,
                     .shuffle = recipe.fit.shuffle,
                     .mixup = recipe.fit.mixup,
                     .training_score = recipe.fit.training_score};
  for (const Callback::Stock& callback : recipe.fit.callbacks) options.callbacks.emplace_back(callback);
  return options;
}

}  // namespace telar
