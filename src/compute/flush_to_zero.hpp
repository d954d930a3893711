// Denormal numbers are slow and mean nothing in training: while a step runs they count as zero, on the threads that run
// it.
#pragma once

#include <cstdint>

#if defined(__x86_64__)
#include <xmmintrin.h>
#endif

namespace telar::compute {

/// Sets flush-to-zero on this thread and restores what was there.
class FlushToZero {
 public:
#if defined(__x86_64__)
  FlushToZero() noexcept : before_(_mm_getcsr()) { _mm_setcsr(before_ | 0x8040u); }
  ~FlushToZero() { _mm_setcsr(before_); }
#elif defined(__aarch64__)
  FlushToZero() noexcept {
    __asm__ __volatile__("mrs %0, fpcr" : "=r"(before_));
    __asm__ __volatile__("msr fpcr, %0" ::"r"(before_ | (std::uint64_t{1} << 24)));
  }
  ~FlushToZero() { __asm__ __volatile__("msr fpcr, %0" ::"r"(before_)); }
#else
  FlushToZero() noexcept = default;
#endif
  FlushToZero(const FlushToZero&) = delete;
  FlushToZero& operator=(const FlushToZero&) = delete;

 private:
#if defined(__x86_64__)
  std::uint32_t before_;
#else
  std::uint64_t before_ = 0;
#endif
};

}  // namespace telar::compute
