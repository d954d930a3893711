// One operation at a time: the same random arena for a kernel (float) and for its definition in double.
#pragma once

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <gtest/gtest.h>
#include <random>
#include <string>
#include <vector>

#include "compute/arena.hpp"
#include "compute/isa.hpp"
#include "compute/reference.hpp"
#include "compute/schedule.hpp"

namespace telar::compute {

/// Lays things out in a Program, fills them with the same numbers on both sides, runs an operation and compares.
class Laboratory {
 public:
  explicit Laboratory(int rows, unsigned seed = 1) : rows_(rows), random_(seed) {
    program_.max_rows = rows;
    input_.rows = rows;
  }

  Matrix matrix(int columns, double low = -1, double high = 1) {
    const int stride = static_cast<int>(padded(columns)) + 16;
    const Matrix m{take(static_cast<std::size_t>(stride) * static_cast<std::size_t>(rows_)), columns, stride};
    for (int r = 0; r < rows_; ++r)
      for (int c = 0; c < columns; ++c) set(m.at + static_cast<std::size_t>(r * stride + c), low, high);
    return m;
  }
  Vector vector(int size, double low = -1, double high = 1) {
    const Vector v{take(padded(size)), size};
    for (int i = 0; i < size; ++i) set(v.at + static_cast<std::size_t>(i), low, high);
    return v;
  }
  Kernel kernel(int in, int out, double low = -1, double high = 1) {
    Kernel k{0, in, out};
    k.at = take(k.size());
    for (int i = 0; i < in; ++i)
      for (int o = 0; o < out; ++o) set(k.index(i, o), low, high);
    return k;
  }
  std::size_t row_values() { return take(static_cast<std::size_t>(rows_)); }
  float& value(const Matrix& m, int r, int c) { return values_[m.at + static_cast<std::size_t>(r * m.stride + c)]; }
  float& value(const Kernel& k, int i, int o) { return values_[k.index(i, o)]; }

  /// Ends the variables: everything taken so far gets slots: a random first one, or large and positive where it holds
  /// squares, and positive second and third ones.
  void make_slots(UpdateRule rule) {
    program_.rule = rule;
    program_.slot_stride = values_.size();
    const std::size_t variables = values_.size();
    using Kind = UpdateRule::Kind;
    const bool squares = rule.kind >= Kind::rmsprop && rule.kind != Kind::nadam && rule.kind != Kind::adamax &&
                         rule.kind != Kind::lion && rule.kind != Kind::lamb && rule.kind != Kind::muon;
    for (int slot = 0; slot < rule.arrays(); ++slot)
      for (std::size_t i = 0; i < variables; ++i) {
        take_one();
        if (values_[i] != 0) set(values_.size() - 1, slot != 0 ? 0.001 : squares ? 0.02 : -0.1, 0.1);
      }
  }

  StepInput& input() { return input_; }
  UpdateRule& rule() { return program_.rule; }

  /// Runs `op` on both sides, on the first cut into up to `parts` pieces of rows and of columns where it can be cut so.
  void run(const Op& op, Isa isa, int parts) {
    isa_ = isa;
    program_.arena = values_.size();
    program_.steps[0] = {op};
    arena_.emplace(values_.size());
    std::copy(values_.begin(), values_.end(), arena_->data());
    const Frame frame{arena_->data(), &input_, program_.rule, program_.slot_stride};
    const std::size_t kernel_rows = kernel_rows_of(op),
                      rows = kernel_rows != 0 ? kernel_rows : static_cast<std::size_t>(rows_),
                      columns = static_cast<std::size_t>(panels_of(op));
    const unsigned cuts = cuts_of(program_, op);
    const bool by_rows = (cuts & ~(1u << static_cast<unsigned>(Cut::columns))) != 0,
               by_columns = (cuts & ~(1u << static_cast<unsigned>(Cut::rows))) != 0;
    const std::size_t row_step = by_rows ? (rows / static_cast<std::size_t>(parts) / 16 + 1) * 16 : rows,
                      panel_step = by_columns ? 1 : columns;
    for (std::size_t row = 0; row < rows; row += row_step)
      for (std::size_t panel = 0; panel < columns; panel += panel_step)
        run_op(isa)(op, frame, {panel, panel_step, row, std::min(row_step, rows - row)});
    machine_.emplace(program_);
    std::copy(values_.begin(), values_.end(), machine_->arena().begin());
    machine_->run(Phase::train, input_);
  }

