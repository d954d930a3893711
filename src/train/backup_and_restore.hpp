// BackupAndRestore at work: when a backup is written, and when it goes.
#pragma once

#include <filesystem>

#include <telar/callbacks.hpp>

namespace telar {

/// Keras 3's backup_and_restore.py, but that a backup also says which batch is next, replaces the last one atomically,
/// and that no file of others is deleted.
class BackupAndRestoreState {
 public:
  explicit BackupAndRestoreState(BackupAndRestore settings);

  // All throw Error: resource if a file cannot be written, data if the backup is not this training's.
  void on_train_begin(Training& training);
  void on_train_batch_end(Training& training);
  void on_epoch_end(Training& training);
  void on_train_end(Training& training);

 private:
  BackupAndRestore settings_;
  std::filesystem::path file_;
  int batches_ = 0;  // since the last save
};

}  // namespace telar
