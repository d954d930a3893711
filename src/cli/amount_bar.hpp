// How much of something has arrived, on a terminal.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>

#include "cli/verb.hpp"

namespace telar::cli {

/// A line on stderr that is drawn anew while work goes on, and is gone when it is over: only on a terminal, and not
/// where --quiet says so.
class AmountBar {
 public:
  /// What of it is done, as in "3.1/9.9 MB".
  using Text = std::string (*)(std::uint64_t done, std::uint64_t total);

  AmountBar(std::string what, Text text, const CommonOptions& options);
  AmountBar(const AmountBar&) = delete;
  AmountBar& operator=(const AmountBar&) = delete;
  ~AmountBar();

  /// At most ten times a second. A total of 0: not known, and nothing is drawn.
  void draw(std::uint64_t done, std::uint64_t total);

 private:
  using Clock = std::chrono::steady_clock;
  std::string what_;
  Text text_;
  bool shown_, color_;
  std::size_t painted_ = 0;  // columns
  std::uint64_t first_ = 0;  // what was there when it began
  Clock::time_point began_, next_;
};

/// Draws such a line, "what 3/16 time left", from its first call until one in which all is done. `options` must outlive
/// it.
[[nodiscard]] std::function<void(std::size_t done, std::size_t of)> shown_count(std::string what,
                                                                                const CommonOptions& options);

}  // namespace telar::cli
