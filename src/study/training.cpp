#include "study/training.hpp"

#include <limits>
#include <utility>

#include "compute/isa.hpp"
#include "study/why/measures.hpp"

namespace telar {

namespace {

/// The weights of the best epoch so far, by val_loss, else loss. NaN is never best.
struct BestWeights {
  double loss = std::numeric_limits<double>::infinity();
  std::optional<int> epoch;
  std::vector<float> weights;

  void on_epoch_end(Training& training, int ended, const Logs& logs) {
    const std::optional<double> seen = logs.get("val_loss") ? logs.get("val_loss") : logs.get("loss");
    if (!seen || !(*seen < loss)) return;
    loss = *seen;
    epoch = ended;
    weights = training.weights();
  }
  void snapshot(Snapshot& s) {
    s.value(loss);
    s.value(epoch);
    s.value(weights);
  }
};

/// A relative file of a callback is one of the run folder. Not a backup: the next run, which needs it, has another.
Callback in_folder(Callback::Stock callback, const std::filesystem::path& folder, const Recipe& recipe) {
  if (auto* checkpoint = std::get_if<ModelCheckpoint>(&callback)) {
    std::string plain;  // of the folder's name, no brace is a placeholder
    for (const char c : (folder / "").string()) plain += std::string(c == '{' || c == '}' ? 2 : 1, c);
    if (std::filesystem::path(checkpoint->filepath).is_relative()) checkpoint->filepath = plain + checkpoint->filepath;
  } else if (auto* log = std::get_if<CSVLogger>(&callback)) {
    log->filename = (folder / log->filename).string();
  } else if (auto* board = std::get_if<TensorBoard>(&callback)) {
    board->log_dir = (folder / board->log_dir).string();
  } else if (auto* backup = std::get_if<BackupAndRestore>(&callback)) {
    const std::string own = recipe.name + "-s" + std::to_string(recipe.seed);
    backup->backup_dir = (std::filesystem::path(backup->backup_dir) / own).string();
  }
  return callback;
}

bool is_progress_bar(const Callback& callback) {
  return callback.stock() != nullptr && std::holds_alternative<ProgressBar>(*callback.stock());
}

}  // namespace

TrainResult train_recipe(const Recipe& recipe, const RecipeData& data, RunFolder& folder,
                         const TrainSettings& settings) {
  Sequential model = build_model(recipe, data.train);
  start_from(recipe, model);

  BestWeights best;
  FitOptions options = fit_options(recipe, data);
  options.threads = settings.threads;
  options.output = settings.output;
  std::erase_if(options.callbacks, is_progress_bar);
  for (Callback& callback : options.callbacks) callback = in_folder(*callback.stock(), folder.path(), recipe);
  options.callbacks.insert(options.callbacks.end(), settings.callbacks.begin(), settings.callbacks.end());
  options.callbacks.push_back(LambdaCallback{.on_epoch_end =
                                                 [&best, &folder](Training& t, int epoch, Logs& logs) {
                                                   best.on_epoch_end(t, epoch, logs);
                                                   folder.append_epoch(epoch, logs);
                                                 },
                                             .snapshot =
                                                 [&best, &folder, &options](Training& t, Snapshot& s) {
                                                   best.snapshot(s);
                                                   if (s.reading())
                                                     folder.restore_history(options.initial_epoch, t.history().epochs);
                                                 }});
  std::optional<HParamsSession> session;
  if (const auto& board = settings.board) {
    options.callbacks.push_back(TensorBoard{board->folder.string()});
    if (board->hparams) session.emplace(board->folder, *board->hparams);
  }
  if (const auto& pace = settings.checkpoints)
    options.callbacks.push_back(BackupAndRestore{.backup_dir = folder.checkpoints().string(),
                                                 .save_freq = pace->batches,
                                                 .save_seconds = pace->seconds,
                                                 .delete_checkpoint = false});
  if (settings.progress) options.callbacks.push_back(*settings.progress);

  TrainResult result;
  result.recipe = recipe.name;
  result.seed = recipe.seed;
  result.threads = settings.threads;
  result.isa = compute::name_of(compute::current_isa());
  result.class_names = data.test.class_names();
  result.run_dir = folder.path();
  result.history = model.fit(data.train, options);

  const Ended ended = result.history.ended;
  if (ended == Ended::interrupted && best.epoch) {
    model.set_weights(best.weights);
    result.weights_epoch = best.epoch;
  }
  result.weights_file = folder.write_model(model, {result.class_names, data.features, data.targets});
  result.weights_sha256 = model.weights_sha256();

  if (ended == Ended::completed || ended == Ended::stopped_early) {
    const EvaluateOptions evaluation{.threads = settings.threads};
    if (data.validation)
      result.validation =
          model.evaluate(*data.validation, {.threads = settings.threads, .sample_weight = data.validation_weights});
    if (settings.read_test) result.test = model.evaluate(data.test, evaluation);
    if (settings.measure && result.validation)
      write_measures(measure(model, *result.validation, recipe, data, settings.threads), folder.path());
  }
  folder.write_result(result);
  if (session) session->end(result);
  return result;
}

}  // namespace telar
