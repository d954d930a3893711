// Pictures in memory: read from PNG and JPEG, made grey, resized, written as PNG.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace telar {

struct Picture {
  int height = 0, width = 0;
  int channels = 1;                 ///< 1: grey; 3: red, green and blue
  std::vector<std::uint8_t> bytes;  ///< row-major (height, width, channels)
};

/// Whether these, the first bytes of a file, begin a PNG or JPEG picture.
[[nodiscard]] bool is_picture(std::span<const std::byte> start) noexcept;

/// No larger file of a picture is read, in bytes.
inline constexpr std::uint64_t kLargestPicture = std::uint64_t{1} << 28;

/// The pixels of a PNG or JPEG picture, which of the two is told by its first bytes: grey pictures with one channel,
/// all others with three. Transparent pixels are seen before white, 16 bits are rounded to 8; an orientation that EXIF
/// data tell is ignored, and so are colour profiles, but not a PNG's gamma. The bytes are not trusted: more than 2^26
/// pixels, or more than so many bytes can hold, are refused before memory is taken for them. Throws Error (data) at
/// `file`: neither PNG nor JPEG, corrupt, truncated, too large, CMYK.
[[nodiscard]] Picture decode_picture(std::span<const std::byte> bytes, const std::string& file);

/// The same picture with 1 or 3 channels. Grey is 0.299 red + 0.587 green + 0.114 blue (ITU-R BT.601).
[[nodiscard]] Picture with_channels(const Picture& picture, int channels);

/// The picture stretched to `height` and `width`, each at least 1. Along an axis that shrinks, a pixel is the mean of
/// the area it comes from; along one that grows, it is interpolated between the centres of two pixels.
[[nodiscard]] Picture resized(const Picture& picture, int height, int width);

/// The bytes of a PNG file of the picture; the same picture gives the same bytes.
[[nodiscard]] std::vector<std::byte> png_bytes(const Picture& picture);

}  // namespace telar
