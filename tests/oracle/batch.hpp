// Numbers of the textbook: a matrix, and a batch of samples with what is to be learnt of them.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace telar::oracle {

struct Matrix {
  int rows = 0, columns = 0;
  std::vector<double> values;

  Matrix() = default;
  Matrix(int r, int c) : rows(r), columns(c), values(static_cast<std::size_t>(r) * c) {}
  double& operator()(std::size_t r, std::size_t c) { return values[r * columns + c]; }
  double operator()(std::size_t r, std::size_t c) const { return values[r * columns + c]; }
};

inline std::span<double> row_of(Matrix& m, int row) {
  const auto columns = static_cast<std::size_t>(m.columns);
  return std::span(m.values).subspan(static_cast<std::size_t>(row) * columns, columns);
}
inline std::span<const double> row_of(const Matrix& m, int row) {
  const auto columns = static_cast<std::size_t>(m.columns);
  return std::span(m.values).subspan(static_cast<std::size_t>(row) * columns, columns);
}

struct Batch {
  Matrix x;
  std::vector<int> labels;      ///< for the sparse loss
  Matrix targets;               ///< for the other one: (rows, classes)
  std::vector<double> weights;  ///< of the samples; empty: all 1
};

}  // namespace telar::oracle
