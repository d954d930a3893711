// Where things are in the arena: offsets and sizes in floats.
#pragma once

#include <cstddef>

namespace telar::compute {

/// Weights are kept in panels of this many outputs; a vector is padded to a multiple of it.
inline constexpr int kPanel = 32;
/// A sum over the batch adds blocks of this many rows, each in row order, then the blocks in a pairwise tree.
inline constexpr int kRowBlock = 16;

[[nodiscard]] constexpr int panels(int columns) noexcept { return (columns + kPanel - 1) / kPanel; }
[[nodiscard]] constexpr std::size_t padded(int columns) noexcept {
  return static_cast<std::size_t>(panels(columns)) * kPanel;
}

/// An activation or its gradient, (rows, columns), row-major: element (r, c) at `at + r * stride + c`.
/// stride >= padded(columns); columns beyond `columns` hold finite numbers that nothing reads.
struct Matrix {
  std::size_t at = 0;
  int columns = 0;
  int stride = 0;
  int rows_each = 1;  ///< for each sample of the batch; not 1 (RegroupOp) in normalisations and softmax alone
};

/// l1 |x| + l2 x^2 of every number x.
struct Penalty {
  float l1 = 0, l2 = 0;
  [[nodiscard]] constexpr explicit operator bool() const noexcept { return l1 != 0 || l2 != 0; }
};

/// A kernel (in, out) in panels: element (i, o) at `at + ((o / 32) * in + i) * 32 + o % 32`. Padding is zero.
struct Kernel {
  std::size_t at = 0;
  int in = 0;
  int out = 0;
  bool decays = true;  ///< of weights: the decay applies to them
  Penalty penalty{};   ///< of weights: its gradient is added to theirs

  [[nodiscard]] constexpr std::size_t index(int i, int o) const noexcept {
    return at +
           (static_cast<std::size_t>(o / kPanel) * static_cast<std::size_t>(in) + static_cast<std::size_t>(i)) *
               kPanel +
           static_cast<std::size_t>(o % kPanel);
  }
  [[nodiscard]] constexpr std::size_t size() const noexcept { return padded(out) * static_cast<std::size_t>(in); }
};

/// Blocks of up to 16 rows of a panel (SquaresOp).
[[nodiscard]] constexpr std::size_t blocks_of(const Kernel& kernel) noexcept {
  return static_cast<std::size_t>(panels(kernel.out)) *
         static_cast<std::size_t>((kernel.in + kRowBlock - 1) / kRowBlock);
}

[[nodiscard]] constexpr std::size_t block_of(const Kernel& kernel, int i, int o) noexcept {
  const int blocks_of_panel = (kernel.in + kRowBlock - 1) / kRowBlock,
            block = o / kPanel * blocks_of_panel + i / kRowBlock;
  return static_cast<std::size_t>(block);
}

/// A vector of `size` numbers, padded with zeros. size 0: there is none (no bias, no gamma).
struct Vector {
  std::size_t at = 0;
  int size = 0;
  bool decays = true;  ///< of weights: the decay applies to them
  Penalty penalty{};   ///< of weights: its gradient is added to theirs

  [[nodiscard]] constexpr explicit operator bool() const noexcept { return size > 0; }
};

}  // namespace telar::compute
