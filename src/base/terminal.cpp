#include "base/terminal.hpp"

#include <cstdlib>
#include <iostream>
#include <string_view>
#include <sys/ioctl.h>
#include <unistd.h>

namespace telar {

namespace {
/// -1 for a stream that is none of the standard ones: nothing is known of it.
int descriptor_of(const std::ostream& out) noexcept {
  if (&out == &std::cout) return STDOUT_FILENO;
  if (&out == &std::cerr || &out == &std::clog) return STDERR_FILENO;
  return -1;
}

std::string_view environment(const char* name) noexcept {
  const char* value = std::getenv(name);
  return value != nullptr ? value : "";
}
}  // namespace

bool is_terminal(const std::ostream& out) noexcept {
  const int descriptor = descriptor_of(out);
  return descriptor >= 0 && isatty(descriptor) == 1 && environment("TERM") != "dumb";
}

int terminal_columns(const std::ostream& out) noexcept {
  constexpr int kUnknown = 80;
  winsize size{};
  const int descriptor = descriptor_of(out);
  if (descriptor < 0 || ioctl(descriptor, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return kUnknown;
  return size.ws_col;
}

bool use_color(const std::ostream& out, std::optional<bool> wish) noexcept {
  return wish.value_or(is_terminal(out) && environment("NO_COLOR").empty());
}

}  // namespace telar
