// A team of threads that run the same function together, and meet at barriers.
#pragma once

#include <atomic>
#include <cstdint>
#include <thread>
#include <vector>

namespace telar::compute {

/// A barrier for a fixed number of threads: waits spinning for some tens of microseconds, then sleeps, so that a thread
/// whose core is taken by a neighbour is not kept from it by those who wait.
class Barrier {
 public:
  explicit Barrier(int threads) noexcept : threads_(threads) {}
  void wait() noexcept;

 private:
  const int threads_;
  alignas(64) std::atomic<int> arrived_{0};
  alignas(64) std::atomic<std::uint32_t> round_{0};
};

/// `threads` threads, the caller being number 0. The others spin briefly between runs, then sleep.
class Team {
 public:
  /// Throws std::system_error if a thread cannot be started.
  explicit Team(int threads);
  ~Team();
  Team(const Team&) = delete;
  Team& operator=(const Team&) = delete;

  [[nodiscard]] int threads() const noexcept { return threads_; }
  [[nodiscard]] Barrier& barrier() noexcept { return barrier_; }

  /// Calls function(context, thread) on every thread of the team and returns when all have.
  using Function = void (*)(void* context, int thread) noexcept;
  void run(Function function, void* context) noexcept;

 private:
  void work(int thread) noexcept;

  const int threads_;
  Barrier barrier_;  // inside a run
  Barrier finish_;   // at its end
  Function function_ = nullptr;
  void* context_ = nullptr;
  bool leave_ = false;
  alignas(64) std::atomic<std::uint32_t> runs_{0};
  std::vector<std::thread> others_;
};

}  // namespace telar::compute
