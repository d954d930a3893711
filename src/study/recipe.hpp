// A recipe: one experiment as data, read from TOML (docs: INTERFACE "Recipes").
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <telar/callbacks.hpp>
#include <telar/dataset.hpp>
#include <telar/sequential.hpp>

#include "format/npy_set.hpp"

namespace telar {

/// `validation = { first = 10000 }`, `{ last = 0.2 }`, `{ fraction = 0.2, order = "shuffled" | "stratified" }`,
/// `{ folds = 5, fold = 0, order = ... }`, which may be "consecutive" too.
struct ValidationSpec {
  enum class Kind { none, first, last, shuffled, stratified, fold };
  Kind kind = Kind::none;
  int first = 0;        ///< samples, for Kind::first
  double fraction = 0;  ///< in (0, 1), for last, shuffled and stratified
  int folds = 0;        ///< for Kind::fold: fold number `fold`, from 0, of so many that k_fold makes in this order
  int fold = 0;
  FoldOrder fold_order = FoldOrder::shuffled;

  /// Whether the recipe's seed decides which samples.
  [[nodiscard]] bool by_seed() const noexcept {
    return kind == Kind::shuffled || kind == Kind::stratified ||
           (kind == Kind::fold && fold_order != FoldOrder::consecutive);
  }
};

/// `[data]`.
struct DataSpec {
  enum class Source { fashion_mnist, mnist, idx, csv, npy, images };
  Source source = Source::fashion_mnist;
  /// Folder of the files; a recipe's `dir` is relative to the file that says it, and absolute once it is loaded. Files
  /// of csv, npy and images without one lie beside the recipe.
  std::string directory;
  datasets::IdxFiles files;    ///< idx: their names
  std::optional<int> classes;  ///< idx and npy: default largest training label + 1
  std::string train, test;  ///< csv: files, images: folders; without `test`, test_fraction of `train` are the test set
  double test_fraction = 0.2;  ///< drawn the same whatever the seed, class by class where there are classes
  std::string label;           ///< csv: what CsvOptions calls so
  std::vector<std::string> targets, ignore;
  std::string sample_weight;  ///< csv: the column of the weights of training samples
  std::string separator = ",";
  std::string archive;  ///< npy: the .npz file; without one the arrays are .npy files
  NpyNames arrays;
  std::vector<int> size;  ///< images: height and width
  int channels = 1;       ///< images: 1 or 3
  ValidationSpec validation;
};

/// `[fit]`.
struct FitSpec {
  int batch_size = 32;
  int epochs = 1;
  int initial_epoch = 0;
  std::optional<int> steps_per_epoch{};
  double validation_split = 0;  ///< another word for data.validation = { last = ... }, and 0 once it is loaded
  int validation_freq = 1;
  std::optional<int> validation_freq_steps{};
  bool shuffle = true;
  std::optional<MixUp> mixup{};
  /// Of losses: a class by its name, or by its number where none is called so.
  std::map<std::string, double> class_weight{};
  bool training_score = true;
  /// Weights to begin with: a file or a run folder; relative to the file that says it, and absolute once it is loaded.
  std::string start_from;
  std::vector<Callback::Stock> callbacks;
};

struct Recipe {
  std::string name;  ///< file name without .toml: "batch-normalization"
  std::filesystem::path file;
  std::uint64_t seed = 0;
  DataSpec data;
  std::vector<Layer> layers;
  CompileOptions compile;
  FitSpec fit;
  /// Where a key was written: "fit.callbacks.1.min_lr" -> "reduce-lr-on-plateau.toml:12:3". Keys left at their default
  /// are absent.
  std::map<std::string, std::string> places;
};

/// Reads a recipe with everything it extends, then applies `settings` ("fit.epochs=3", in order), then checks every
/// type, range and name. Throws Error: usage for mistakes in the text (where = file:line:column, "did you mean" in the
/// hint), also if the file is missing.
[[nodiscard]] Recipe load_recipe(const std::filesystem::path& file, const std::vector<std::string>& settings = {});

/// The recipe as TOML, all fields written out and no `extends`; load_recipe of it gives the same recipe.
[[nodiscard]] std::string to_toml(const Recipe& recipe);

/// Training, validation and test set of a recipe. `data_dir` (may be empty) overrides where the files are looked for.
struct RecipeData {
  Dataset train;
  std::optional<Dataset> validation;
  Dataset test;
  // Of a table, their names:
  std::vector<std::string> features{};
  std::vector<std::string> targets{};  ///< of what is learnt: the label's column, or those of numbers
  // Of each sample; empty if data.sample_weight names none:
  std::vector<float> train_weights{};
  std::vector<float> validation_weights{};
  std::size_t skipped_files = 0;  ///< in folders of pictures, what is none
};
/// How pictures are read, which may take long.
struct DataReading {
  int threads = 0;                                                   ///< as in datasets::ImageOptions
  std::function<void(std::size_t done, std::size_t of)> progress{};  ///< likewise
};
[[nodiscard]] RecipeData load_data(const Recipe& recipe, const std::filesystem::path& data_dir = {},
                                   const DataReading& reading = {});

/// The recipe's compiled network for samples of this data, seeded by recipe.seed. Throws Error (usage) with the place
/// of the layer: shapes, softmax width that is not the number of classes, no loss.
[[nodiscard]] Sequential build_model(const Recipe& recipe, const Dataset& data);

/// Gives the network the weights that fit.start_from names, if it does. Throws Error (data) with the place of the key.
void start_from(const Recipe& recipe, Sequential& model);

/// FitOptions as the recipe says; the caller adds threads, output and callbacks of its own.
[[nodiscard]] FitOptions fit_options(const Recipe& recipe, const RecipeData& data);

}  // namespace telar
