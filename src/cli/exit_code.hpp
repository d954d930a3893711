// What the program's exit status means.
#pragma once

#include <telar/error.hpp>

namespace telar::cli {

inline constexpr int kDone = 0;
inline constexpr int kFailure = 1;    ///< anything not listed below
inline constexpr int kUsage = 2;      ///< a wrong option or recipe
inline constexpr int kDiverged = 3;   ///< a training's loss was no longer finite
inline constexpr int kThreshold = 4;  ///< a threshold that was asked for is not met
inline constexpr int kData = 5;       ///< data or a run is missing or damaged
inline constexpr int kResource = 6;   ///< something cannot be written, or memory is short
inline constexpr int kSignal = 128;   ///< plus the signal's number: 130 for SIGINT, 143 for SIGTERM

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
