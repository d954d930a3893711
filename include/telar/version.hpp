#pragma once

namespace telar {

/// "0.1.0": the version of the library that is linked.
[[nodiscard]] const char* version() noexcept;

}  // namespace telar
