// One zeroed block of floats on large pages.
#pragma once

#include <cstddef>
#include <memory>

namespace telar::compute {

/// `size` zeros, aligned to 2 MiB if it is that large, else to 64 bytes. Throws Error (resource) if memory is short.
class Arena {
 public:
  explicit Arena(std::size_t size);
  [[nodiscard]] float* data() const noexcept { return data_.get(); }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }

 private:
  struct Free {
    void operator()(float* p) const noexcept;
  };
  std::unique_ptr<float, Free> data_;
  std::size_t size_;
};

}  // namespace telar::compute
