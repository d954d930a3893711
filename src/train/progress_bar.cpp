#include "train/progress_bar.hpp"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <ostream>

#include "base/terminal.hpp"

namespace telar {

namespace {

constexpr int kCells = 20;
constexpr std::chrono::milliseconds kRepaintInterval{100};

double seconds_between(std::chrono::steady_clock::time_point from, std::chrono::steady_clock::time_point to) {
  return std::chrono::duration<double>(to - from).count();
}

std::string logs_text(const Logs& logs) {
  std::string text;
  for (const auto& [name, value] : logs.entries()) text += fmt::format(" - {}: {}", name, log_value_text(value));
  return text;
}

std::string bold(const std::string& text, bool color) { return color ? "\033[1m" + text + "\033[0m" : text; }

}  // namespace

std::string step_time_text(double seconds) {
  if (seconds >= 1 || seconds <= 0) return fmt::format("{:.0f}s", seconds);
  if (seconds >= 1e-3) return fmt::format("{:.0f}ms", seconds * 1e3);
  return fmt::format("{:.0f}us", seconds * 1e6);
}

std::string clock_text(double seconds) {
  const auto total = static_cast<std::int64_t>(std::max(seconds, 0.0));
  if (total >= 3600) return fmt::format("{}:{:02}:{:02}", total / 3600, total / 60 % 60, total % 60);
  if (total >= 60) return fmt::format("{}:{:02}", total / 60, total % 60);
  return fmt::format("{}s", total);
}

std::string log_value_text(double value) {
  const double size = std::abs(value);
  return size <= 1e-3 || size >= 1e6 ? fmt::format("{:.4e}", value) : fmt::format("{:.4f}", value);
}

std::string bar_text(double share, int cells, bool color) {
  const int full = std::clamp(static_cast<int>(share * cells), 0, cells);
  std::string text = color ? "\033[32m" : "";
  for (int i = 0; i < full; ++i) text += "━";
  if (color) text += "\033[37m";
  for (int i = full; i < cells; ++i) text += color ? "━" : "─";
  if (color) text += "\033[0m";
  return text;
}

void ProgressBarState::on_train_begin(Training& training) {
  const std::ostream& out = training.output();
  bar_ = settings_.style == ProgressBar::Style::bar ||
         (settings_.style == ProgressBar::Style::automatic && is_terminal(out));
  color_ = use_color(out, settings_.color);
}

void ProgressBarState::on_epoch_begin(Training& training, int epoch) {
  if (bar_ && training.epochs() > 1) {
    training.output() << fmt::format("Epoch {}/{}\n", epoch + 1, training.epochs()) << std::flush;
  }
  done_ = 0;
  epoch_begin_ = first_batch_end_ = last_batch_end_ = next_repaint_ = Clock::now();
}

void ProgressBarState::on_train_batch_end(Training& training, int batch, const Logs& logs) {
  last_batch_end_ = Clock::now();
  if (done_ == 0) first_batch_end_ = last_batch_end_;
  done_ = batch + 1;
  if (!bar_ || last_batch_end_ < next_repaint_) return;
  repaint(training, logs, false);
  next_repaint_ = last_batch_end_ + kRepaintInterval;
}

void ProgressBarState::on_epoch_end(Training& training, int epoch, const Logs& logs) {
  if (bar_) {
    repaint(training, logs, true);
  } else {
    print_line(training, epoch, logs);
  }
}

void ProgressBarState::on_train_end(Training& training) {
  if (line_open_) training.output() << '\n' << std::flush;
  line_open_ = false;
}

double ProgressBarState::seconds_per_step() const {
  if (done_ == 0) return 0;
  if (done_ == 1) return seconds_between(epoch_begin_, first_batch_end_);
  return seconds_between(first_batch_end_, last_batch_end_) / (done_ - 1);
}

void ProgressBarState::repaint(Training& training, const Logs& logs, bool final) {
  std::ostream& out = training.output();
  const int steps = training.steps_per_epoch();
  const double step = seconds_per_step();
  const double seconds = final ? seconds_between(epoch_begin_, Clock::now()) : step * (steps - done_);
  const std::string counted = fmt::format("{:>{}}/{}", done_, std::to_string(steps).size(), steps);
  const std::string clock = clock_text(seconds);
  std::string tail = fmt::format(" {}/step{}", step_time_text(step), logs_text(logs));

  // A line that is redrawn must not wrap: the bar gives way first, then the last numbers. The final one may wrap.
  int cells = kCells;
  if (!final) {
    const int room = terminal_columns(out) - 1 - static_cast<int>(counted.size() + clock.size()) - 2;
    cells = std::clamp(room - static_cast<int>(tail.size()), std::min(5, std::max(room, 0)), kCells);
    tail.resize(std::min(tail.size(), static_cast<std::size_t>(std::max(room - cells, 0))));
  }
  const int columns = static_cast<int>(counted.size() + clock.size() + tail.size()) + 2 + cells;
  const double share = steps > 0 ? static_cast<double>(done_) / steps : 1;

  std::string line = line_open_ ? "\r" : "";
  line += bold(counted, color_) + " " + bar_text(share, cells, color_) + " " + bold(clock, color_) + tail;
  if (line_open_ && columns < painted_columns_) line.append(static_cast<std::size_t>(painted_columns_ - columns), ' ');
  if (final) line += '\n';
  out << line << std::flush;
  line_open_ = !final;
  painted_columns_ = final ? 0 : columns;
}

void ProgressBarState::print_line(Training& training, int epoch, const Logs& logs) {
  training.output() << fmt::format("Epoch {}/{} - {:.1f}s - {}/step{}\n", epoch + 1, training.epochs(),
                                   seconds_between(epoch_begin_, Clock::now()), step_time_text(seconds_per_step()),
                                   logs_text(logs))
                    << std::flush;
}

}  // namespace telar
