// What the program's exit status means.
#pragma once

#include <telar/error.hpp>

namespace telar::cli {

enum ExitCode : int {
  kDone = 0,
  kFailure = 1,    ///< anything not listed below
  kUsage = 2,      ///< a wrong option or recipe
  kDiverged = 3,   ///< a training's loss was no longer finite
  kThreshold = 4,  ///< a threshold that was asked for is not met
  kData = 5,       ///< data or a run is missing or damaged
  kResource = 6,   ///< something cannot be written, or memory is short
  kSignal = 128    ///< plus the signal's number: 130 for SIGINT, 143 for SIGTERM
};

[[nodiscard]] constexpr int exit_code(ErrorCode code) noexcept {
  switch (code) {
    case ErrorCode::usage:
      return kUsage;
    case ErrorCode::data:
      return kData;
    case ErrorCode::resource:
      return kResource;
    case ErrorCode::failure:
      break;
  }
  return kFailure;
}

}  // namespace telar::cli
