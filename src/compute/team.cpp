#include "compute/team.hpp"

namespace telar::compute {

namespace {

inline void pause() noexcept {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ __volatile__("yield");
#endif
}

/// Returns when `value` is no longer `old`.
void await_change(const std::atomic<std::uint32_t>& value, std::uint32_t old) noexcept {
  for (int spins = 0; spins < 2000; ++spins) {  // about 30 microseconds
    if (value.load(std::memory_order_acquire) != old) return;
    pause();
  }
  while (value.load(std::memory_order_acquire) == old) value.wait(old, std::memory_order_acquire);
}

}  // namespace

void Barrier::wait() noexcept {
  if (threads_ == 1) return;
  const std::uint32_t round = round_.load(std::memory_order_acquire);
  if (arrived_.fetch_add(1, std::memory_order_acq_rel) + 1 == threads_) {
    arrived_.store(0, std::memory_order_relaxed);
    round_.store(round + 1, std::memory_order_release);
    round_.notify_all();
  } else {
    await_change(round_, round);
  }
}

Team::Team(int threads) : threads_(threads), barrier_(threads), finish_(threads) {
  others_.reserve(static_cast<std::size_t>(threads - 1));
  try {
    for (int t = 1; t < threads; ++t) others_.emplace_back([this, t] { work(t); });
  } catch (...) {
    leave_ = true;
    runs_.fetch_add(1, std::memory_order_release);
    runs_.notify_all();
    for (auto& other : others_) other.join();
    throw;
  }
}

Team::~Team() {
  leave_ = true;
  runs_.fetch_add(1, std::memory_order_release);
  runs_.notify_all();
  for (auto& other : others_) other.join();
}

void Team::run(Function function, void* context) noexcept {
  function_ = function;
  context_ = context;
  if (threads_ > 1) {
    runs_.fetch_add(1, std::memory_order_release);
    runs_.notify_all();
  }
  function(context, 0);
  finish_.wait();
}

void Team::work(int thread) noexcept {
  for (std::uint32_t seen = 0;;) {
    await_change(runs_, seen);
    ++seen;
    if (leave_) return;
    function_(context_, thread);
    finish_.wait();
  }
}

}  // namespace telar::compute
