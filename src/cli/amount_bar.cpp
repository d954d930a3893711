#include "cli/amount_bar.hpp"

#include <algorithm>
#include <iostream>
#include <memory>
#include <optional>
#include <utility>

#include "base/terminal.hpp"
#include "train/progress_bar.hpp"

namespace telar::cli {

AmountBar::AmountBar(std::string what, Text text, const CommonOptions& options)
    : what_(std::move(what)),
      text_(text),
      shown_(!options.quiet && is_terminal(std::cerr)),
      color_(use_color(std::cerr, options.color_wish())) {}

AmountBar::~AmountBar() {
  if (painted_ > 0) std::cerr << '\r' << std::string(painted_, ' ') << '\r' << std::flush;
}

void AmountBar::draw(std::uint64_t done, std::uint64_t total) {
  const Clock::time_point now = Clock::now();
  if (first_ == 0 && done > 0) first_ = done, began_ = now;
  if (!shown_ || now < next_ || total == 0) return;
  next_ = now + std::chrono::milliseconds(100);
  const double seconds = std::chrono::duration<double>(now - began_).count();
  const double rate = seconds > 0 ? static_cast<double>(done - std::min(first_, done)) / seconds : 0;
  std::string tail = " " + text_(done, total);
  if (rate > 0) tail += " " + clock_text(static_cast<double>(total - std::min(done, total)) / rate);

  // A line that is redrawn must not wrap: the bar gives way.
  const int room = terminal_columns(std::cerr) - 1 - static_cast<int>(what_.size() + 1 + tail.size());
  const int cells = std::clamp(room, 0, 20);
  const std::string head = room < 0 ? "" : what_ + " ";
  const std::size_t columns = head.size() + static_cast<std::size_t>(cells) + tail.size();
  std::cerr << '\r' << head << bar_text(static_cast<double>(done) / static_cast<double>(total), cells, color_) << tail
            << std::string(painted_ - std::min(painted_, columns), ' ') << std::flush;
  painted_ = std::max(painted_, columns);
}

std::function<void(std::size_t, std::size_t)> shown_count(std::string what, const CommonOptions& options) {
  const auto text = [](std::uint64_t done, std::uint64_t of) {
    return std::to_string(done) + "/" + std::to_string(of);
  };
  const auto bar = std::make_shared<std::optional<AmountBar>>();
  return [=, what = std::move(what), &options](std::size_t done, std::size_t of) {
    if (!*bar) bar->emplace(what, text, options);
    (*bar)->draw(done, of);
    if (done == of) bar->reset();
  };
}

}  // namespace telar::cli
