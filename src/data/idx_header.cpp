#include "data/idx_header.hpp"

#include <array>
#include <cstdio>
#include <limits>

#include <telar/error.hpp>

namespace telar {

namespace {

constexpr int kMostIdxDimensions = 8;

[[noreturn]] void refuse_idx(const std::string& file, const std::string& message) {
  throw Error(ErrorCode::data, file, message, "Get the file again.");
}

bool is_idx_type(std::byte type) noexcept {
  return type >= std::byte{0x08} && type <= std::byte{0x0e} && type != std::byte{0x0a};
}

bool has_idx_dimensions(std::byte number) noexcept {
  return number >= std::byte{1} && number <= std::byte{kMostIdxDimensions};
}

/// The next four bytes of the header.
std::span<const std::byte> read_word(InflatingReader& reader, const std::string& file, IdxHeader& header) {
  const std::size_t begin = header.bytes.size();
  header.bytes.resize(begin + 4);
  const std::span<std::byte> word = std::span(header.bytes).subspan(begin);
  const std::size_t n = reader.read(word);
  if (begin + n == 0) refuse_idx(file, "the file is empty");
  if (n < word.size()) idx_truncated(file, begin + n, begin + word.size());
  return word;
}

void check_magic(std::span<const std::byte> word, const std::string& file, bool only_bytes) {
  const bool known = only_bytes ? word[2] == std::byte{0x08} : is_idx_type(word[2]);
  if (word[0] == std::byte{0} && word[1] == std::byte{0} && known && has_idx_dimensions(word[3])) return;
  std::array<char, 16> found{};
  std::snprintf(found.data(), found.size(), "%02x %02x %02x %02x", std::to_integer<unsigned>(word[0]),
                std::to_integer<unsigned>(word[1]), std::to_integer<unsigned>(word[2]),
                std::to_integer<unsigned>(word[3]));
  refuse_idx(file, std::string("wrong magic number ") + found.data() +
                       (only_bytes ? "; IDX files of unsigned bytes start with 00 00 08 and the "
                                   : "; IDX files start with 00 00, a type from 08 to 0e and the ") +
                       "number of dimensions, 1 to " + std::to_string(kMostIdxDimensions));
}

}  // namespace

std::size_t size_of(IdxType type) noexcept {
  switch (type) {
    case IdxType::u8:
    case IdxType::i8:
      return 1;
    case IdxType::i16:
      return 2;
    case IdxType::i32:
    case IdxType::f32:
      return 4;
    case IdxType::f64:
      break;
  }
  return 8;
}

bool is_idx(std::span<const std::byte> start) noexcept {
  return start.size() >= 4 && start[0] == std::byte{0} && start[1] == std::byte{0} && is_idx_type(start[2]) &&
         has_idx_dimensions(start[3]);
}

void idx_truncated(const std::string& file, std::uint64_t has, std::uint64_t needs) {
  refuse_idx(file, "truncated: " + std::to_string(has) + " bytes where its header needs " + std::to_string(needs));
}

IdxHeader read_idx_header(InflatingReader& reader, const std::string& file, bool only_bytes) {
  IdxHeader header;
  const std::span<const std::byte> magic = read_word(reader, file, header);
  check_magic(magic, file, only_bytes);
  header.type = IdxType{std::to_integer<std::uint8_t>(magic[2])};
  header.shape.resize(std::to_integer<std::size_t>(magic[3]));
  for (int& extent : header.shape) {
    std::uint32_t value = 0;
    for (const std::byte byte : read_word(reader, file, header))
      value = value << 8 | std::to_integer<std::uint32_t>(byte);
    if (value < 1 || value > static_cast<std::uint32_t>(std::numeric_limits<int>::max()))
      refuse_idx(file, "a dimension of " + std::to_string(value) + " in its header");
    extent = static_cast<int>(value);
  }
  std::uint64_t size = size_of(header.type);
  for (const int extent : header.shape)
    if (__builtin_mul_overflow(size, static_cast<std::uint64_t>(extent), &size))
      refuse_idx(file, "its header declares too many values");
  header.values = size / size_of(header.type);
  if (reader.most_bytes() < header.bytes.size() || size > reader.most_bytes() - header.bytes.size()) {
    if (reader.gzip())
      refuse_idx(file,
                 "truncated: too small for the " + std::to_string(header.values) + " values that its header declares");
    idx_truncated(file, reader.most_bytes(), header.bytes.size() + size);
  }
  return header;
}

}  // namespace telar
