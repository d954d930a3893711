#include "cli/duration.hpp"

#include <charconv>

namespace telar::cli {

std::optional<double> parse_duration(const std::string& text) {
  constexpr double kLongest = 365.0 * 24 * 3600;
  double seconds = 0, last_unit = 1e9;
  const char *at = text.data(), *end = at + text.size();
  while (at != end) {
    double number = 0;
    const auto [rest, error] = std::from_chars(at, end, number, std::chars_format::fixed);
    if (error != std::errc{} || !(number >= 0)) return {};
    if (rest == end && at != text.data()) return {};  // a bare number is seconds, and stands alone
    const char unit = rest == end ? 's' : *rest;
    const double factor = unit == 'h' ? 3600 : unit == 'm' ? 60 : unit == 's' ? 1 : 0;
    if (factor == 0 || factor >= last_unit) return {};  // from large to small
    seconds += number * factor;
    last_unit = factor;
    at = rest == end ? end : rest + 1;
  }
  if (!(seconds > 0 && seconds <= kLongest)) return {};
  return seconds;
}

}  // namespace telar::cli
