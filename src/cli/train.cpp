// telar train
#include <charconv>
#include <cmath>
#include <filesystem>
#include <iostream>
#include <memory>
#include <optional>

#include <telar/error.hpp>

#include "base/atomic_file.hpp"
#include "base/terminal.hpp"
#include "cli/exit_code.hpp"
#include "cli/find_lr.hpp"
#include "cli/learning_curve.hpp"
#include "cli/load_data.hpp"
#include "cli/score_text.hpp"
#include "cli/signals.hpp"
#include "cli/train_seeds.hpp"
#include "cli/verb.hpp"
#include "study/environment.hpp"
#include "study/resume.hpp"
#include "study/training.hpp"

namespace telar::cli {

namespace fs = std::filesystem;

namespace {

struct TrainOptions : CommonOptions {
  std::string recipe;
  std::optional<std::uint64_t> seed;
  std::optional<int> seeds;
  std::vector<std::string> settings;
  std::string out, data_dir, tensorboard;
  bool find_lr = false;
  bool resume = false;
  std::string checkpoint_every = "30s";
  std::vector<std::string> command;

  /// Whether RECIPE is the folder of a run to go on with.
  [[nodiscard]] bool recipe_is_run() const { return resume && fs::is_directory(recipe); }
  /// Where the run in `folder` logs to for TensorBoard; empty: nowhere.
  [[nodiscard]] fs::path board_of(const fs::path& folder) const {
    return tensorboard.empty() || !seeds ? fs::path(tensorboard) : fs::path(tensorboard) / folder.filename();
  }
};

Recipe read_recipe(const TrainOptions& options) {
  Recipe recipe = options.recipe_is_run() ? recipe_of_run(options.recipe, options.settings)
                                          : load_recipe(options.recipe, options.settings);
  if (options.seed) recipe.seed = *options.seed;
  // The run folder shall say where its data lie.
  if (!options.data_dir.empty()) recipe.data.directory = fs::absolute(options.data_dir).lexically_normal().string();
  warn(options, lint(recipe));
  return recipe;
}

RunFolder open_folder(const Recipe& recipe, const fs::path& out, int threads, const Json& data,
                      const TrainOptions& options) {
  RunFolder folder = out.empty() ? RunFolder::in("runs", recipe.name, recipe.seed) : RunFolder::at(out);
  folder.write_recipe(recipe);
  folder.write_environment(environment_document(recipe, threads, data, options.command));
  return folder;
}

/// "500" batches, "30s", "5m"; none for "0".
std::optional<CheckpointPace> checkpoint_pace(const std::string& text) {
  double count = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), count);
  const std::string unit(end, text.data() + text.size());
  if (problem != std::errc() || !(count >= 0 && count <= 1 << 30) || (unit.empty() && count != std::floor(count)) ||
      !(unit.empty() || unit == "s" || unit == "m"))
    throw Error(ErrorCode::usage, "--checkpoint-every " + text, "neither a number of batches nor a time",
                "such as --checkpoint-every 1000, 30s, 5m, or 0 for no checkpoints");
  if (count == 0) return {};
  if (unit.empty()) return CheckpointPace{.batches = static_cast<int>(count)};
  return CheckpointPace{.seconds = unit == "m" ? 60 * count : count};
}

/// The recipe's own look, if it has a ProgressBar, else the default; colours as the command line says.
ProgressBar progress_bar(const Recipe& recipe, const TrainOptions& options) {
  ProgressBar bar;
  for (const Callback::Stock& callback : recipe.fit.callbacks) {
    if (const auto* own = std::get_if<ProgressBar>(&callback)) bar = *own;
  }
  if (options.color_wish()) bar.color = options.color_wish();
  return bar;
}

/// What the last epoch logged while the weights moved: "            loss 0.2300   accuracy 0.9132   while training".
std::string running_average(const History& history, const Style& style) {
  std::string text(12, ' ');
  for (const auto& [name, value] : history.epochs.back().entries())
    if (!name.starts_with("val_") && name != "learning_rate") text += name + " " + number(value) + "   ";
  return style.dim(text + "mean of the last epoch, while it trained") + "\n";
}

