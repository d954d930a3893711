// What an operation sees while it runs: the arena, the batch, and which share of the work is its thread's.
#pragma once

#include <cstddef>

#include "compute/program.hpp"

namespace telar::compute {

struct Frame {
  float* arena = nullptr;
  const StepInput* input = nullptr;
  UpdateRule rule;
  std::size_t slot_stride = 0;
  int thread = 0;
  int threads = 1;

  [[nodiscard]] float* at(std::size_t offset) const noexcept { return arena + offset; }
};

/// This thread's part [begin, end) of `count` equal pieces of work. Threads split outputs, never a sum, so the cut does
/// not show in the results.
struct Share {
  std::size_t begin, end;
  Share(const Frame& frame, std::size_t count) noexcept
      : begin(count * static_cast<std::size_t>(frame.thread) / static_cast<std::size_t>(frame.threads)),
        end(count * (static_cast<std::size_t>(frame.thread) + 1) / static_cast<std::size_t>(frame.threads)) {}
};

}  // namespace telar::compute
