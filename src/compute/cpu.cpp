#include "compute/cpu.hpp"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <span>
#include <utility>

#include "compute/arena.hpp"
#include "compute/flush_to_zero.hpp"
#include "compute/frame.hpp"
#include "compute/loss_of_batch.hpp"
#include "compute/packing.hpp"
#include "compute/schedule.hpp"
#include "compute/team.hpp"

namespace telar::compute {

namespace {

/// What a group makes, cut into pieces so that threads have nearly equal shares.
class Pieces {
 public:
  /// Pieces of `across` panels (0: all) by up to `most` rows, a multiple of `multiple` but for the last.
  Pieces(std::size_t panels, std::size_t across, std::size_t rows, std::size_t threads, std::size_t most,
         std::size_t multiple) noexcept
      : panels_(panels), across_(across), rows_(rows), chunk_(std::min(rows, most)) {
    for (std::size_t parts = 2; uneven(threads) && chunk_ > multiple; parts *= 2)
      chunk_ = std::min(chunk_, ((rows + parts - 1) / parts + multiple - 1) / multiple * multiple);
  }
  [[nodiscard]] std::size_t count() const noexcept {
    return across_ == 0 ? chunks() : (panels_ + across_ - 1) / across_ * chunks();
  }
  /// Piece i of an operation with `panels` panels. All panels of some rows come before the next rows.
  [[nodiscard]] Piece piece(std::size_t i, std::size_t panels) const noexcept {
    const std::size_t across = across_ == 0 ? 1 : (panels_ + across_ - 1) / across_;
    const std::size_t row = i / across * chunk_, rows = std::min(chunk_, rows_ - row);
    if (across_ == 0) return {0, panels, row, rows};
    const std::size_t panel = i % across * across_;
    return {panel, std::min(across_, panels - panel), row, rows};
  }

 private:
  [[nodiscard]] std::size_t chunks() const noexcept { return (rows_ + chunk_ - 1) / chunk_; }
  /// The longest share is more than 1/32 longer than the mean.
  [[nodiscard]] bool uneven(std::size_t threads) const noexcept {
    const std::size_t longest = (count() + threads - 1) / threads * threads;
    return (longest - count()) * 32 > count();
  }
  std::size_t panels_, across_, rows_, chunk_;
};

class CpuExecutable final : public Executable {
 public:
  /// `owner`: whose variables are used, for predict only; null: its own.
  CpuExecutable(Program program, int threads, Isa isa, const CpuExecutable* owner)
      : program_(std::move(program)),
        owner_(owner),
        arena_(owner != nullptr ? program_.arena - program_.variables_end : program_.arena),
        isa_(isa),
        run_(run_op(isa)),
        team_(threads) {
    std::size_t most = 0;
    for (std::size_t m = 0; m < kPhases; ++m) {
      for (const Op& op : program_.steps[m]) {
        ops_[m].push_back({&op, static_cast<std::size_t>(panels_of(op)), kernel_rows_of(op)});
      }
      for (const bool many_rows : {false, true}) {
        groups_[m][many_rows] = schedule(program_, program_.steps[m], many_rows);
        most = std::max(most, groups_[m][many_rows].size());
      }
    }
    if (threads > 1) taken_ = std::vector<Taken>(most * static_cast<std::size_t>(threads));
  }

  StepResult run(Phase phase, const StepInput& input) noexcept override {
    phase_ = phase;
    input_ = &input;
    result_ = {};
    for (Taken& taken : taken_) taken.count.store(0, std::memory_order_relaxed);
    team_.run([](void* self, int thread) noexcept { static_cast<CpuExecutable*>(self)->work(thread); }, this);
    if (phase == Phase::evaluate) {
      result_.penalty = penalty_of_batch(program_, arena_.data(), input.rows);
      result_.loss =
          loss_of_batch(arena_.data() + program_.row_loss, input, program_.reduction, program_.ignored_class) +
          result_.penalty;
    }
    return result_;
  }

  void write_weights(const float* canonical) noexcept override {
    pack(program_, canonical, arena_.data());
    if (keeps_pairs(isa_)) pack_pairs(program_, canonical, arena_.data());
  }
  void read_weights(float* canonical) const noexcept override { unpack(program_, arena_.data(), -1, canonical); }
  void write_slot(int slot, const float* canonical) noexcept override {
    const std::size_t shift = static_cast<std::size_t>(slot + 1) * program_.slot_stride;
    for (const PackedVariable& variable : program_.variables)
      for_elements(variable, [&](std::size_t packed, std::size_t from, std::ptrdiff_t) {
        arena_.data()[packed + shift] = canonical[from];
      });
    pack_flat(program_, canonical, slot, arena_.data());
  }
  void read_slot(int slot, float* canonical) const noexcept override {
    unpack(program_, arena_.data(), slot, canonical);
  }

