// telar evaluate
#include <filesystem>
#include <iostream>
#include <memory>
#include <optional>

#include <telar/error.hpp>

#include "base/terminal.hpp"
#include "cli/exit_code.hpp"
#include "cli/load_data.hpp"
#include "cli/score_text.hpp"
#include "cli/verb.hpp"
#include "study/documents.hpp"
#include "study/run_store.hpp"
#include "study/trained_network.hpp"

namespace telar::cli {

namespace {

struct EvaluateVerbOptions : CommonOptions {
  std::string run, data_dir, data;
  std::optional<double> min_accuracy;
};

/// A trained network and the data of its recipe, or those that are named for a model file.
struct Subject {
  std::string name;
  std::filesystem::path path;
  Sequential model;
  RecipeData data;
};

Subject open_subject(const EvaluateVerbOptions& options) {
  if (is_model_file(options.run)) {
    Sequential model = Sequential::load(options.run);
    Recipe recipe;
    recipe.layers = model.layers();
    recipe.compile = model.compiled();
    recipe.data.source = options.data == "idx" ? DataSpec::Source::idx : DataSpec::Source::fashion_mnist;
    if (!recipe.compile.loss)
      throw Error(ErrorCode::usage, options.run, "the model has no loss, so there is nothing to evaluate",
                  "compile it before it is saved");
    RecipeData data = load_data(recipe, options, options.data_dir);
    return {std::filesystem::path(options.run).filename().string(), options.run, std::move(model), std::move(data)};
  }
  if (!options.data.empty())
    throw Error(ErrorCode::usage, "--data " + options.data, "is for model files; a run has the data of its recipe",
                "leave it out, or name the run's model.keras");
  const StoredRun stored = open_run(options.run);
  RecipeData data = load_data(stored.recipe, options, options.data_dir);
  Sequential model = build_model(stored.recipe, data.test);
  model.load_weights(stored.weights());
  return {stored.recipe.name, stored.path, std::move(model), std::move(data)};
}

int run(const EvaluateVerbOptions& options, std::ostream& out) {
  const auto [name, path, model, data] = open_subject(options);
  const Score score = model.evaluate(data.test, {.threads = options.thread_count()});
  if (options.min_accuracy) static_cast<void>(score["accuracy"]);  // an Error if the recipe has no such metric

  if (options.json) {
    out << evaluate_document({name, path, data.test.name(), score, data.test.class_names(), model.weights_sha256()})
               .dump()
        << '\n';
  } else {
    const Style style = options.style_for(std::cout);
    out << score_line("Test", score, style)
        << class_sections(score, data.test.class_names(), terminal_columns(std::cout), style);
  }
  if (!options.min_accuracy || score["accuracy"].value >= *options.min_accuracy) return kDone;
  std::cerr << options.style_for(std::cerr).red("below the threshold:")
            << fmt::format(" test accuracy {:.4f} is less than --min-accuracy {}\n", score["accuracy"].value,
                           *options.min_accuracy);
  return kThreshold;
}

}  // namespace

Verb add_evaluate(CLI::App& program) {
  const auto options = std::make_shared<EvaluateVerbOptions>();
  CLI::App* app = program.add_subcommand("evaluate", "Read the test set with the network of a run or of a model file");
  app->add_option("RUN|MODEL", options->run, "Run folder that `telar train` made, or a Keras model (.keras, .h5)")
      ->required()
      ->option_text(" ");
  app->add_option("--data", options->data, "Of a model file: fashion_mnist or idx [fashion_mnist]")
      ->check(CLI::IsMember({"fashion_mnist", "idx"}))
      ->option_text("SOURCE");
  app->add_option("--data-dir", options->data_dir, "Folder of the data files [as in training]")->option_text("DIR");
  app->add_option("--min-accuracy", options->min_accuracy, "Exit with 4 if the test accuracy is below X")
      ->check(CLI::Range(0.0, 1.0))
      ->option_text("X");
  add_common_options(*app, *options,
                     "  telar evaluate runs/2026-01-02T03-04-05Z-baseline-s0\n"
                     "  telar evaluate runs/2026-01-02T03-04-05Z-baseline-s0 --min-accuracy 0.88\n"
                     "  telar evaluate my-run --json\n"
                     "  telar evaluate from-keras.keras --data idx --data-dir my-images");
  return {app, [options](std::ostream& out) { return run(*options, out); }};
}

}  // namespace telar::cli
