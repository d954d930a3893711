// Durations as people write them.
#pragma once

#include <optional>
#include <string>

namespace telar::cli {

/// Seconds of "90", "90s", "10m", "1.5h" or "1h30m"; above 0. Absent if it is none.
[[nodiscard]] std::optional<double> parse_duration(const std::string& text);

}  // namespace telar::cli
