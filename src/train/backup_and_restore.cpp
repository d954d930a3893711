#include "train/backup_and_restore.hpp"

#include <system_error>
#include <utility>

#include <telar/error.hpp>

namespace telar {

namespace fs = std::filesystem;

BackupAndRestoreState::BackupAndRestoreState(BackupAndRestore settings)
    : settings_(std::move(settings)), file_(fs::path(settings_.backup_dir) / "latest.npz") {}

void BackupAndRestoreState::on_train_begin(Training& training) {
  std::error_code error;
  fs::create_directories(settings_.backup_dir, error);
  if (error) throw Error(ErrorCode::resource, settings_.backup_dir, "cannot make the folder: " + error.message());
  if (fs::exists(file_, error)) training.load_progress(file_);
}

void BackupAndRestoreState::on_train_batch_end(Training& training) {
  if (++batches_ < settings_.save_freq) return;
  batches_ = 0;
  training.save_progress(file_);
}

void BackupAndRestoreState::on_epoch_end(Training& training) {
  if (settings_.save_freq == 0) training.save_progress(file_);
}

void BackupAndRestoreState::on_train_end(Training& training) {
  if (!settings_.delete_checkpoint || training.status() == Ended::interrupted) return;
  std::error_code ignored;
  fs::remove(file_, ignored);
  fs::remove(settings_.backup_dir, ignored);  // stays if others have files there
}

}  // namespace telar
