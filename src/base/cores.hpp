#pragma once

namespace telar {

/// How many cores this process may use (its affinity mask); at least 1.
[[nodiscard]] int available_cores() noexcept;

}  // namespace telar
