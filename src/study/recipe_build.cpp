// From a recipe to what a training needs: data, network, options.
#include <algorithm>
#include <charconv>
#include <map>
#include <utility>

#include <telar/csv.hpp>
#include <telar/error.hpp>

#include "base/did_you_mean.hpp"
#include "spec/validate.hpp"
#include "study/describe_recipe.hpp"
#include "study/recipe_places.hpp"

namespace telar {

namespace {

/// The same test set for every seed: runs that differ in it cannot be compared.
datasets::Pair hold_test_out(const Recipe& recipe, const Dataset& data) {
  const double fraction = recipe.data.test_fraction;
  try {
    auto [train, test] = data.has_labels() ? split_stratified(data, fraction, 0) : split_shuffled(data, fraction, 0);
    return {std::move(train), std::move(test)};
  } catch (const Error& error) {
    throw Error(error.code(), place_of(recipe, "data.test_fraction"), error.message(),
                "change data.test_fraction, or name a file of test samples: test = \"...\"");
  }
}

/// Names of the columns that are learnt from and of those that are learnt.
struct ColumnNames {
  std::vector<std::string> features, targets;
};

datasets::Pair read_tables(const Recipe& recipe, const std::filesystem::path& directory, ColumnNames& names) {
  const DataSpec& spec = recipe.data;
  if (spec.train.empty())
    throw Error(ErrorCode::usage, place_of(recipe, "data.source"), "data.train is missing: which file?",
                "add train = \"samples.csv\" to [data]");
  if (spec.label.empty() == spec.targets.empty())
    throw Error(ErrorCode::usage, place_of(recipe, spec.label.empty() ? "data.source" : "data.targets"),
                spec.label.empty() ? "neither data.label nor data.targets: which column is to be learnt?"
                                   : "both data.label and data.targets are given",
                "label names the column of classes, targets the columns of numbers");
  if (spec.separator.size() != 1 || spec.separator.find_first_of("\"\r\n ") != std::string::npos)
    throw Error(ErrorCode::usage, place_of(recipe, "data.separator"), "data.separator must be one character",
                "such as \",\", \";\" or \"\\t\"");
  datasets::CsvOptions options{spec.label, spec.targets, spec.ignore, spec.separator.front(), {}};
  const datasets::Table train = datasets::csv(directory / spec.train, options);
  names.features = train.features;
  names.targets = spec.label.empty() ? train.targets : std::vector<std::string>{spec.label};
  if (spec.test.empty()) return hold_test_out(recipe, train.samples);
  options.classes = train.samples.class_names();
  const datasets::Table test = datasets::csv(directory / spec.test, options);
  if (test.features != train.features || test.targets != train.targets)
    throw Error(ErrorCode::data, (directory / spec.test).string(),
                "its columns are not those of " + spec.train + ", or not in that order");
  return {train.samples, test.samples};
}

datasets::Pair read_files(const Recipe& recipe, const std::filesystem::path& data_dir, ColumnNames& names) {
  const DataSpec& spec = recipe.data;
  const std::filesystem::path directory = data_dir.empty() ? std::filesystem::path(spec.directory) : data_dir;
  if (spec.source == DataSpec::Source::fashion_mnist) return datasets::fashion_mnist(directory);
  if (spec.source == DataSpec::Source::csv) return read_tables(recipe, directory, names);
  if (directory.empty())
    throw Error(ErrorCode::usage, place_of(recipe, "data.source"), "data.dir is missing: where are the four IDX files?",
                "add dir = \"...\" to [data], or say --data-dir");
  return datasets::idx(directory, spec.files, spec.classes);
}

/// (for training, held out)
std::pair<Dataset, Dataset> hold_out(const Dataset& data, const ValidationSpec& spec, std::uint64_t seed) {
  if (spec.kind == ValidationSpec::Kind::last) return split_last(data, spec.fraction);
  if (spec.kind == ValidationSpec::Kind::shuffled) return split_shuffled(data, spec.fraction, seed);
  if (spec.kind == ValidationSpec::Kind::stratified) return split_stratified(data, spec.fraction, seed);
  auto [first, rest] = take_first(data, static_cast<std::size_t>(spec.first));
  return {std::move(rest), std::move(first)};
}

std::string without_part(const Dataset& data) {  // "fashion_mnist (train)" -> "fashion_mnist"
  return data.name().substr(0, data.name().find(" ("));
}

/// Whether the labels must become one-hot targets: for all losses but the sparse one, unless the network has one
/// output.
bool needs_targets(const Recipe& recipe) {
  if (std::holds_alternative<SparseCategoricalCrossentropy>(*recipe.compile.loss)) return false;
  const auto last = std::find_if(recipe.layers.rbegin(), recipe.layers.rend(),
                                 [](const Layer& layer) { return std::holds_alternative<Dense>(layer); });
  return std::holds_alternative<CategoricalCrossentropy>(*recipe.compile.loss) || last == recipe.layers.rend() ||
         std::get<Dense>(*last).units != 1;
}

void check_width(const Recipe& recipe, const Sequential& model, const Dataset& data) {
  if (data.classes() == 0 || model.outputs() == data.classes()) return;
  const bool sparse = std::holds_alternative<SparseCategoricalCrossentropy>(*recipe.compile.loss);
  if (data.has_labels() && model.outputs() == 1 && !sparse) {  // labels are targets of one output
    if (recipe.data.source != DataSpec::Source::csv || data.classes() <= 2) return;
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
              "the network has " + width + (width == "1" ? " output" : " outputs") + ", but " + without_part(data) +
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
    if (std::holds_alternative<ReduceLROnPlateau>(recipe.fit.callbacks[i]))
      throw Error(ErrorCode::usage, place_of(recipe, "fit.callbacks." + std::to_string(i)),
                  "ReduceLROnPlateau cannot change a learning rate that follows a schedule",
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
      refuse("fit.class_weight names the class \"" + name + "\", which " + without_part(data) + " has not",
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

RecipeData load_data(const Recipe& recipe, const std::filesystem::path& data_dir) {
  ColumnNames names;
  auto [train, test] = read_files(recipe, data_dir, names);
  const ValidationSpec& spec = recipe.data.validation;
  RecipeData data{std::move(train), {}, std::move(test), std::move(names.features), std::move(names.targets)};
  if (spec.kind != ValidationSpec::Kind::none) {
    const std::string place = place_of(recipe, "data.validation");
    if (spec.kind == ValidationSpec::Kind::first && static_cast<std::size_t>(spec.first) >= data.train.size())
      throw Error(ErrorCode::usage, place,
                  "data.validation.first = " + std::to_string(spec.first) + " leaves nothing to train on: " +
                      without_part(data.train) + " has " + std::to_string(data.train.size()) + " training samples",
                  "hold out fewer");
    try {
      auto [rest, held_out] = hold_out(data.train, spec, recipe.seed);
      data.train = std::move(rest);
      data.validation = std::move(held_out);
    } catch (const Error& error) {
      throw Error(error.code(), place, error.message(), error.hint());
    }
  }
  // Recipes name their loss as Keras does; what this one needs of the labels follows from it.
  if (recipe.compile.loss && needs_targets(recipe))
    for (Dataset* part : {&data.train, data.validation ? &*data.validation : nullptr, &data.test})
      if (part != nullptr && part->has_labels()) *part = to_categorical(*part);
  return data;
}

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
    throw Error(error.code(), place_of(recipe, "compile.optimizer") + ", " + error.where(), error.message(),
                error.hint());
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
                     .validation_freq = recipe.fit.validation_freq,
                     .validation_freq_steps = recipe.fit.validation_freq_steps,
                     .shuffle = recipe.fit.shuffle,
                     .mixup = recipe.fit.mixup,
                     .training_score = recipe.fit.training_score};
  for (const Callback::Stock& callback : recipe.fit.callbacks) options.callbacks.emplace_back(callback);
  return options;
}

}  // namespace telar
