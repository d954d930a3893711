// TensorBoard at work: what Keras's callback logs of each epoch, for a board that may be open meanwhile.
#pragma once

#include <optional>
#include <string>

#include <telar/callbacks.hpp>

#include "train/event_file.hpp"

namespace telar {

/// What an epoch logs, as events; `rate`, if it is given, in place of a learning rate that it logs.
struct EpochRecords {
  std::string train, validation;
};
[[nodiscard]] EpochRecords epoch_records(double seconds, int epoch, const Logs& logs, std::optional<double> rate = {});

/// Keras 3's tensorboard.py with update_freq "epoch". What it has logged is part of a checkpoint: a training that goes
/// on tells its epochs anew from the first, and TensorBoard forgets what the one that was cut off has told.
class TensorBoardState {
 public:
  explicit TensorBoardState(const TensorBoard& settings);

  // All throw Error (resource) if a file cannot be written.
  void on_train_begin();
  void on_epoch_begin(int epoch);
  void on_epoch_end(const Training& training, int epoch, const Logs& logs);
  void on_test_end(const Training& training, const Logs& logs);
  void on_train_end();
  void snapshot(Snapshot& s);

 private:
  /// The events of a folder.
  struct Writer {
    std::filesystem::path folder;
    std::optional<EventFile> file{};
    std::string told{};   // records of this training, those of before a restart included
    bool behind = false;  // the file lacks what was told
  };

  void append(Writer& writer, const std::string& records) const;

  Writer train_, validation_;
  std::optional<int> first_epoch_;  // that this training tells of
};

}  // namespace telar
