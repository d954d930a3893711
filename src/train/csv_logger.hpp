// CSVLogger at work: one line an epoch, in a file that others may read meanwhile.
#pragma once

#include <cstdint>
#include <fstream>
#include <string>
#include <vector>

#include <telar/callbacks.hpp>

namespace telar {

/// Keras 3's csv_logger.py: the lines of Python's csv module, numbers as Python writes them.
class CSVLoggerState {
 public:
  explicit CSVLoggerState(CSVLogger settings);

  // All throw Error (resource) if the file cannot be written.
  void on_train_begin(Training& training);
  void on_epoch_end(Training& training, int epoch, const Logs& logs);
  /// Taken back, it writes its lines anew behind what was in the file before: those of a crashed training may reach
  /// further, or not as far.
  void snapshot(Snapshot& s);

 private:
  void write(const std::string& text);

  CSVLogger settings_;
  std::ofstream file_;
  std::uint64_t before_ = 0;  // bytes of the file that are not this training's
  std::string text_;          // what it has written behind them
  bool header_ = true;
  std::vector<std::string> columns_;  // those of the first epoch
};

}  // namespace telar