std::string train_report(const TrainResult& result, int columns, const Style& style) {
  std::string text;
  if (result.test) text += score_line("Test", *result.test, style);
  if (result.validation) text += score_line("Validation", *result.validation, style);
  if (result.history.training && !result.history.epochs.empty())
    text += score_line("Training", *result.history.training, style) + running_average(result.history, style);
  if (result.history.ended == Ended::stopped_early) text += result.history.reason + "\n";
  if (result.history.epochs.size() > 1) {
    for (const std::string& quantity : result.history.names()) {
      if (quantity.starts_with("val_") || quantity == "learning_rate") continue;
      const std::string curve = learning_curve(result.history, quantity, columns, style);
      if (!curve.empty()) text += "\n" + style.bold("Learning curve: " + quantity) + "\n" + curve;
    }
  }
  if (result.test) text += class_sections(*result.test, result.class_names, columns, style);
  text += "\nRun folder: " + result.run_dir.string() + "\n";
  return text.substr(text.find_first_not_of('\n'));
}

/// Says why a training broke off and what is left of it.
void explain(const TrainResult& result, const TrainOptions& options) {
  const std::string weights = result.weights_file.string();
  const Style style = options.style_for(std::cerr);
  if (result.history.ended == Ended::diverged) {
    std::cerr
        << style.red("diverged:") << fmt::format(" seed {}: {}\n", result.seed, result.history.reason)
        << "  try a smaller learning rate (--set compile.optimizer.learning_rate=...); the weights from before that "
           "step are in "
        << weights << '\n';
  } else if (result.history.ended == Ended::interrupted) {
    const bool validated = !result.history["val_loss"].empty();
    const std::string which = result.weights_epoch
                                  ? fmt::format("of epoch {}, the best so far by {},", *result.weights_epoch + 1,
                                                validated ? "val_loss" : "loss")
                                  : "after the last batch";
    const std::string board = options.board_of(result.run_dir).string();
    std::cerr << style.yellow("interrupted:") << fmt::format(" the weights {} are in {}\n", which, weights);
    if (fs::exists(result.run_dir / "checkpoints"))
      std::cerr << "  `telar train " << result.run_dir.string() << " --resume"
                << (board.empty() ? "" : " --tensorboard ") << board << "` goes on\n";
  }
}

int exit_code_of(const std::vector<TrainResult>& results) {
  if (stop_signal() != 0) return kSignal + stop_signal();
  for (const TrainResult& result : results) {
    if (result.history.ended == Ended::diverged) return kDiverged;
  }
  return kDone;
}

/// Ends a training after the batch at which a signal was noted.
Callback stop_on_signal() {
  return LambdaCallback{.on_train_batch_end = [](Training& training, int, const Logs&) {
    if (stop_signal() != 0) training.stop(Ended::interrupted, signal_name(stop_signal()));
  }};
}

int find_lr(const Recipe& recipe, const TrainOptions& options, std::ostream& out) {
  const RecipeData data = load_data(recipe, options);
  const FindLrSettings settings{.threads = options.thread_count(), .watch = stop_on_signal()};
  const FindLr result = find_learning_rate(recipe, data, settings);
  if (options.json) {
    out << find_lr_document(recipe, settings, result).dump() << '\n';
  } else {
    out << find_lr_report(result, terminal_columns(std::cout), options.style_for(std::cout));
  }
  return stop_signal() != 0 ? kSignal + stop_signal() : kDone;
}

