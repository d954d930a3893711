// Reading a file whose size is known before a byte of it is read, or a pipe, as its bytes arrive.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>

#include "base/byte_buffer.hpp"

namespace telar {

/// Says that what is piped into the program is to be read; its place in messages is "stdin".
struct StandardInput {};

/// Says that the file may be a pipe: one of mkfifo's, or a shell's <(command). Opening it waits for a writer.
struct FileOrPipe {
  std::filesystem::path file;
};

/// A regular file, read from its start. Throws Error (data) naming the file: missing, a folder, not readable.
class FileReader {
 public:
  explicit FileReader(std::filesystem::path file);
  explicit FileReader(FileOrPipe source);
  explicit FileReader(StandardInput);
  FileReader(const FileReader&) = delete;
  FileReader& operator=(const FileReader&) = delete;
  ~FileReader();

  /// Of a size that nobody knows before the end.
  static constexpr std::uint64_t kUnknown = UINT64_MAX;

  /// Bytes, when the file was opened; kUnknown of standard input and of pipes.
  [[nodiscard]] std::uint64_t size() const noexcept { return size_; }
  /// Fills `bytes` as far as the file goes and returns how many it filled.
  std::size_t read(std::span<std::byte> bytes);
  /// The same without waiting for more than the first byte: what a pipe has by now. 0 at the end alone.
  std::size_t read_some(std::span<std::byte> bytes);
  /// Whether read_some need not wait.
  [[nodiscard]] bool ready() const;

 private:
  void open(bool pipe);
  std::size_t read_once(std::span<std::byte> bytes);

  std::filesystem::path file_;
  std::uint64_t size_ = 0;
  int descriptor_ = -1;
  bool ended_ = false;  // a terminal ends once only
};

/// All bytes of a file. Throws Error (data) like FileReader, and if there are more than `limit`.
[[nodiscard]] ByteBuffer read_file(const std::filesystem::path& file, std::uint64_t limit);

}  // namespace telar
