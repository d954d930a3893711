// Programs of a few operations, for tests of single ones.
#pragma once

#include "compute/program.hpp"

namespace telar {

/// Places things in the arena of a program for batches of `rows`.
class SmallProgram {
 public:
  explicit SmallProgram(int rows) { program_.max_rows = rows; }

  compute::Matrix matrix(int columns) {
    const int stride = static_cast<int>(compute::padded(columns));
    return {take(static_cast<std::size_t>(stride) * static_cast<std::size_t>(program_.max_rows)), columns, stride};
  }
  /// A variable: its values are the next ones of the flat weights. All variables before anything else.
  compute::Vector vector(int size) {
    const compute::Vector v{take(static_cast<std::size_t>(size)), size};
    add_variable(v, static_cast<std::size_t>(size));
    return v;
  }
  compute::Kernel kernel(int in, int out) {
    compute::Kernel k{0, in, out};
    k.at = take(k.size());
    add_variable(k, static_cast<std::size_t>(in) * static_cast<std::size_t>(out));
    return k;
  }
  /// Call after the last variable.
  void update_by(const compute::UpdateRule& rule) {
    program_.rule = rule;
    program_.slot_stride = program_.arena;
    program_.arena *= static_cast<std::size_t>(rule.arrays()) + 1;
  }
  [[nodiscard]] std::size_t slot_stride() const { return program_.slot_stride; }
  /// After update_by: the transposed copy of a variable, for the gradient in the layer's input.
  compute::Kernel transposed_copy_of(const compute::Kernel& kernel) {
    compute::Kernel copy{0, kernel.out, kernel.in};
    copy.at = take(copy.size());
    for (compute::PackedVariable& variable : program_.variables)
      if (const auto* k = std::get_if<compute::Kernel>(&variable.packed); k != nullptr && k->at == kernel.at)
        variable.transposed = copy;
    return copy;
  }
  /// After update_by: the bfloat16 copy of a variable; its transposed copy is then rounded too.
  compute::Kernel rounded_copy_of(const compute::Kernel& kernel) {
    compute::Kernel copy = kernel;
    copy.at = take(copy.size());
    for (compute::PackedVariable& variable : program_.variables)
      if (const auto* k = std::get_if<compute::Kernel>(&variable.packed); k != nullptr && k->at == kernel.at)
        variable.rounded = copy;
    return copy;
  }
  /// After update_by: a vector that is no variable.
  compute::Vector saved_vector(int size) { return {take(static_cast<std::size_t>(size)), size}; }
  /// After update_by: one number for each row.
  std::size_t row_values() { return take(static_cast<std::size_t>(program_.max_rows)); }
  compute::Program finish(compute::Phase phase, std::vector<compute::Op> ops, const compute::Matrix& output = {}) {
    program_.steps[static_cast<std::size_t>(phase)] = std::move(ops);
    program_.output = output;
    return program_;
  }

 private:
  std::size_t take(std::size_t floats) {
    const std::size_t at = program_.arena;
    program_.arena += (floats + compute::kPanel - 1) / compute::kPanel * compute::kPanel;
    return at;
  }
  template <class Packed>
  void add_variable(const Packed& packed, std::size_t size) {
    program_.variables.push_back({packed, program_.weights, {}});
    program_.weights += size;
  }

  compute::Program program_;
};

}  // namespace telar
