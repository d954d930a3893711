// A file as the bytes it stands for: itself, or what a gzip file unpacks to, all its members one after the other.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>
#include <zlib.h>

#include "base/file_reader.hpp"

namespace telar {

class InflatingReader {
 public:
  /// Throws Error (data) as FileReader does.
  explicit InflatingReader(const std::filesystem::path& file);
  explicit InflatingReader(FileOrPipe source);
  explicit InflatingReader(StandardInput);
  InflatingReader(const InflatingReader&) = delete;
  InflatingReader& operator=(const InflatingReader&) = delete;
  ~InflatingReader();

  [[nodiscard]] bool gzip() const noexcept { return gzip_; }
  /// No file of this size gives more bytes.
  [[nodiscard]] std::uint64_t most_bytes() const noexcept;
  /// The first bytes, as many as there are but at most kPeeked, without taking them. Before any read. Of a pipe whose
  /// first bytes are a line of text, what it has by now, so that a first line need not wait for the others.
  [[nodiscard]] std::span<const std::byte> peek();
  static constexpr std::size_t kPeeked = 4096;
  /// Fills `bytes` as far as the contents go and returns how many it filled. Throws Error (data) if gzip data are
  /// corrupt or end early.
  std::size_t read(std::span<std::byte> bytes);
  /// The same without waiting for more than the first byte: what a pipe has by now. 0 at the end alone.
  std::size_t read_some(std::span<std::byte> bytes);
  /// Whether read_some need not wait, as far as is known before gzip data are unpacked.
  [[nodiscard]] bool ready() const;
  /// Whether all was read: no byte left, and for gzip length and CRC right. Throws Error (data) if gzip data are
  /// corrupt, end early or are followed by anything.
  [[nodiscard]] bool at_end();

 private:
  [[noreturn]] void fail(const std::string& message) const;
  void begin();
  void refill(std::size_t least);
  std::size_t read_once(std::span<std::byte> bytes);
  std::size_t inflate_once(std::span<std::byte> bytes);
  void begin_next_member();

  std::filesystem::path file_;
  FileReader reader_;
  std::vector<std::byte> input_;          // read ahead from the file
  std::span<const std::byte> available_;  // of it, what nobody has taken yet
  std::vector<std::byte> peeked_;         // of the contents
  std::size_t taken_ = 0;                 // of these
  z_stream stream_{};
  bool gzip_ = false;
  bool member_ended_ = false, stream_ended_ = false;
  bool room_filled_ = false;  // by the last call of inflate, which may hold more
};

}  // namespace telar