  /// max |difference| / max |definition| over a thing's elements.
  double error(const Matrix& m) {
    return error_over(rows_, m.columns,
                      [&](int r, int c) { return m.at + static_cast<std::size_t>(r * m.stride + c); });
  }
  double error(const Vector& v, int slot = -1) {
    return error_over(1, v.size, [&](int, int i) { return v.at + static_cast<std::size_t>(i) + shift(slot); });
  }
  double error(const Kernel& k, int slot = -1) {
    return error_over(k.in, k.out, [&](int i, int o) { return k.index(i, o) + shift(slot); });
  }
  /// Of a rounded copy of a kernel, which some kernels keep in pairs (packing.hpp).
  double error_of_copy(const Kernel& k) {
    if (!keeps_pairs(isa_)) return error(k);
    const Kernel pairs{k.at, (k.in + 1) / 2, k.out};
    const auto half = [&](int i, int o) {
      std::uint16_t bits = 0;
      std::memcpy(&bits, reinterpret_cast<const char*>(arena_->data() + pairs.index(i / 2, o)) + i % 2 * 2,
                  sizeof bits);
      return std::bit_cast<float>(std::uint32_t{bits} << 16);
    };
    return error_over(
        k.in, k.out, [&](int i, int o) { return k.index(i, o); }, half);
  }
  double error_of_rows(std::size_t at) {
    return error_over(1, rows_, [&](int, int r) { return at + static_cast<std::size_t>(r); });
  }
  float kernel_result(std::size_t at) const { return arena_->data()[at]; }

 private:
  std::size_t shift(int slot) const { return static_cast<std::size_t>(slot + 1) * program_.slot_stride; }
  template <class At>
  double error_over(int rows, int columns, const At& at) {
    return error_over(rows, columns, at, [&](int r, int c) { return arena_->data()[at(r, c)]; });
  }
  template <class At, class Got>
  double error_over(int rows, int columns, const At& at, const Got& got_at) {
    double difference = 0, size = 0;
    for (int r = 0; r < rows; ++r)
      for (int c = 0; c < columns; ++c) {
        const double expected = machine_->arena()[at(r, c)], got = static_cast<double>(got_at(r, c));
        if (!(std::abs(expected - got) <= difference)) difference = std::abs(expected - got);  // NaN shows
        size = std::max(size, std::abs(expected));
      }
    return size > 0 ? difference / size : difference;
  }
  std::size_t take(std::size_t floats) {
    const std::size_t at = values_.size();
    values_.resize(at + (floats + kPanel - 1) / kPanel * kPanel);
    return at;
  }
  void take_one() { values_.push_back(0); }
  void set(std::size_t at, double low, double high) {
    values_[at] = static_cast<float>(std::uniform_real_distribution<double>(low, high)(random_));
  }

  int rows_;
  Isa isa_ = Isa::scalar;  ///< of the last run
  std::mt19937 random_;
  Program program_;
  StepInput input_;
  std::vector<float> values_;
  std::optional<Arena> arena_;
  std::optional<reference::Machine<double>> machine_;
};

inline const std::vector<int>& awkward_sizes() {
  static const std::vector<int> sizes{1, 2, 3, 7, 10, 15, 16, 17, 31, 32, 33, 46, 60, 100};
  return sizes;
}

}  // namespace telar::compute
