// ProgressBar at work: Keras's bar on a terminal, one line per epoch elsewhere.
#pragma once

#include <chrono>
#include <string>

#include <telar/callbacks.hpp>

namespace telar {

/// One training's progress on `Training::output()`. Its hooks come after those of all other callbacks, as Keras has it.
/// Between two repaints a batch costs one look at the clock.
class ProgressBarState {
 public:
  explicit ProgressBarState(ProgressBar settings) : settings_(settings) {}

  void on_train_begin(Training& training);
  void on_epoch_begin(Training& training, int epoch);
  void on_train_batch_end(Training& training, int batch, const Logs& logs);
  void on_epoch_end(Training& training, int epoch, const Logs& logs);
  /// Ends the line that an interrupted epoch left open.
  void on_train_end(Training& training);

 private:
  using Clock = std::chrono::steady_clock;

  void repaint(Training& training, const Logs& logs, bool final);
  void print_line(Training& training, int epoch, const Logs& logs);
  /// The first step of the epoch, which warms up, is left out where there are others.
  [[nodiscard]] double seconds_per_step() const;

  ProgressBar settings_;
  bool bar_ = false;
  bool color_ = false;
  bool line_open_ = false;
  int painted_columns_ = 0;  // of the line on the screen
  int done_ = 0;             // batches of this epoch
  Clock::time_point epoch_begin_{}, first_batch_end_{}, last_batch_end_{}, next_repaint_{};
};

/// A step's duration: "2s", "9ms" or "350us", as Keras rounds it.
[[nodiscard]] std::string step_time_text(double seconds);
/// Whole seconds: "7s", "1:05" or "1:02:03".
[[nodiscard]] std::string clock_text(double seconds);
/// "0.5012", or "3.0000e-05" where the size is at most 1e-3 or (unlike Keras, whose lines grow without end) at least
/// 1e6.
[[nodiscard]] std::string log_value_text(double value);
/// Keras's 20 cells, `share` of them done: all "━", the rest grey if coloured, else "─". Share in [0, 1], cells >= 0.
[[nodiscard]] std::string bar_text(double share, int cells, bool color);

}  // namespace telar
