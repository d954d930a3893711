#include "base/number_text.hpp"

#include <cmath>
#include <fmt/format.h>

namespace telar {

std::string number_text(double value) { return fmt::format("{}", value); }

std::string python_number_text(double value) {
  std::string text = number_text(value);
  if (std::isfinite(value) && text.find_first_of(".e") == std::string::npos) text += ".0";
  return text;
}

std::string counted(std::int64_t n, std::string_view what) {
  return fmt::format("{} {}{}", n, what, n == 1 ? "" : "s");
}

}  // namespace telar
