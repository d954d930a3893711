// How a step's operations are shared among threads: which run piece by piece one after the other, and where all wait.
#pragma once

#include <cstddef>
#include <vector>

#include "compute/program.hpp"

namespace telar::compute {

/// How outputs are cut into pieces for threads.
enum class Cut : std::uint8_t {
  rows,     ///< rows of the batch, all columns
  columns,  ///< panels of columns, all rows of the batch
  grid,     ///< panels by rows of the batch
  kernel    ///< panels by rows of the kernel: an update of weights
};

/// Operations [begin, end) of a step. Each thread runs all of them on one piece after the other.
struct Group {
  std::size_t begin = 0, end = 0;
  Cut cut = Cut::grid;
  bool barrier = false;  ///< all threads must have finished everything before
};

/// A group is as long as its operations find what they read in their own piece. Without many rows a thread
/// (kManyRows), panels are shared out rather than rows: then not every thread reads all weights, and most of those it
/// reads it has updated itself. With 64 rows a thread that is worth more than the barriers it takes: a fifth of the
/// time of an epoch of the baseline recipe, where each thread's second-level cache holds half of the weights.
[[nodiscard]] std::vector<Group> schedule(const Program& program, const std::vector<Op>& step, bool many_rows);
inline constexpr int kManyRows = 128;
/// An update goes through all panels of so many rows of a kernel before the next: what it reads of the batch for them
/// stays in the second-level cache. A multiple of every tile's rows and of the rows of a transposed block.
inline constexpr std::size_t kKernelRowsAtOnce = 144;

/// The cuts that the operation's kernel can take: bit c for Cut c.
[[nodiscard]] unsigned cuts_of(const Program& program, const Op& op);
/// Floats that the operation reads and writes in a batch of max_rows, slots included.
[[nodiscard]] std::size_t floats_of(const Program& program, const Op& op);
/// Rows of what the operation does to a kernel, or of the largest batch in CustomGradOp (Cut::kernel); 0 for others.
[[nodiscard]] std::size_t kernel_rows_of(const Op& op) noexcept;
/// Panels of the operation's output.
[[nodiscard]] int panels_of(const Op& op) noexcept;

}  // namespace telar::compute