/// Into a new folder, or into that of a `stored` run.
int train_one(const Recipe& recipe, std::optional<RunFolder> stored, const TrainOptions& options, std::ostream& out) {
  const RecipeData data = load_data(recipe, options);
  warn(options, lint(recipe, data));
  TrainSettings settings{.threads = options.thread_count()};
  settings.checkpoints = checkpoint_pace(options.checkpoint_every);
  constexpr int kNever = 1 << 30;  // batches: the most that BackupAndRestore counts
  // What is there is gone on from, whether or not more is wanted.
  if (stored && !settings.checkpoints) settings.checkpoints = CheckpointPace{.batches = kNever};
  if (!options.quiet) settings.progress = progress_bar(recipe, options);
  settings.callbacks.push_back(stop_on_signal());

  const Json document = data_document(data);
  if (stored) {
    const Json environment = read_document(stored->path() / "environment.json");
    check_same_data(document, environment, stored->path().string());
    if (environment.empty())  // it was killed before it had written that
      stored->write_environment(environment_document(recipe, settings.threads, document, options.command));
  }
  RunFolder folder =
      stored ? std::move(*stored) : open_folder(recipe, options.out, settings.threads, document, options);
  if (!options.tensorboard.empty()) settings.board = BoardLog{options.board_of(folder.path())};
  const std::vector<TrainResult> results{train_recipe(recipe, data, folder, settings)};
  explain(results.front(), options);
  if (options.json) {
    out << train_document(results.front()).dump() << '\n';
  } else {
    out << train_report(results.front(), terminal_columns(std::cout), options.style_for(std::cout));
  }
  return exit_code_of(results);
}

int train_many(const Recipe& recipe, const TrainOptions& options, std::ostream& out) {
  const bool split_by_seed = recipe.data.validation.by_seed();

  // The folder above the seeds' folders; taken away again at the end if no run kept its own.
  std::optional<RunFolder> parent;
  if (!options.out.empty()) parent.emplace(RunFolder::at(options.out));
  std::vector<SeedJob> jobs;
  std::optional<RecipeData> shared;
  Json document;
  for (int i = 0; i < *options.seeds && stop_signal() == 0; ++i) {
    Recipe one = recipe;
    one.seed += static_cast<std::uint64_t>(i);
    if (!shared || split_by_seed) {
      const bool first = !shared;
      shared = load_data(one, options);
      if (first) warn(options, lint(one, *shared));
      document = data_document(*shared);
    }
    const fs::path directory = parent ? parent->path() / fmt::format("s{}", one.seed) : fs::path();
    RunFolder folder = open_folder(one, directory, 1, document, options);
    SeedJob job{std::move(one), *shared, std::move(folder), checkpoint_pace(options.checkpoint_every)};
    if (!options.tensorboard.empty()) job.board = BoardLog{options.board_of(job.folder.path())};
    jobs.push_back(std::move(job));
  }

  const Style progress_style = options.style_for(std::cerr);
  const std::vector<TrainResult> results = train_seeds(jobs, options.thread_count(), options.quiet, progress_style);
  for (const TrainResult& result : results) explain(result, options);
  if (options.json) {
    out << train_seeds_document(results).dump() << '\n';
  } else {
    out << seeds_table(results, options.style_for(std::cout));
    out << "\nRun folders:\n";
    for (const TrainResult& result : results) out << "  " << result.run_dir.string() << '\n';
  }
  return exit_code_of(results);
}

/// What a run that needs no more training has to say; absent if it does.
std::optional<int> ended_before(const fs::path& directory, const TrainOptions& options, std::ostream& out) {
  const Json result = read_document(directory / "result.json");
  const std::string ended = result.contains("ended") && result["ended"].is_string() ? result["ended"] : "";
  if (ended.empty() || ended == to_string(Ended::interrupted)) return {};
  if (options.json) {
    out << result.dump() << '\n';
  } else {
    out << "Nothing is left to train: the run has ended (" << ended << ").\n";
    out << "Run folder: " << directory.string() << '\n';
  }
  return ended == to_string(Ended::diverged) ? kDiverged : kDone;
}

