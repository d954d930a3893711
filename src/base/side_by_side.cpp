#include "base/side_by_side.hpp"

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

namespace telar {

void side_by_side(std::size_t jobs, int threads, const std::function<void(std::size_t)>& job) {
  std::atomic<std::size_t> next{0};
  std::atomic<bool> broken{false};
  std::mutex mutex;
  std::exception_ptr error;
  const auto work = [&] {
    for (std::size_t i; !broken && (i = next++) < jobs;) {
      try {
        job(i);
      } catch (...) {
        const std::lock_guard lock(mutex);
        if (!broken.exchange(true)) error = std::current_exception();
      }
    }
  };
  {
    std::vector<std::jthread> others;
    for (std::size_t t = 1; t < std::min(static_cast<std::size_t>(std::max(threads, 1)), jobs); ++t)
      others.emplace_back(work);
    work();
  }
  if (error) std::rethrow_exception(error);
}

}  // namespace telar
