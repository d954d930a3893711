#include "data/idx.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <limits>
#include <new>

#include <telar/error.hpp>

#include "base/sha256.hpp"
#include "data/inflating_reader.hpp"

namespace telar {

namespace {

constexpr int kMostDimensions = 8;
constexpr std::size_t kPiece = 256 * 1024;  // hashed while it is still in the cache

class IdxReader {
 public:
  explicit IdxReader(const std::filesystem::path& file) : file_(file.string()), reader_(file) {}

  IdxArray read() {
    IdxArray array;
    array.shape.resize(read_magic());
    for (int& extent : array.shape) extent = read_extent();
    const std::uint64_t size = checked_size(array.shape);
    read_values(size, array.values);
    if (!reader_.at_end())
      fail("there are bytes after the " + std::to_string(size) + " values that its header declares");
    array.sha256 = hash_.hex();
    return array;
  }

 private:
  [[noreturn]] void fail(const std::string& message) const {
    throw Error(ErrorCode::data, file_, message, "Get the file again.");
  }
  [[noreturn]] void fail_short(std::uint64_t has, std::uint64_t needs) const {
    fail("truncated: " + std::to_string(has) + " bytes where its header needs " + std::to_string(needs));
  }

  std::array<std::uint8_t, 4> read_word() {
    std::array<std::uint8_t, 4> word{};
    const auto bytes = std::as_writable_bytes(std::span(word));
    const std::size_t n = reader_.read(bytes);
    if (header_ + n == 0) fail("the file is empty");
    if (n < bytes.size()) fail_short(header_ + n, header_ + bytes.size());
    hash_.update(bytes);
    header_ += n;
    return word;
  }

  /// The number of dimensions.
  std::size_t read_magic() {
    const auto word = read_word();
    if (word[0] != 0 || word[1] != 0 || word[2] != 8 || word[3] < 1 || word[3] > kMostDimensions) {
      std::array<char, 16> found{};
      std::snprintf(found.data(), found.size(), "%02x %02x %02x %02x", word[0], word[1], word[2], word[3]);
      fail(std::string("wrong magic number ") + found.data() +
           "; IDX files of unsigned bytes start with 00 00 08 and the " + "number of dimensions, 1 to " +
           std::to_string(kMostDimensions));
    }
    return word[3];
  }

  int read_extent() {
    const auto word = read_word();
    const std::uint32_t extent = std::uint32_t{word[0]} << 24 | std::uint32_t{word[1]} << 16 |
                                 std::uint32_t{word[2]} << 8 | std::uint32_t{word[3]};
    if (extent < 1 || extent > static_cast<std::uint32_t>(std::numeric_limits<int>::max()))
      fail("a dimension of " + std::to_string(extent) + " in its header");
    return static_cast<int>(extent);
  }

  /// The number of values, no more than the file can hold.
  std::uint64_t checked_size(const std::vector<int>& shape) const {
    std::uint64_t size = 1;
    for (const int extent : shape) {
      if (__builtin_mul_overflow(size, static_cast<std::uint64_t>(extent), &size))
        fail("its header declares too many values");
    }
    if (reader_.most_bytes() < header_ || size > reader_.most_bytes() - header_) {
      if (reader_.gzip())
        fail("truncated: too small for the " + std::to_string(size) + " values that its header declares");
      fail_short(reader_.most_bytes(), header_ + size);
    }
    return size;
  }

  /// Grows with what arrives, so that a header that lies costs no memory.
  void read_values(std::uint64_t size, std::vector<std::uint8_t>& values) {
    values.reserve(size);
    while (values.size() < size) {
      const std::size_t start = values.size();
      values.resize(start + static_cast<std::size_t>(std::min<std::uint64_t>(kPiece, size - start)));
      const auto piece = std::as_writable_bytes(std::span(values).subspan(start));
      const std::size_t n = reader_.read(piece);
      if (n < piece.size()) fail_short(header_ + start + n, header_ + size);
      hash_.update(piece);
    }
  }

  std::string file_;
  InflatingReader reader_;
  Sha256 hash_;
  std::uint64_t header_ = 0;  // bytes of the header read so far
};

}  // namespace

IdxArray read_idx(const std::filesystem::path& file) {
  try {
    return IdxReader(file).read();
  } catch (const std::bad_alloc&) {
    throw Error(ErrorCode::resource, file.string(), "not enough memory to read it");
  }
}

}  // namespace telar