/// Goes on with the run in the folder that RECIPE or --out names. What was killed before it had written its recipe
/// starts anew, as does what was never begun.
int resume(const Recipe& recipe, const TrainOptions& options, std::ostream& out) {
  const fs::path directory = options.recipe_is_run() ? options.recipe : options.out;
  if (directory.empty())
    throw Error(ErrorCode::usage, "--resume", "which run?",
                "`telar train RUNFOLDER --resume`, or `telar train RECIPE --out RUNFOLDER --resume`");
  if (!fs::exists(directory / "recipe.toml")) {
    remove_temporaries_of_the_dead(directory);
    return train_one(recipe, {}, options, out);
  }
  check_same_recipe(recipe, recipe_of_run(directory), directory.string());
  RunFolder folder = RunFolder::again(directory);
  if (const std::optional<int> code = ended_before(directory, options, out)) return *code;
  return train_one(recipe, std::move(folder), options, out);
}

int run(const TrainOptions& options, std::ostream& out) {
  if (options.recipe_is_run() && !options.out.empty())
    throw Error(ErrorCode::usage, "--out " + options.out, "RECIPE is a run folder already", "leave --out out");
  const Recipe recipe = read_recipe(options);
  watch_stop_signals();
  if (options.find_lr) return find_lr(recipe, options, out);
  if (options.resume) return resume(recipe, options, out);
  return options.seeds ? train_many(recipe, options, out) : train_one(recipe, {}, options, out);
}

}  // namespace

Verb add_train(CLI::App& program, std::vector<std::string> command) {
  const auto options = std::make_shared<TrainOptions>();
  options->command = std::move(command);
  CLI::App* app = program.add_subcommand("train", "Train a recipe and read the test set once");
  app->add_option("RECIPE", options->recipe, "Recipe to train (TOML)")->required()->option_text(" ");
  auto* seed = app->add_option("--seed", options->seed, "Seed [the recipe's]")->option_text("N");
  seed->check(CLI::Range(std::uint64_t{0}, std::uint64_t{1} << 62));
  auto* find_lr =
      app->add_flag("--find-lr", options->find_lr,
                    "Instead: raise the rate step by step, show the loss and suggest a rate; keeps nothing");
  auto* seeds =
      app->add_option("--seeds", options->seeds, "Train N seeds from the recipe's on, side by side, one thread each");
  seeds->check(CLI::Range(1, 10000))->excludes(seed)->excludes(find_lr)->option_text("N");
  app->add_option("--set", options->settings, "Change a setting of the recipe; may be repeated")
      ->allow_extra_args(false)
      ->option_text("PATH=VALUE");
  app->add_option("--out", options->out, "Run folder [runs/TIME-RECIPE-sSEED]; must not exist or be empty")
      ->excludes(find_lr)
      ->option_text("DIR");
  app->add_option("--checkpoint-every", options->checkpoint_every,
                  "Steps (500) or time (30s, 5m; more if saving takes over 1 %) between checkpoints [30s]; 0: none")
      ->excludes(find_lr)
      ->option_text("N");
  app->add_flag("--resume", options->resume,
                "Go on with the run in RECIPE, if that is a run folder, or in --out; ends as if never stopped")
      ->excludes(seeds)
      ->excludes(find_lr);
  app->add_option("--tensorboard", options->tensorboard,
                  "Also log each epoch for TensorBoard as Keras does; several seeds: to DIR/RUN")
      ->excludes(find_lr)
      ->check(not_empty)
      ->option_text("DIR");
  app->add_option("--data-dir", options->data_dir, "Folder of the data files [TELAR_DATA, else the system's]")
      ->option_text("DIR");
  add_common_options(
      *app, *options,
      "  telar train recipes/fashion-mnist/baseline.toml\n"
      "  telar train baseline.toml --set compile.optimizer.learning_rate=3e-4 --set model.layers.2.units=256\n"
      "  telar train baseline.toml --out run --resume\n"
      "  telar train baseline.toml --find-lr\n"
      "  telar train baseline.toml --seeds 8 --json > seeds.json");
  return {app, [options](std::ostream& out) { return run(*options, out); }};
}

}  // namespace telar::cli