  [[nodiscard]] const float* row_loss() const noexcept override { return arena_.data() + program_.row_loss; }
  [[nodiscard]] const float* row_class() const noexcept override { return arena_.data() + program_.row_class; }
  [[nodiscard]] const float* output() const noexcept override { return frame().at(program_.output.at); }
  [[nodiscard]] int threads() const noexcept override { return team_.threads(); }
  [[nodiscard]] std::unique_ptr<Executable> sharing_weights() const override {
    return std::make_unique<CpuExecutable>(program_, 1, isa_, this);
  }

 private:
  /// An operation with the size of what is cut into pieces.
  struct Bound {
    const Op* op;
    std::size_t panels, kernel_rows;
  };

  [[nodiscard]] Frame frame() const noexcept {
    Frame frame{arena_.data(), input_, program_.rule, program_.slot_stride};
    if (owner_ != nullptr) {
      frame.weights = owner_->arena_.data();
      frame.shared = program_.variables_end;
    }
    return frame;
  }

  void work(int thread) noexcept {
    const FlushToZero flush;
    const Frame frame = this->frame();
    const std::size_t phase = static_cast<std::size_t>(phase_);
    const bool many_rows = team_.threads() == 1 || input_->rows >= kManyRows * team_.threads();
    const std::vector<Group>& groups = groups_[phase][many_rows];
    for (const Group& group : groups) {
      if (group.barrier) team_.barrier().wait();
      const std::span<const Bound> ops(ops_[phase].data() + group.begin, ops_[phase].data() + group.end);
      if (const auto* guard = std::get_if<GuardOp>(ops.front().op)) {
        // Every thread adds the same numbers in the same order, so all stop or none does.
        const double penalty = penalty_of_batch(program_, arena_.data(), input_->rows);
        const double loss =
            loss_of_batch(arena_.data() + guard->row_loss, *input_, guard->reduction, guard->ignored_class) + penalty;
        const bool finite = std::isfinite(loss);
        if (thread == 0) result_ = {loss, penalty, finite};
        if (!finite) return;
      } else {
        run_group(ops, static_cast<std::size_t>(&group - groups.data()), group.cut, frame,
                  static_cast<std::size_t>(thread));
      }
    }
  }

  [[nodiscard]] Pieces pieces_of(const Bound& first, Cut cut, std::size_t rows) const noexcept {
    constexpr std::size_t kPanelsOfARow = 4;  // one row alone is multiplied with several panels at a time
    constexpr std::size_t kRowsAtOnce = 128;  // their activations stay in the second-level cache
    const std::size_t threads = static_cast<std::size_t>(team_.threads());
    switch (cut) {
      case Cut::rows:
        return {0, 0, rows, threads, kRowsAtOnce, 4};
      case Cut::columns:
        return {first.panels, 1, rows, 1, rows, rows};
      case Cut::grid:
        return {first.panels, rows == 1 ? kPanelsOfARow : 1, rows, threads, rows, 4};
      case Cut::kernel:
        return {first.panels, 1, first.kernel_rows, threads, kKernelRowsAtOnce, 16};
    }
    return {0, 0, rows, 1, rows, rows};
  }

  /// Each thread takes pieces from its own share; then from those of threads that are behind.
  void run_group(std::span<const Bound> ops, std::size_t group, Cut cut, const Frame& frame,
                 std::size_t thread) noexcept {
    const std::size_t threads = static_cast<std::size_t>(team_.threads());
    const Pieces pieces = pieces_of(ops.front(), cut, static_cast<std::size_t>(frame.input->rows));
    const auto run = [&](std::size_t i) {
      for (const Bound& op : ops) run_(*op.op, frame, pieces.piece(i, op.panels));
    };
    if (threads == 1) {
      for (std::size_t i = 0; i < pieces.count(); ++i) run(i);
      return;
    }
    for (std::size_t k = 0; k < threads; ++k) {
      const std::size_t owner = (thread + k) % threads;
      const std::size_t begin = pieces.count() * owner / threads, end = pieces.count() * (owner + 1) / threads;
      std::atomic<std::uint32_t>& taken = taken_[group * threads + owner].count;
      for (std::size_t i; (i = begin + taken.fetch_add(1, std::memory_order_relaxed)) < end;) run(i);
    }
  }

  /// Pieces that have been taken from a thread's share of a group, on a cache line of its own.
  struct alignas(64) Taken {
    std::atomic<std::uint32_t> count{0};
  };

  const Program program_;
  const CpuExecutable* owner_;
  Arena arena_;
  Isa isa_;
  RunOp run_;
  std::array<std::vector<Bound>, kPhases> ops_;
  std::array<std::array<std::vector<Group>, 2>, kPhases> groups_;  // [phase][many rows]
  std::vector<Taken> taken_;
  Phase phase_ = Phase::predict;
  const StepInput* input_ = nullptr;
  StepResult result_;
  Team team_;  // last: its threads end before what they use
};

}  // namespace

std::unique_ptr<Executable> compile_for_cpu(Program program, int threads, Isa isa) {
  return std::make_unique<CpuExecutable>(std::move(program), threads, isa, nullptr);
}

}  // namespace telar::compute
