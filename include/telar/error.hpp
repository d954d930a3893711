// One exception type for everything telar refuses to do.
#pragma once

#include <stdexcept>
#include <string>

namespace telar {

/// What kind of mistake it was. The command line maps each kind to its exit code.
enum class ErrorCode {
  failure,  ///< anything not listed below (exit 1)
  usage,    ///< a wrong option, recipe, layer or argument (exit 2)
  data,     ///< data or a model is missing, corrupt or hostile (exit 5)
  resource  ///< a file cannot be written, or memory is short (exit 6)
};

/// Thrown at boundaries only: construction, compile, the entry of fit/evaluate/predict, reading and writing files.
/// `what()` reads "[where] message\n  hint".
class Error : public std::runtime_error {
 public:
  /// `where` is a place a person can go to (file:line:column, a layer's name and shape, a path); empty if there is
  /// none. `hint` says what to do next; empty if the message already does.
  Error(ErrorCode code, std::string where, std::string message, std::string hint = {});

  [[nodiscard]] ErrorCode code() const noexcept { return code_; }
  [[nodiscard]] const std::string& where() const noexcept { return where_; }
  [[nodiscard]] const std::string& message() const noexcept { return message_; }
  [[nodiscard]] const std::string& hint() const noexcept { return hint_; }

 private:
  ErrorCode code_;
  std::string where_, message_, hint_;
};

}  // namespace telar
