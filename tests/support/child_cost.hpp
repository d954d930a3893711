// What something costs, measured in a process that does nothing else.
#pragma once

#include <chrono>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace telar::test {

struct ChildCost {
  int result = -1;                   ///< what `work` returned
  std::chrono::microseconds time{};  ///< of the processor, for the program and the system: a busy machine adds none
  long kilobytes = 0;                ///< the most memory at a time, that of the test's own program included
};

/// Calls `work`, which returns 0 to 255, in a child of its own.
template <class Work>
ChildCost in_a_child(const Work& work) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(work());
  int status = 0;
  rusage usage{};
  const bool ended = child > 0 && ::wait4(child, &status, 0, &usage) == child && WIFEXITED(status);
  EXPECT_TRUE(ended) << "the child crashed or there was none";
  const auto microseconds = [](const timeval& time) {
    return std::chrono::seconds(time.tv_sec) + std::chrono::microseconds(time.tv_usec);
  };
  return {ended ? WEXITSTATUS(status) : -1, microseconds(usage.ru_utime) + microseconds(usage.ru_stime),
          usage.ru_maxrss};
}

/// The same without the memory that a child has before it does anything; the time is the whole one.
template <class Work>
ChildCost cost_of(const Work& work) {
  const long before = in_a_child([] { return 0; }).kilobytes;
  ChildCost cost = in_a_child(work);
  cost.kilobytes -= before;
  return cost;
}

}  // namespace telar::test
