// From the callbacks of FitOptions to hooks that run.
#include "train/callback.hpp"

#include <memory>

#include "train/early_stopping.hpp"
#include "train/progress_bar.hpp"
#include "train/reduce_lr_on_plateau.hpp"

namespace telar {

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
  } else if (const auto* plateau = std::get_if<ReduceLROnPlateau>(stock)) {
    const auto state = std::make_shared<ReduceLROnPlateauState>(*plateau);
    hooks.on_train_begin = [state](Training& t) { state->on_train_begin(t); };
    hooks.on_epoch_end = [state](Training& t, int epoch, Logs& logs) { state->on_epoch_end(t, epoch, logs); };
  } else {
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

std::vector<LambdaCallback> start(const std::vector<Callback>& callbacks) {
  const auto shows = [](const Callback& c) {
    return c.stock() != nullptr && std::holds_alternative<ProgressBar>(*c.stock());
  };
  std::vector<LambdaCallback> running;
  for (const bool last : {false, true})  // a bar shows what the others have put into the logs
    for (const Callback& callback : callbacks)
      if (shows(callback) == last) running.push_back(start(callback));
  return running;
}

}  // namespace telar
