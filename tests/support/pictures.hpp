// Picture files made in a test.
#pragma once

#include <gtest/gtest.h>
#include <string>
#include <turbojpeg.h>
#include <zlib.h>

#include "data/picture.hpp"

namespace telar::test {

/// A picture whose every byte is a function of its place.
inline Picture patterned(int height, int width, int channels) {
  Picture picture{height, width, channels, {}};
  for (int i = 0; i < height * width * channels; ++i) picture.bytes.push_back(static_cast<std::uint8_t>(i * 37 % 256));
  return picture;
}

inline Picture plain(int height, int width, std::uint8_t brightness) {
  return {height, width, 1, std::vector<std::uint8_t>(static_cast<std::size_t>(height * width), brightness)};
}

inline std::string png_of(const Picture& picture) {
  const std::vector<std::byte> bytes = png_bytes(picture);
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// Of 1 or 3 channels, or of four inks.
inline std::string jpeg_of(const Picture& picture, int quality = 95) {
  const int format = picture.channels == 1 ? TJPF_GRAY : picture.channels == 3 ? TJPF_RGB : TJPF_CMYK;
  const int sampling = picture.channels == 1 ? TJSAMP_GRAY : TJSAMP_444;
  tjhandle encoder = tjInitCompress();
  unsigned char* bytes = nullptr;
  unsigned long size = 0;
  if (tjCompress2(encoder, picture.bytes.data(), picture.width, 0, picture.height, format, &bytes, &size, sampling,
                  quality, 0) != 0)
    ADD_FAILURE() << tjGetErrorStr2(encoder);
  std::string result(reinterpret_cast<const char*>(bytes), size);
  tjFree(bytes);
  tjDestroy(encoder);
  return result;
}

inline std::string big_endian(std::uint32_t value) {
  std::string bytes;
  for (const int shift : {24, 16, 8, 0}) bytes += static_cast<char>(value >> shift & 0xff);
  return bytes;
}

inline std::string png_chunk(const std::string& type, const std::string& contents) {
  const std::string both = type + contents;
  const auto crc = crc32(0, reinterpret_cast<const Bytef*>(both.data()), static_cast<uInt>(both.size()));
  return big_endian(static_cast<std::uint32_t>(contents.size())) + both + big_endian(static_cast<std::uint32_t>(crc));
}

/// A PNG file of any header: `color` is PNG's number of a kind of colours, `rows` what its data unpack to.
inline std::string raw_png(std::uint32_t width, std::uint32_t height, int depth, int color, const std::string& rows,
                           const std::string& extra = {}) {
  uLongf size = compressBound(rows.size());
  std::string packed(size, '\0');
  compress(reinterpret_cast<Bytef*>(packed.data()), &size, reinterpret_cast<const Bytef*>(rows.data()), rows.size());
  packed.resize(size);
  const std::string header =
      big_endian(width) + big_endian(height) + std::string{static_cast<char>(depth), static_cast<char>(color), 0, 0, 0};
  return "\x89PNG\r\n\x1a\n" + png_chunk("IHDR", header) + extra + png_chunk("IDAT", packed) + png_chunk("IEND", "");
}

}  // namespace telar::test
