#include <utility>

#include <telar/error.hpp>

namespace telar {

namespace {
std::string text(const std::string& where, const std::string& message, const std::string& hint) {
  std::string s = where.empty() ? message : "[" + where + "] " + message;
  if (!hint.empty()) s += "\n  " + hint;
  return s;
}
}  // namespace

Error::Error(ErrorCode code, std::string where, std::string message, std::string hint)
    : std::runtime_error(text(where, message, hint)),
      code_(code),
      where_(std::move(where)),
      message_(std::move(message)),
      hint_(std::move(hint)) {}

}  // namespace telar
