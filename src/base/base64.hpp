#pragma once

#include <cstddef>
#include <span>
#include <string>

namespace telar {

/// RFC 4648's base64, padded, on one line.
[[nodiscard]] std::string base64(std::span<const std::byte> bytes);

}  // namespace telar
