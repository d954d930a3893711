// EarlyStopping at work: the state machine behind the settings in <telar/callbacks.hpp>.
#pragma once

#include <optional>
#include <vector>

#include <telar/callbacks.hpp>

#include "train/monitor.hpp"

namespace telar {

/// Keras 3's early_stopping.py, epoch by epoch. Epochs count from 0.
class EarlyStoppingState {
 public:
  explicit EarlyStoppingState(EarlyStopping settings);

  void on_train_begin(Training& training);
  /// Stops the training (Ended::stopped_early) when patience is used up; warns if the monitored quantity is not logged.
  void on_epoch_end(Training& training, int epoch, const Logs& logs);
  /// Says that it stopped (if verbose) and restores the best weights (if asked to), whether it stopped or not.
  void on_train_end(Training& training);
  void snapshot(Snapshot& s);

  [[nodiscard]] int wait() const noexcept { return wait_; }  ///< epochs since the last improvement that counted
  [[nodiscard]] std::optional<double> best() const noexcept { return monitor_.best(); }
  [[nodiscard]] int best_epoch() const noexcept { return best_epoch_; }
  [[nodiscard]] int stopped_epoch() const noexcept { return stopped_epoch_; }  ///< 0 if it did not stop

 private:
  EarlyStopping settings_;
  Monitor monitor_;
  WarnOnce warn_;
  int wait_ = 0;
  int best_epoch_ = 0;
  int stopped_epoch_ = 0;
  std::optional<std::vector<float>> best_weights_;
};

}  // namespace telar
