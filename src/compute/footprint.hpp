// What each operation reads and writes of the arena, and how its output may be cut.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <type_traits>
#include <vector>

#include "compute/program.hpp"
#include "compute/schedule.hpp"

namespace telar::compute {

/// What a piece of the output needs of a thing: the same rows and columns, whole rows, whole columns, everything.
enum class Reach : std::uint8_t { point, row, column, all };

/// A stretch of the arena that an operation reads or writes.
struct Access {
  std::size_t begin, end;  // in the arena
  Reach reach;
  bool write;
};

[[nodiscard]] constexpr unsigned bit(Cut cut) noexcept { return 1u << static_cast<unsigned>(cut); }
inline constexpr unsigned kAnyOfBatch = bit(Cut::rows) | bit(Cut::columns) | bit(Cut::grid);

/// Cuts under which a piece holds all it reaches.
[[nodiscard]] constexpr unsigned closed(Reach reach) noexcept {
  switch (reach) {
    case Reach::point:
      return kAnyOfBatch;
    case Reach::row:
      return bit(Cut::rows);
    case Reach::column:
      return bit(Cut::columns);
    case Reach::all:
      return 0;
  }
  return 0;
}

/// An operation as the schedule sees it.
struct Footprint {
  const Program& program;
  std::vector<Access> accesses{};
  unsigned cuts = kAnyOfBatch;  ///< those its kernel can take
  int panels = 0;

  void add(const Matrix& m, Reach reach, bool write) {
    const std::size_t size = static_cast<std::size_t>(program.max_rows) * static_cast<std::size_t>(m.rows_each) *
                             static_cast<std::size_t>(m.stride);
    accesses.push_back({m.at, m.at + size, reach, write});
  }
  void add(const Kernel& k, bool write) { accesses.push_back({k.at, k.at + k.size(), Reach::all, write}); }
  void add(const Vector& v, bool write, Reach reach = Reach::all) {
    accesses.push_back({v.at, v.at + padded(v.size), reach, write});
  }
  void add_rows(std::size_t at, Reach reach, bool write) {
    accesses.push_back({at, at + static_cast<std::size_t>(program.max_rows), reach, write});
  }
  void add_all(std::size_t at, std::size_t size, bool write) { accesses.push_back({at, at + size, Reach::all, write}); }
  void add_number(const std::optional<std::size_t>& at) {
    if (at) add_all(*at, 1, false);
  }
  /// Array `slot` of the rule for the kernel.
  void add_array(const Kernel& k, int slot, bool write) {
    add_all(k.at + static_cast<std::size_t>(slot + 1) * program.slot_stride, k.size(), write);
  }
  void point(const Matrix& in, const Matrix& out) { add(in, Reach::point, false), add(out, Reach::point, true); }

