// A fuzzer's bytes as a file, for readers that take a path.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <sys/mman.h>
#include <unistd.h>

/// A file in memory that lives as long as this object.
class InputFile {
 public:
  InputFile(const std::uint8_t* bytes, std::size_t size) : descriptor_(memfd_create("fuzz", 0)) {
    if (descriptor_ < 0) std::abort();
    while (size > 0) {
      const ssize_t n = ::write(descriptor_, bytes, size);
      if (n <= 0) std::abort();
      bytes += n;
      size -= static_cast<std::size_t>(n);
    }
  }
  InputFile(const InputFile&) = delete;
  InputFile& operator=(const InputFile&) = delete;
  ~InputFile() { ::close(descriptor_); }

  [[nodiscard]] std::string path() const { return "/proc/self/fd/" + std::to_string(descriptor_); }

 private:
  int descriptor_;
};

/// What a reader promises and does not keep is a crash that the fuzzer reports.
inline void require(bool promise) {
  if (!promise) std::abort();
}
