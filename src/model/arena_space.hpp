// The arena while a plan is made: who gets which part of it.
#pragma once

#include <cstddef>

#include "compute/layout.hpp"

namespace telar {

/// Hands out the arena from the bottom, in multiples of a panel.
class ArenaSpace {
 public:
  /// For batches of up to `rows` rows.
  explicit ArenaSpace(int rows) noexcept : rows_(rows) {}

  /// `floats` floats; where they begin.
  [[nodiscard]] std::size_t take(std::size_t floats) noexcept {
    const std::size_t at = used_;
    used_ += (floats + compute::kPanel - 1) / compute::kPanel * compute::kPanel;
    return at;
  }
  /// A row for each of the batch, or several.
  [[nodiscard]] compute::Matrix matrix(int columns, int rows_each = 1) noexcept {
    compute::Matrix matrix = place(columns, static_cast<std::size_t>(rows_) * static_cast<std::size_t>(rows_each));
    matrix.rows_each = rows_each;
    return matrix;
  }
  /// What RoundOp writes: an even number of rows.
  [[nodiscard]] compute::Matrix rounded_matrix(int columns) noexcept {
    return place(columns, (static_cast<std::size_t>(rows_) + 1) / 2 * 2);
  }
  [[nodiscard]] compute::Vector vector(int size) noexcept { return {take(static_cast<std::size_t>(size)), size}; }
  [[nodiscard]] compute::Kernel kernel(int in, int out) noexcept {
    compute::Kernel kernel{0, in, out};
    kernel.at = take(kernel.size());
    return kernel;
  }
  [[nodiscard]] std::size_t used() const noexcept { return used_; }

 private:
  [[nodiscard]] compute::Matrix place(int columns, std::size_t rows) noexcept {
    // An odd number of cache lines from row to row: walks along a column then use all cache sets.
    const int stride = static_cast<int>(compute::padded(columns)) + 16;
    return {take(static_cast<std::size_t>(stride) * rows), columns, stride};
  }

  int rows_;
  std::size_t used_ = 0;
};

}  // namespace telar