  void operator()(const GatherOp& op) {
    cuts = bit(Cut::rows);
    add(op.out, Reach::point, true);
  }
  template <class ImageOp>
  requires std::is_same_v<ImageOp, FlipOp> || std::is_same_v<ImageOp, TranslateOp>
  void operator()(const ImageOp& op) {
    cuts = bit(Cut::rows);
    add(op.in, Reach::row, false);
    add(op.out, Reach::row, true);
  }
  void operator()(const AffineOp& op) { point(op.in, op.out); }
  void operator()(const AddOp& op) { point(op.in, op.out), add(op.other, Reach::point, false); }
  void operator()(const RegroupOp& op) {
    cuts = bit(Cut::rows);
    add(op.in(), Reach::row, false);
    add(op.out(), Reach::row, true);
  }
  void operator()(const RoundOp& op) { point(op.in, op.out); }
  void operator()(const DenseOp& op) {
    add(op.in, Reach::row, false);
    add(op.kernel, false);
    add(op.bias, false);
    add(op.out, Reach::point, true);
  }
  void operator()(const ActivationOp& op) { point(op.in, op.out); }
  void operator()(const KneeOp& op) { point(op.in, op.out); }
  void operator()(const PReluOp& op) {
    point(op.in, op.out);
    add(op.alpha, false, Reach::column);
  }
  void operator()(const SoftmaxOp& op) {
    cuts = bit(Cut::rows);
    add(op.in, Reach::row, false);
    add(op.out, Reach::row, true);
  }
  void operator()(const DropoutOp& op) {
    point(op.in, op.out);
    add(op.mask, Reach::point, true);
  }
  void operator()(const NoiseOp& op) {
    point(op.in, op.out);
    if (op.kind != NoiseOp::Kind::add) add(op.mask, Reach::point, true);
  }
  void operator()(const BatchNormOp& op) {
    if (op.batch || op.saved_mean) cuts = bit(Cut::columns);
    add(op.in, op.batch ? Reach::column : Reach::point, false);
    add(op.out, Reach::point, true);
    for (const Vector& v : {op.gamma, op.beta}) add(v, false, Reach::column);
    for (const Vector& v : {op.moving_mean, op.moving_variance}) add(v, op.batch, Reach::column);
    for (const Vector& v : {op.saved_mean, op.saved_inverse}) add(v, true, Reach::column);
  }
  void operator()(const CrossEntropyOp& op) {
    cuts = bit(Cut::rows);
    add(op.in, Reach::row, false);
    add(op.scratch, Reach::row, true);
    if (op.delta) add(*op.delta, Reach::row, true);
    add_rows(op.row_loss, Reach::row, true);
    add_rows(op.row_class, Reach::row, true);
  }
  void operator()(const LossOp& op) {
    cuts = bit(Cut::rows);
    add(op.in, Reach::row, false);
    if (op.delta) add(*op.delta, Reach::row, true);
    if (op.batch_sums) add_all(*op.batch_sums, 3 * op.batch_rows, false);
    add_rows(op.row_loss, Reach::row, true);
    add_rows(op.row_class, Reach::row, true);
  }
  void operator()(const OverlapOp& op) {
    cuts = bit(Cut::rows);
    add(op.in, Reach::row, false);
    for (std::size_t sum = 0; sum < 3; ++sum) add_rows(op.sums + sum * op.rows, Reach::row, true);
  }
  void operator()(const GuardOp& op) {
    cuts = bit(Cut::kernel);  // every thread looks at all rows
    add_rows(op.row_loss, Reach::all, false);
    add_all(program.penalties, program.penalty_count, false);
    for (const std::size_t at : program.row_penalties) add_rows(at, Reach::all, false);
  }
  void operator()(const PenaltyOp& op) {
    cuts = bit(Cut::kernel);
    add(op.kernel, false);
    add_all(op.sums, blocks_of(op.kernel), true);
  }
  void operator()(const ActivityOp& op) {
    cuts = bit(Cut::rows);
    add(op.in, Reach::row, false);
    add_rows(op.row_penalty, Reach::row, true);
  }
  void operator()(const ActivityGradOp& op) { point(op.y, op.delta); }
  void operator()(const ConstrainOp& op) {
    cuts = bit(Cut::kernel);
    add(op.kernel, true);
    if (op.transposed) add(*op.transposed, true);
    if (op.rounded) add(*op.rounded, true);
  }
  void operator()(const UnitOp& op) {
    cuts = bit(Cut::kernel);
    add(op.in, false);
    add(op.out, true);
    add(op.transposed, true);
  }
  void operator()(const SignOp& op) {
    cuts = bit(Cut::kernel);
    add(op.cosines, true);
    add_all(op.sums, static_cast<std::size_t>(op.cosines.in), true);
  }
  void operator()(const TangentOp& op) {
    cuts = bit(Cut::kernel);
    for (const Kernel& k : {op.kernel, op.units, op.signed_sums}) add(k, false);
    add_array(op.kernel, program.rule.gradient_slot(), true);
  }
  void operator()(const ActivationGradOp& op) { point(op.y, op.delta); }
  void operator()(const KneeGradOp& op) { point(op.x, op.delta); }
  void operator()(const PReluGradOp& op) {
    cuts = bit(Cut::columns);
    add(op.x, Reach::column, false);
    add(op.delta, Reach::column, true);
    add(op.alpha, true, Reach::column);
  }
  void operator()(const RowNormOp& op) {
    cuts = bit(Cut::rows);
    add(op.in, Reach::row, false);
    add(op.out, Reach::row, true);
    for (const Vector& v : {op.gamma, op.beta}) add(v, false);
    for (const Vector& v : {op.row_mean, op.row_inverse}) add(v, true, Reach::row);
  }
  void operator()(const RowNormGradOp& op) {
    cuts = bit(Cut::rows);
    for (const Matrix& m : {op.in, op.delta}) add(m, Reach::row, false);
    add(op.out, Reach::row, true);
    add(op.gamma, false);
    for (const Vector& v : {op.row_mean, op.row_inverse}) add(v, false, Reach::row);
  }
  void operator()(const RowNormUpdateOp& op) {
    cuts = bit(Cut::columns);
    for (const Matrix& m : {op.in, op.delta}) add(m, Reach::column, false);
    for (const Vector& v : {op.gamma, op.beta}) add(v, true, Reach::column);
    for (const Vector& v : {op.row_mean, op.row_inverse}) add(v, false);
  }
  void operator()(const CustomOp& op) {
    cuts = bit(Cut::rows);
    add(op.in, Reach::row, false);
    add(op.out, Reach::row, true);
    add_all(op.layer.first, op.layer.size, false);
  }
  void operator()(const CustomGradOp& op) {
    cuts = bit(Cut::kernel);  // whole blocks of rows
    for (const Matrix& m : {op.in, op.y, op.delta}) add(m, Reach::all, false);
    add(op.out, Reach::all, true);
    add_all(op.layer.first, op.layer.size, false);
    add_all(op.sums, op.layer.size * static_cast<std::size_t>((op.batch_rows + kRowBlock - 1) / kRowBlock), true);
  }
  void operator()(const CustomUpdateOp& op) {
    cuts = bit(Cut::columns);
    add_all(op.sums, op.distance * static_cast<std::size_t>((program.max_rows + kRowBlock - 1) / kRowBlock), false);
    add(op.weights, true, Reach::column);
  }
  void operator()(const SoftmaxGradOp& op) {
    cuts = bit(Cut::rows);
    add(op.y, Reach::row, false);
    add(op.delta, Reach::row, true);
  }
  void operator()(const AffineGradOp& op) { add(op.delta, Reach::point, true); }
  void operator()(const DropoutGradOp& op) { point(op.mask, op.delta); }
  void operator()(const BatchNormGradOp& op) {
    cuts = bit(Cut::columns);
    add(op.in, Reach::column, false);
    add(op.delta, Reach::column, true);
    for (const Vector& v : {op.gamma, op.beta}) add(v, true, Reach::column);
    for (const Vector& v : {op.saved_mean, op.saved_inverse}) add(v, false, Reach::column);
  }
  void operator()(const DenseInputGradOp& op) {
    add(op.delta, Reach::row, false);
    add(op.transposed, false);
    add(op.y, Reach::point, false);
    add(op.out, Reach::point, true);
  }
  void operator()(const DenseUpdateOp& op) {
    cuts = bit(Cut::kernel);
    add(op.in, Reach::all, false);
    add(op.delta, Reach::all, false);
    add(op.kernel, true);
    add(op.bias, true);
    if (op.transposed) add(*op.transposed, true);
    if (op.rounded) add(*op.rounded, true), add(op.unrounded, Reach::all, false);
  }
  void operator()(const SquaresOp& op) {
    cuts = bit(Cut::kernel);
    add(op.kernel, false);  // its gradients, which whoever updates the kernel writes
    add_all(op.sums, blocks_of(op.kernel), true);
  }
  void operator()(const ClipNormOp& op) {
    cuts = bit(Cut::kernel);
    add_all(op.sums, op.count, false);
    add_all(op.factor, 1, true);
  }
  void operator()(const UpdateOp& op) {
    cuts = bit(Cut::kernel);
    add_number(op.factor);
    add(op.kernel, true);
    add_array(op.kernel, program.rule.gradient_slot(), false);
    if (op.transposed) add(*op.transposed, true);
    if (op.rounded) add(*op.rounded, true);
  }
  void operator()(const MeansOp& op) {
    cuts = bit(Cut::kernel);
    add_number(op.clip);
    add(op.kernel, false);
    add_array(op.kernel, op.of_rows ? 0 : 1, true);
  }
  void operator()(const DirectionOp& op) {
    cuts = bit(Cut::kernel);
    add_number(op.clip);
    add_number(op.mean);
    add(op.kernel, false);
    for (int slot = 0; slot < program.rule.own_slots(); ++slot) add_array(op.kernel, slot, !op.mean);
    add_array(op.kernel, program.rule.gradient_slot(), true);
    for (const std::size_t sums : {op.sums, op.weight_sums}) add_all(sums, blocks_of(op.kernel), true);
  }
  void operator()(const RelayOp& op) {
    cuts = bit(Cut::kernel);
    add(op.kernel, !op.back);  // the gradients of a thing are known by its weights, as in SquaresOp
    add(op.flat, op.back);
    if (!op.back) add_array(op.kernel, program.rule.gradient_slot(), true);
  }
  void operator()(const FactorOp& op) {
    cuts = bit(Cut::kernel);
    add_all(op.sums, op.count * op.distance, false);
    if (op.kind >= FactorOp::Kind::ratio) add_all(op.weight_sums, op.count, false);
    add_all(op.factor, 1, true);
  }
  void operator()(const NormaliseOp& op) {
    cuts = bit(Cut::kernel);
    add_all(op.factor, 1, false);
    add(op.in, false);
    add(op.out, true);
    add(op.transposed, true);
  }
  void operator()(const ProductOp& op) {
    cuts = bit(Cut::kernel);
    add(op.a, false);
    add(op.b, false);
    if (op.add) add(*op.add, false);
    add(op.out, true);
    if (op.transposed) add(*op.transposed, true);
  }
};

}  // namespace telar::compute
