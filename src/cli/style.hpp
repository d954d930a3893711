// Colours and weights of text in a terminal, or none.
#pragma once

#include <fmt/format.h>
#include <string>
#include <string_view>

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

}  // namespace telar::cli
