// From a recipe to its samples.
#include <algorithm>
#include <utility>

#include <telar/csv.hpp>
#include <telar/error.hpp>
#include <telar/images.hpp>

#include "data/folds.hpp"
#include "study/recipe.hpp"
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
                recipe.data.source == DataSpec::Source::npy
                    ? "change data.test_fraction, or name arrays of test samples: x_test and y_test"
                    : "change data.test_fraction, or name test samples: test = \"...\"");
  }
}

void check_train(const Recipe& recipe, const std::string& hint) {
  if (recipe.data.train.empty())
    throw Error(ErrorCode::usage, place_of(recipe, "data.source"), "data.train is missing: which samples?", hint);
}

datasets::Pair read_tables(const Recipe& recipe, const std::filesystem::path& directory, RecipeData& data) {
  const DataSpec& spec = recipe.data;
  check_train(recipe, "add train = \"samples.csv\" to [data]");
  if (spec.label.empty() == spec.targets.empty())
    throw Error(ErrorCode::usage, place_of(recipe, spec.label.empty() ? "data.source" : "data.targets"),
                spec.label.empty() ? "neither data.label nor data.targets: which column is to be learnt?"
                                   : "both data.label and data.targets are given",
                "label names the column of classes, targets the columns of numbers");
  if (spec.separator.size() != 1 || spec.separator.find_first_of("\"\r\n ") != std::string::npos)
    throw Error(ErrorCode::usage, place_of(recipe, "data.separator"), "data.separator must be one character",
                "such as \",\", \";\" or \"\\t\"");
  datasets::CsvOptions options{spec.label, spec.targets, spec.ignore, spec.sample_weight, spec.separator.front(), {}};
  const datasets::Table train = datasets::csv(directory / spec.train, options);
  data.features = train.features;
  data.train_weights = train.sample_weight;
  data.targets = spec.label.empty() ? train.targets : std::vector<std::string>{spec.label};
  if (spec.test.empty()) return hold_test_out(recipe, train.samples);
  options.classes = train.samples.class_names();
  const datasets::Table test = datasets::csv(directory / spec.test, options);
  if (test.features != train.features || test.targets != train.targets)
    throw Error(ErrorCode::data, (directory / spec.test).string(),
                "its columns are not those of " + spec.train + ", or not in that order");
  return {train.samples, test.samples};
}

datasets::Pair read_pictures(const Recipe& recipe, const std::filesystem::path& directory, const DataReading& reading,
                             std::size_t& skipped) {
  const DataSpec& spec = recipe.data;
  check_train(recipe, "add train = \"pictures\" to [data], a folder with a sub-folder for each class");
  if (spec.size.size() != 2)
    throw Error(ErrorCode::usage, place_of(recipe, spec.size.empty() ? "data.source" : "data.size"),
                spec.size.empty() ? "data.size is missing: to which height and width?"
                                  : "data.size has " + std::to_string(spec.size.size()) + " numbers",
                "say height and width: size = [28, 28]");
  if (spec.channels == 2)
    throw Error(ErrorCode::usage, place_of(recipe, "data.channels"), "data.channels = 2, but pictures have 1 or 3",
                "1: grey, 3: red, green and blue");
  datasets::ImageOptions options{spec.size[0], spec.size[1], spec.channels, {}, reading.threads, reading.progress};
  const datasets::ImageFolder train = datasets::images(directory / spec.train, options);
  skipped = train.skipped;
  if (spec.test.empty()) return hold_test_out(recipe, train.samples);
  options.classes = train.samples.class_names();
  const datasets::ImageFolder test = datasets::images(directory / spec.test, options);
  skipped += test.skipped;
  return {train.samples, test.samples};
}

datasets::Pair read_arrays(const Recipe& recipe, const std::filesystem::path& directory, std::vector<float>& weights) {
  const DataSpec& spec = recipe.data;
  if (spec.arrays.x_test.empty() != spec.arrays.y_test.empty())
    throw Error(ErrorCode::usage, place_of(recipe, spec.arrays.x_test.empty() ? "data.x_test" : "data.y_test"),
                "data.x_test and data.y_test go together: one of them is empty",
                "name both, or neither and keep test_fraction of the training samples");
  NpySet set = read_npy_set(directory, spec.archive, spec.arrays, spec.classes);
  weights = std::move(set.sample_weight);
  if (!set.test) return hold_test_out(recipe, set.train);
  return {std::move(set.train), std::move(*set.test)};
}

