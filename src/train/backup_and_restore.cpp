#include "train/backup_and_restore.hpp"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>
#include <ostream>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <telar/error.hpp>

#include "base/atomic_file.hpp"
#include "train/progress.hpp"

namespace telar {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view kCheckpointSuffix = ".checkpoint";
constexpr double kMostOfTheTime = 0.01;

struct Checkpoint {
  std::uint64_t number;
  fs::path file;
};

fs::path file_of(const fs::path& folder, std::uint64_t number) {
  return folder / fmt::format("{:08}{}", number, kCheckpointSuffix);
}

/// Those of a folder, newest first.
std::vector<Checkpoint> checkpoints_in(const fs::path& folder) {
  std::vector<Checkpoint> found;
  std::error_code error;
  for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
    const std::string name = at->path().filename().string();
    std::uint64_t number = 0;
    const auto [stop, problem] = std::from_chars(name.data(), name.data() + name.size(), number);
    if (name.ends_with(kCheckpointSuffix) && problem == std::errc() &&
        stop == name.data() + name.size() - kCheckpointSuffix.size())
      found.push_back({number, at->path()});
  }
  if (error) throw Error(ErrorCode::data, folder.string(), "cannot read the folder: " + error.message());
  std::ranges::sort(found, std::ranges::greater(), &Checkpoint::number);
  return found;
}

}  // namespace

BackupAndRestoreState::BackupAndRestoreState(BackupAndRestore settings) : settings_(std::move(settings)) {}

void BackupAndRestoreState::on_train_begin(Training& training) {
  std::error_code error;
  fs::create_directories(settings_.backup_dir, error);
  if (error) throw Error(ErrorCode::resource, settings_.backup_dir, "cannot make the folder: " + error.message());
  remove_temporaries_of_the_dead(settings_.backup_dir);
  restore(training);
  due_ =
      Clock::now() + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(settings_.save_seconds));
}

void BackupAndRestoreState::restore(Training& training) {
  const std::vector<Checkpoint> all = checkpoints_in(settings_.backup_dir);
  if (all.empty()) return;
  next_ = all.front().number + 1;
  std::string damaged;
  for (const Checkpoint& checkpoint : all) {
    try {
      static_cast<void>(read_progress(checkpoint.file));
    } catch (const Error& error) {
      damaged += (damaged.empty() ? "" : "; ") + checkpoint.file.filename().string() + ": " + error.message();
      continue;
    }
    if (!damaged.empty())
      training.output() << "warning: " << settings_.backup_dir << ": going on from "
                        << checkpoint.file.filename().string() << ", since a newer one cannot be read (" << damaged
                        << ")\n";
    training.load_progress(checkpoint.file);
    return;
  }
  throw Error(ErrorCode::data, settings_.backup_dir, "no checkpoint can be read (" + damaged + ")",
              "delete them to start anew");
}

void BackupAndRestoreState::save(Training& training) {
  const Clock::time_point begin = Clock::now();
  training.save_progress(file_of(settings_.backup_dir, next_++));
  const std::vector<Checkpoint> all = checkpoints_in(settings_.backup_dir);
  std::error_code ignored;
  for (std::size_t i = 2; i < all.size(); ++i) fs::remove(all[i].file, ignored);
  batches_ = 0;
  const Clock::time_point end = Clock::now();
  const double took = std::chrono::duration<double>(end - begin).count();
  due_ = end + std::chrono::duration_cast<Clock::duration>(
                   std::chrono::duration<double>(std::max(settings_.save_seconds, took / kMostOfTheTime)));
}

void BackupAndRestoreState::on_train_batch_end(Training& training) {
  ++batches_;
  const bool counted = settings_.save_freq > 0 && batches_ >= settings_.save_freq;
  const bool timed = settings_.save_seconds > 0 && Clock::now() >= due_;
  if (counted || timed || training.status() == Ended::interrupted) save(training);
}

void BackupAndRestoreState::on_epoch_end(Training& training) {
  const bool every_epoch = settings_.save_freq == 0 && settings_.save_seconds == 0;
  if (every_epoch || training.status() == Ended::interrupted) save(training);
}

void BackupAndRestoreState::on_train_end(Training& training) {
  if (!settings_.delete_checkpoint || training.status() == Ended::interrupted) return;
  std::error_code ignored;
  for (const Checkpoint& checkpoint : checkpoints_in(settings_.backup_dir)) fs::remove(checkpoint.file, ignored);
  fs::remove(settings_.backup_dir, ignored);  // stays if others have files there
}

}  // namespace telar
