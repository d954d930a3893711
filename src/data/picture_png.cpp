// PNG by libpng's interface for memory, whose errors come back as values: nothing jumps over these frames.
#include <algorithm>
#include <array>
#include <cstring>
#include <png.h>
#include <zlib.h>

#include <telar/error.hpp>

#include "data/picture_codecs.hpp"

namespace telar {

namespace {

constexpr std::array<unsigned char, 8> kSignature{0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
constexpr std::size_t kChunkFrame = 12;  // length, type and CRC
constexpr std::size_t kHeaderSize = 13;

std::uint32_t big_endian(std::span<const std::byte> bytes) {
  std::uint32_t value = 0;
  for (const std::byte byte : bytes.first(4)) value = value << 8 | std::to_integer<std::uint32_t>(byte);
  return value;
}

/// Every chunk is whole, and the last one is there: what libpng reads up to the last row only.
void check_chunks(std::span<const std::byte> bytes, const std::string& file) {
  for (auto rest = bytes.subspan(kSignature.size());;) {
    if (rest.size() < kChunkFrame) throw Error(ErrorCode::data, file, "truncated: the PNG picture has no end");
    const std::uint32_t length = big_endian(rest);
    if (length > rest.size() - kChunkFrame)
      throw Error(ErrorCode::data, file, "truncated: a part of the PNG picture goes beyond the end of the file");
    const auto contents = rest.subspan(4, std::size_t{4} + length);
    if (crc32_z(0, reinterpret_cast<const Bytef*>(contents.data()), contents.size()) !=
        big_endian(rest.subspan(std::size_t{8} + length)))
      throw Error(ErrorCode::data, file, "corrupt: a checksum in the PNG picture is wrong");
    if (std::memcmp(contents.data(), "IEND", 4) == 0) return;
    rest = rest.subspan(kChunkFrame + length);
  }
}

void check_header(std::span<const std::byte> bytes, const std::string& file) {
  const auto chunk = bytes.subspan(kSignature.size());
  if (chunk.size() < kChunkFrame + kHeaderSize || big_endian(chunk) != kHeaderSize ||
      std::memcmp(chunk.data() + 4, "IHDR", 4) != 0)
    throw Error(ErrorCode::data, file, "corrupt: the PNG picture has no header");
  // Depth in bits, and how many samples a pixel has in each of PNG's kinds of colours.
  constexpr std::array<std::uint64_t, 7> kSamples{1, 1, 3, 1, 2, 1, 4};
  const auto depth = std::to_integer<std::uint64_t>(chunk[16]);
  const auto color = std::min<std::size_t>(std::to_integer<std::size_t>(chunk[17]), kSamples.size() - 1);
  constexpr std::uint64_t kMostInflatedBits = 1032 * 8;  // of a byte of deflate: 258 bytes for two bits
  check_picture_size(big_endian(chunk.subspan(8)), big_endian(chunk.subspan(12)), bytes.size(),
                     kMostInflatedBits / std::max<std::uint64_t>(depth * kSamples[color], 1), file);
}

struct PngImage {
  png_image image{};
  PngImage() { image.version = PNG_IMAGE_VERSION; }
  PngImage(const PngImage&) = delete;
  PngImage& operator=(const PngImage&) = delete;
  ~PngImage() { png_image_free(&image); }
};

}  // namespace

bool is_png(std::span<const std::byte> bytes) noexcept {
  return bytes.size() >= kSignature.size() && std::memcmp(bytes.data(), kSignature.data(), kSignature.size()) == 0;
}

Picture decode_png(std::span<const std::byte> bytes, const std::string& file) {
  check_header(bytes, file);
  check_chunks(bytes, file);
  PngImage png;
  const auto refuse = [&] {
    throw Error(ErrorCode::data, file, std::string("corrupt: the PNG picture cannot be read: ") + png.image.message);
  };
  if (png_image_begin_read_from_memory(&png.image, bytes.data(), bytes.size()) == 0) refuse();
  const bool color = (png.image.format & PNG_FORMAT_FLAG_COLOR) != 0;
  png.image.format = color ? PNG_FORMAT_RGB : PNG_FORMAT_GRAY;
  png.image.flags |= PNG_IMAGE_FLAG_16BIT_sRGB;
  Picture picture{static_cast<int>(png.image.height), static_cast<int>(png.image.width), color ? 3 : 1, {}};
  picture.bytes.resize(PNG_IMAGE_SIZE(png.image));
  const png_color white{255, 255, 255};
  if (png_image_finish_read(&png.image, &white, picture.bytes.data(), 0, nullptr) == 0) refuse();
  return picture;
}

std::vector<std::byte> png_bytes(const Picture& picture) {
  PngImage png;
  png.image.height = static_cast<png_uint_32>(picture.height);
  png.image.width = static_cast<png_uint_32>(picture.width);
  png.image.format = picture.channels == 3 ? PNG_FORMAT_RGB : PNG_FORMAT_GRAY;
  png_alloc_size_t size = PNG_IMAGE_PNG_SIZE_MAX(png.image);
  std::vector<std::byte> bytes(size);
  if (png_image_write_to_memory(&png.image, bytes.data(), &size, 0, picture.bytes.data(), 0, nullptr) == 0)
    throw Error(ErrorCode::failure, "PNG", png.image.message);
  bytes.resize(size);
  return bytes;
}

}  // namespace telar
