// What decode_picture chooses from.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "data/picture.hpp"

namespace telar {

inline constexpr std::uint64_t kMostPixels = std::uint64_t{1} << 26;

[[nodiscard]] bool is_png(std::span<const std::byte> bytes) noexcept;
[[nodiscard]] Picture decode_png(std::span<const std::byte> bytes, const std::string& file);

[[nodiscard]] bool is_jpeg(std::span<const std::byte> bytes) noexcept;
[[nodiscard]] Picture decode_jpeg(std::span<const std::byte> bytes, const std::string& file);

/// Throws Error (data) if a picture of this size is too large, or cannot be in `bytes` bytes of which each holds at
/// most `most_pixels_per_byte`.
void check_picture_size(std::uint64_t width, std::uint64_t height, std::uint64_t bytes,
                        std::uint64_t most_pixels_per_byte, const std::string& file);

}  // namespace telar
