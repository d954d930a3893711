// ReduceLROnPlateau at work: the state machine behind the settings in <telar/callbacks.hpp>.
#pragma once

#include <optional>

#include <telar/callbacks.hpp>

#include "train/monitor.hpp"

namespace telar {

/// Keras 3's reduce_lr_on_plateau.py, epoch by epoch. Epochs count from 0.
class ReduceLROnPlateauState {
 public:
  explicit ReduceLROnPlateauState(ReduceLROnPlateau settings);

  void on_train_begin(Training& training);
  /// Logs the rate of this epoch as `learning_rate`, then cuts it if patience is used up; warns if the monitored
  /// quantity is not logged.
  void on_epoch_end(Training& training, int epoch, Logs& logs);
  void snapshot(Snapshot& s);

  [[nodiscard]] int wait() const noexcept { return wait_; }  ///< epochs without improvement since the last cut
  [[nodiscard]] std::optional<double> best() const noexcept { return monitor_.best(); }
  [[nodiscard]] int cooldown_counter() const noexcept { return cooldown_counter_; }

 private:
  /// False if the rate is at its floor already: then nothing happens, silently, as in Keras.
  bool cut(Training& training, int epoch) const;

  ReduceLROnPlateau settings_;
  Monitor monitor_;
  WarnOnce warn_;
  int wait_ = 0;
  int cooldown_counter_ = 0;
};

}  // namespace telar