/// The whole sets, before any validation part is taken; fills in the names and counts of `data`.
datasets::Pair read_sets(const Recipe& recipe, const std::filesystem::path& data_dir, const DataReading& reading,
                         RecipeData& data) {
  const DataSpec& spec = recipe.data;
  const std::filesystem::path directory = data_dir.empty() ? std::filesystem::path(spec.directory) : data_dir;
  switch (spec.source) {
    case DataSpec::Source::fashion_mnist:
      return datasets::fashion_mnist(directory);
    case DataSpec::Source::mnist:
      return datasets::mnist(directory);
    case DataSpec::Source::csv:
      return read_tables(recipe, directory, data);
    case DataSpec::Source::npy:
      return read_arrays(recipe, directory, data.train_weights);
    case DataSpec::Source::images:
      return read_pictures(recipe, directory, reading, data.skipped_files);
    case DataSpec::Source::idx:
      break;
  }
  if (directory.empty())
    throw Error(ErrorCode::usage, place_of(recipe, "data.source"), "data.dir is missing: where are the four IDX files?",
                "add dir = \"...\" to [data], or say --data-dir");
  return datasets::idx(directory, spec.files, spec.classes);
}

/// (for training, held out)
std::pair<Dataset, Dataset> hold_out(const Dataset& data, const ValidationSpec& spec, std::uint64_t seed) {
  if (spec.kind == ValidationSpec::Kind::last) return split_last(data, spec.fraction);
  if (spec.kind == ValidationSpec::Kind::shuffled) return split_shuffled(data, spec.fraction, seed);
  if (spec.kind == ValidationSpec::Kind::fold) {
    const auto folds = held_out(data, spec.folds, spec.fold_order, seed);
    const std::vector<std::uint32_t>& out = folds[static_cast<std::size_t>(spec.fold)];
    return {data.subset(all_but(data.size(), out)), data.subset(out)};
  }
  if (spec.kind == ValidationSpec::Kind::stratified) return split_stratified(data, spec.fraction, seed);
  auto [first, rest] = take_first(data, static_cast<std::size_t>(spec.first));
  return {std::move(rest), std::move(first)};
}

/// Of a part, from those of all stored samples.
std::vector<float> weights_of(const Dataset& part, const std::vector<float>& stored) {
  std::vector<float> weights;
  if (stored.empty()) return weights;
  weights.reserve(part.size());
  for (const std::uint32_t row : part.rows()) weights.push_back(stored[row]);
  return weights;
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

}  // namespace

std::string set_name(const Dataset& data) { return data.name().substr(0, data.name().find(" (")); }

RecipeData load_data(const Recipe& recipe, const std::filesystem::path& data_dir, const DataReading& reading) {
  RecipeData data;
  auto [train, test] = read_sets(recipe, data_dir, reading, data);
  data.train = std::move(train);
  data.test = std::move(test);
  const ValidationSpec& spec = recipe.data.validation;
  if (spec.kind != ValidationSpec::Kind::none) {
    const std::string place = place_of(recipe, "data.validation");
    if (spec.kind == ValidationSpec::Kind::first && static_cast<std::size_t>(spec.first) >= data.train.size())
      throw Error(ErrorCode::usage, place,
                  "data.validation.first = " + std::to_string(spec.first) + " leaves nothing to train on: " +
                      set_name(data.train) + " has " + std::to_string(data.train.size()) + " training samples",
                  "hold out fewer");
    try {
      auto [rest, held_out] = hold_out(data.train, spec, recipe.seed);
      data.train = std::move(rest);
      data.validation = std::move(held_out);
    } catch (const Error& error) {
      throw Error(error.code(), place, error.message(), error.hint());
    }
  }
  if (data.validation) data.validation_weights = weights_of(*data.validation, data.train_weights);
  data.train_weights = weights_of(data.train, data.train_weights);
  // Recipes name their loss as Keras does; what this one needs of the labels follows from it.
  if (recipe.compile.loss && needs_targets(recipe))
    for (Dataset* part : {&data.train, data.validation ? &*data.validation : nullptr, &data.test})
      if (part != nullptr && part->has_labels()) *part = to_categorical(*part);
  return data;
}

}  // namespace telar
