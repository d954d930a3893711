// What an operation sees while it runs: the arena, the batch, and which piece of its output it is to make.
#pragma once

#include <cstddef>

#include "compute/program.hpp"

namespace telar::compute {

struct Frame {
  float* arena = nullptr;
  const StepInput* input = nullptr;
  UpdateRule rule;
  std::size_t slot_stride = 0;
  float* weights = nullptr;  ///< if not null, the first `shared` floats, and the arena is what follows them
  std::size_t shared = 0;

  [[nodiscard]] float* at(std::size_t offset) const noexcept {
    return offset < shared ? weights + offset : arena + (offset - shared);
  }
};

/// A rectangle of an operation's output: panels of 32 columns by rows, of the batch or, in a DenseUpdateOp, of the
/// kernel. Each element is made from all of its terms whatever the piece, so the cut does not show in the results.
struct Piece {
  std::size_t panel = 0, panels = 0;  ///< [panel, panel + panels); of no meaning where whole rows are needed
  std::size_t row = 0, rows = 0;      ///< [row, row + rows); of no meaning where whole columns are needed
};

}  // namespace telar::compute
