// From the callbacks of FitOptions to hooks that run.
#include "train/callback.hpp"

#include <map>
#include <memory>
#include <utility>

#include "spec/validate.hpp"
#include "train/backup_and_restore.hpp"
#include "train/csv_logger.hpp"
#include "train/early_stopping.hpp"
#include "train/model_checkpoint.hpp"
#include "train/progress_bar.hpp"
#include "train/reduce_lr_on_plateau.hpp"
#include "train/swap_ema_weights.hpp"
#include "train/tensor_board.hpp"
#include "train/time_limit.hpp"

namespace telar {

// Not in the header: inlined into a caller, the moves of the variant make g++ 12 warn of what cannot be.
Callback::Callback(const Callback&) = default;
Callback::Callback(Callback&&) noexcept = default;
Callback& Callback::operator=(const Callback&) = default;
Callback& Callback::operator=(Callback&&) noexcept = default;
Callback::~Callback() = default;

LambdaCallback Callback::hooks() const {
  if (const auto* lambda = std::get_if<LambdaCallback>(&value_)) return *lambda;
  if (const auto* make = std::get_if<std::function<LambdaCallback()>>(&value_)) return (*make)();
  return {};
}

LambdaCallback start(const Callback& callback) {
  const Callback::Stock* stock = callback.stock();
  if (stock == nullptr) return callback.hooks();
  LambdaCallback hooks;
  if (const auto* settings = std::get_if<EarlyStopping>(stock)) {
    const auto state = std::make_shared<EarlyStoppingState>(*settings);
    hooks.on_train_begin = [state](Training& t) { state->on_train_begin(t); };
    hooks.on_epoch_end = [state](Training& t, int epoch, Logs& logs) { state->on_epoch_end(t, epoch, logs); };
    hooks.on_train_end = [state](Training& t) { state->on_train_end(t); };
    hooks.snapshot = [state](Training&, Snapshot& s) { state->snapshot(s); };
  } else if (const auto* plateau = std::get_if<ReduceLROnPlateau>(stock)) {
    const auto state = std::make_shared<ReduceLROnPlateauState>(*plateau);
    hooks.on_train_begin = [state](Training& t) { state->on_train_begin(t); };
    hooks.on_epoch_end = [state](Training& t, int epoch, Logs& logs) { state->on_epoch_end(t, epoch, logs); };
    hooks.snapshot = [state](Training&, Snapshot& s) { state->snapshot(s); };
  } else if (const auto* checkpoint = std::get_if<ModelCheckpoint>(stock)) {
    const auto state = std::make_shared<ModelCheckpointState>(*checkpoint);
    hooks.on_train_begin = [state](Training& t) { state->on_train_begin(t); };
    hooks.on_epoch_begin = [state](Training& t, int epoch) { state->on_epoch_begin(t, epoch); };
    if (checkpoint->save_freq > 0)
      hooks.on_train_batch_end = [state](Training& t, int b, const Logs& logs) {
        state->on_train_batch_end(t, b, logs);
      };
    hooks.on_epoch_end = [state](Training& t, int epoch, Logs& logs) { state->on_epoch_end(t, epoch, logs); };
    hooks.snapshot = [state](Training&, Snapshot& s) { state->snapshot(s); };
  } else if (const auto* log = std::get_if<CSVLogger>(stock)) {
    const auto state = std::make_shared<CSVLoggerState>(*log);
    hooks.on_train_begin = [state](Training& t) { state->on_train_begin(t); };
    hooks.on_epoch_end = [state](Training& t, int epoch, Logs& logs) { state->on_epoch_end(t, epoch, logs); };
    hooks.snapshot = [state](Training&, Snapshot& s) { state->snapshot(s); };
  } else if (const auto* limit = std::get_if<TimeLimit>(stock)) {
    const auto state = std::make_shared<TimeLimitState>(*limit);
    hooks.on_train_begin = [state](Training& t) { state->on_train_begin(t); };
    hooks.on_train_batch_end = [state](Training& t, int b, const Logs& logs) { state->on_train_batch_end(t, b, logs); };
  } else if (const auto* backup = std::get_if<BackupAndRestore>(stock)) {
    const auto state = std::make_shared<BackupAndRestoreState>(*backup);
    hooks.on_train_begin = [state](Training& t) { state->on_train_begin(t); };
    hooks.on_train_batch_end = [state](Training& t, int, const Logs&) { state->on_train_batch_end(t); };
    hooks.on_epoch_end = [state](Training& t, int, Logs&) { state->on_epoch_end(t); };
    hooks.on_train_end = [state](Training& t) { state->on_train_end(t); };
  } else if (const auto* swap = std::get_if<SwapEMAWeights>(stock)) {
    const auto state = std::make_shared<SwapEMAWeightsState>(*swap);
    hooks.on_epoch_begin = [state](Training& t, int) { state->on_epoch_begin(t); };
    hooks.on_epoch_end = [state](Training& t, int, Logs&) { state->on_epoch_end(t); };
    hooks.on_test_begin = [state](Training& t) { state->on_test_begin(t); };
    hooks.on_test_end = [state](Training& t, const Logs&) { state->on_test_end(t); };
  } else if (const auto* board = std::get_if<TensorBoard>(stock)) {
    const auto state = std::make_shared<TensorBoardState>(*board);
    hooks.on_train_begin = [state](Training&) { state->on_train_begin(); };
    hooks.on_epoch_begin = [state](Training&, int epoch) { state->on_epoch_begin(epoch); };
    hooks.on_epoch_end = [state](Training& t, int epoch, Logs& logs) { state->on_epoch_end(t, epoch, logs); };
    hooks.on_test_end = [state](Training& t, const Logs& logs) { state->on_test_end(t, logs); };
    hooks.on_train_end = [state](Training&) { state->on_train_end(); };
    hooks.snapshot = [state](Training&, Snapshot& s) { state->snapshot(s); };
  } else if (const auto* epochs = std::get_if<EpochSchedule>(stock)) {
    const LearningRateScheduler scheduler{[rate = epochs->schedule](int epoch, double) { return rate.at(epoch); },
                                          epochs->verbose};
    hooks.on_epoch_begin = [scheduler](Training& t, int epoch) { scheduler.on_epoch_begin(t, epoch); };
    hooks.on_epoch_end = [scheduler](Training& t, int epoch, Logs& logs) { scheduler.on_epoch_end(t, epoch, logs); };
  } else if (std::holds_alternative<ProgressBar>(*stock)) {
    const auto printer = std::make_shared<ProgressBarState>(std::get<ProgressBar>(*stock));
    hooks.on_train_begin = [printer](Training& t) { printer->on_train_begin(t); };
    hooks.on_epoch_begin = [printer](Training& t, int epoch) { printer->on_epoch_begin(t, epoch); };
    hooks.on_train_batch_end = [printer](Training& t, int b, const Logs& logs) {
      printer->on_train_batch_end(t, b, logs);
    };
    hooks.on_epoch_end = [printer](Training& t, int epoch, Logs& logs) { printer->on_epoch_end(t, epoch, logs); };
    hooks.on_train_end = [printer](Training& t) { printer->on_train_end(t); };
  }
  return hooks;
}

std::vector<RunningCallback> start(const std::vector<Callback>& callbacks) {
  // A backup holds what the others have changed, a bar shows what they have put into the logs.
  enum class Turn { first, backup, bar };
  const auto turn_of = [](const Callback& c) {
    if (c.stock() == nullptr) return Turn::first;
    if (std::holds_alternative<BackupAndRestore>(*c.stock())) return Turn::backup;
    return std::holds_alternative<ProgressBar>(*c.stock()) ? Turn::bar : Turn::first;
  };
  std::vector<RunningCallback> running;
  std::map<std::string, int> of_a_name;
  for (const Turn turn : {Turn::first, Turn::backup, Turn::bar})
    for (const Callback& callback : callbacks) {
      if (turn_of(callback) != turn) continue;
      RunningCallback started{start(callback), {}};
      started.name = callback.stock() != nullptr ? class_name(*callback.stock()) : "callback";
      if (const int number = started.snapshot ? ++of_a_name[started.name] : 0; number > 1)
        started.name += " " + std::to_string(number);
      running.push_back(std::move(started));
    }
  return running;
}

}  // namespace telar
