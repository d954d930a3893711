// Text for people: colours and weights where the terminal has them, and numbers.
#pragma once

#include <fmt/format.h>
#include <string>
#include <string_view>
#include <vector>

namespace telar::cli {

struct Style {
  bool color = false;

  [[nodiscard]] std::string bold(std::string_view text) const { return in("1", text); }
  [[nodiscard]] std::string dim(std::string_view text) const { return in("2", text); }
  [[nodiscard]] std::string red(std::string_view text) const { return in("1;31", text); }
  [[nodiscard]] std::string yellow(std::string_view text) const { return in("33", text); }
  [[nodiscard]] std::string blue(std::string_view text) const { return in("34", text); }
  [[nodiscard]] std::string green(std::string_view text) const { return in("32", text); }

  /// `code` is the inside of an SGR sequence, such as "1;31".
  [[nodiscard]] std::string in(std::string_view code, std::string_view text) const {
    return color ? fmt::format("\033[{}m{}\033[0m", code, text) : std::string(text);
  }
};

/// "0.8843": four digits behind the point, or "1.5926e+36" where there would be many before it.
[[nodiscard]] inline std::string number(double value) {
  return value > -1e5 && value < 1e5 ? fmt::format("{:.4f}", value) : fmt::format("{:.4e}", value);
}

/// Rows of cells, the first row bold: the first cell to the left, the others to the right, but for the last, which may
/// be long.
[[nodiscard]] std::string aligned(const std::vector<std::vector<std::string>>& rows, const Style& style);

}  // namespace telar::cli
