// BackupAndRestore at work: when a checkpoint is written, which one is taken, and when they go.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>

#include <telar/callbacks.hpp>

namespace telar {

/// Keras 3's backup_and_restore.py, but that a checkpoint holds the place within an epoch and what callbacks remember,
/// is replaced atomically with the one before kept, and that no file of others is deleted.
class BackupAndRestoreState {
 public:
  explicit BackupAndRestoreState(BackupAndRestore settings);

  // All throw Error: resource if a file cannot be written, data if the checkpoints are not this training's or none of
  // them is whole.
  void on_train_begin(Training& training);
  void on_train_batch_end(Training& training);
  void on_epoch_end(Training& training);
  void on_train_end(Training& training);

 private:
  using Clock = std::chrono::steady_clock;

  void save(Training& training);
  /// From the newest that is whole, if there are any.
  void restore(Training& training);

  BackupAndRestore settings_;
  std::uint64_t next_ = 0;  // number of the next file
  int batches_ = 0;         // since the last save
  Clock::time_point due_{};
};

}  // namespace telar
