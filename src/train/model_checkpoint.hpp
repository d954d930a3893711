// ModelCheckpoint at work: which epochs or batches are saved, and under what name.
#pragma once

#include <optional>

#include <telar/callbacks.hpp>

#include "train/monitor.hpp"

namespace telar {

/// Keras 3's model_checkpoint.py. Epochs and batches count from 0.
class ModelCheckpointState {
 public:
  explicit ModelCheckpointState(ModelCheckpoint settings);

  void on_train_begin(Training& training);
  void on_epoch_begin(Training& training, int epoch);
  // Both throw Error: usage if the file's name needs a quantity that is not logged, resource if it cannot be written.
  void on_train_batch_end(Training& training, int batch, const Logs& logs);
  void on_epoch_end(Training& training, int epoch, const Logs& logs);
  void snapshot(Snapshot& s);

  [[nodiscard]] std::optional<double> best() const noexcept { return best_; }

 private:
  void save(Training& training, std::optional<int> batch, const Logs& logs);
  /// Says so if verbose. A quantity that is not logged does not keep the file from being saved.
  [[nodiscard]] bool should_save(Training& training, const Logs& logs, const std::string& file);

  ModelCheckpoint settings_;
  Monitor monitor_;
  WarnOnce warn_;
  std::optional<double> best_;
  int epoch_ = 0;
  int batches_ = 0;  // since the last save
};

}  // namespace telar
