// Room for many bytes that are about to be read.
#pragma once

#include <cstddef>
#include <memory>

namespace telar {

/// As a std::vector of bytes of a size that is known beforehand, but that nobody sets to zero first: the caller writes
/// every byte before it reads one.
class ByteBuffer {
 public:
  ByteBuffer() = default;
  /// Throws std::bad_alloc.
  explicit ByteBuffer(std::size_t size) : bytes_(std::make_unique_for_overwrite<std::byte[]>(size)), size_(size) {}

  [[nodiscard]] std::byte* data() noexcept { return bytes_.get(); }
  [[nodiscard]] const std::byte* data() const noexcept { return bytes_.get(); }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] bool empty() const noexcept { return size_ == 0; }
  [[nodiscard]] std::byte* begin() noexcept { return data(); }
  [[nodiscard]] std::byte* end() noexcept { return data() + size_; }
  [[nodiscard]] const std::byte* begin() const noexcept { return data(); }
  [[nodiscard]] const std::byte* end() const noexcept { return data() + size_; }
  /// Of these, the first `size` alone: at most size().
  void shorten(std::size_t size) noexcept { size_ = size; }

 private:
  std::unique_ptr<std::byte[]> bytes_;
  std::size_t size_ = 0;
};

}  // namespace telar
