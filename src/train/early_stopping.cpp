#include "train/early_stopping.hpp"

#include <ostream>
#include <string>
#include <utility>

namespace telar {

EarlyStoppingState::EarlyStoppingState(EarlyStopping settings)
    : settings_(std::move(settings)), monitor_(settings_.monitor, settings_.mode, settings_.min_delta) {}

void EarlyStoppingState::on_train_begin(Training&) {
  monitor_.reset();
  wait_ = best_epoch_ = stopped_epoch_ = 0;
  best_weights_.reset();
}

void EarlyStoppingState::on_epoch_end(Training& training, int epoch, const Logs& logs) {
  const std::optional<double> current = logs.get(settings_.monitor);
  if (!current) {
    warn_(training.output(), "Early stopping conditioned on metric `" + settings_.monitor +
                                 "` which is not available. Available metrics are: " + available_metrics(logs));
    return;
  }
  if (epoch < settings_.start_from_epoch) return;

  const bool restoring = settings_.restore_best_weights;
  if (restoring && !best_weights_) {
    best_weights_ = training.weights();
    best_epoch_ = epoch;
  }
  ++wait_;
  if (monitor_.improve(*current)) {
    best_epoch_ = epoch;
    if (restoring) best_weights_ = training.weights();
    if (!settings_.baseline || monitor_.better(*current, *settings_.baseline)) wait_ = 0;
    return;
  }
  if (wait_ >= settings_.patience && epoch > 0) {
    stopped_epoch_ = epoch;
    training.stop(Ended::stopped_early, settings_.monitor + " has not improved since epoch " +
                                            std::to_string(best_epoch_ + 1) + " (EarlyStopping, patience " +
                                            std::to_string(settings_.patience) + ")");
  }
}

void EarlyStoppingState::snapshot(Snapshot& s) {
  monitor_.snapshot(s);
  s.value(wait_);
  s.value(best_epoch_);
  s.value(stopped_epoch_);
  s.value(best_weights_);
}

void EarlyStoppingState::on_train_end(Training& training) {
  const bool verbose = settings_.verbose > 0;
  if (stopped_epoch_ > 0 && verbose) training.output() << "Epoch " << stopped_epoch_ + 1 << ": early stopping\n";
  if (!best_weights_) return;
  if (verbose)
    training.output() << "Restoring model weights from the end of the best epoch: " << best_epoch_ + 1 << ".\n";
  training.set_weights(*best_weights_);
}

}  // namespace telar
