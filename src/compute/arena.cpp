#include "compute/arena.hpp"

#include <cstdlib>
#include <cstring>
#include <string>
#include <sys/mman.h>

#include <telar/error.hpp>

namespace telar::compute {

Arena::Arena(std::size_t size) : size_(size) {
  constexpr std::size_t kLargePage = std::size_t{2} << 20;
  const std::size_t wanted = size * sizeof(float);
  const std::size_t alignment = wanted >= kLargePage ? kLargePage : 64;
  const std::size_t bytes = (wanted + alignment - 1) / alignment * alignment;
  void* p = size <= (std::size_t{1} << 40) ? std::aligned_alloc(alignment, bytes) : nullptr;
  if (p == nullptr)
    throw Error(ErrorCode::resource, "memory", "no room for " + std::to_string(wanted >> 20) + " MiB of network");
  // A hint: where it is refused, small pages do.
  if (alignment == kLargePage) static_cast<void>(madvise(p, bytes, MADV_HUGEPAGE));
  std::memset(p, 0, bytes);
  data_.reset(static_cast<float*>(p));
}

void Arena::Free::operator()(float* p) const noexcept { std::free(p); }

}  // namespace telar::compute
