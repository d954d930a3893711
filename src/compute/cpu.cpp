#include "compute/cpu.hpp"

#include <cmath>
#include <utility>

#include "compute/arena.hpp"
#include "compute/dependencies.hpp"
#include "compute/flush_to_zero.hpp"
#include "compute/frame.hpp"
#include "compute/loss_of_batch.hpp"
#include "compute/packing.hpp"
#include "compute/team.hpp"

namespace telar::compute {

namespace {

class CpuExecutable final : public Executable {
 public:
  CpuExecutable(Program program, int threads, Isa isa)
      : program_(std::move(program)), arena_(program_.arena), run_(run_op(isa)), team_(threads) {
    for (std::size_t m = 0; m < kPhases; ++m) {
      const std::vector<bool> barriers = barriers_before(program_, program_.steps[m]);
      for (std::size_t i = 0; i < barriers.size(); ++i) {
        const Op& op = program_.steps[m][i];
        steps_[m].push_back({&op, std::get_if<GuardOp>(&op), barriers[i]});
      }
    }
  }

  StepResult run(Phase phase, const StepInput& input) noexcept override {
    phase_ = phase;
    input_ = &input;
    result_ = {};
    team_.run([](void* self, int thread) noexcept { static_cast<CpuExecutable*>(self)->work(thread); }, this);
    if (phase == Phase::evaluate)
      result_.loss = loss_of_batch(arena_.data() + program_.row_loss, input, program_.reduction);
    return result_;
  }

  void write_weights(const float* canonical) noexcept override { pack(program_, canonical, arena_.data()); }
  void read_weights(float* canonical) const noexcept override { unpack(program_, arena_.data(), -1, canonical); }
  void write_slot(int slot, const float* canonical) noexcept override {
    const std::size_t shift = static_cast<std::size_t>(slot + 1) * program_.slot_stride;
    for (const PackedVariable& variable : program_.variables)
      for_elements(variable, [&](std::size_t packed, std::size_t from, std::ptrdiff_t) {
        arena_.data()[packed + shift] = canonical[from];
      });
  }
  void read_slot(int slot, float* canonical) const noexcept override {
    unpack(program_, arena_.data(), slot, canonical);
  }

  [[nodiscard]] const float* row_loss() const noexcept override { return arena_.data() + program_.row_loss; }
  [[nodiscard]] const float* row_class() const noexcept override { return arena_.data() + program_.row_class; }
  [[nodiscard]] const float* output() const noexcept override { return arena_.data() + program_.output.at; }
  [[nodiscard]] int threads() const noexcept override { return team_.threads(); }

 private:
  struct Bound {
    const Op* op;
    const GuardOp* guard;
    bool barrier;
  };

  void work(int thread) noexcept {
    const FlushToZero flush;
    const Frame frame{arena_.data(), input_, program_.rule, program_.slot_stride, thread, team_.threads()};
    for (const Bound& bound : steps_[static_cast<std::size_t>(phase_)]) {
      if (bound.barrier) team_.barrier().wait();
      if (bound.guard == nullptr) {
        run_(*bound.op, frame);
        continue;
      }
      // Every thread adds the same numbers in the same order, so all stop or none does.
      const double loss = loss_of_batch(arena_.data() + bound.guard->row_loss, *input_, bound.guard->reduction);
      const bool finite = std::isfinite(loss);
      if (thread == 0) result_ = {loss, finite};
      if (!finite) return;
    }
  }

  const Program program_;
  Arena arena_;
  RunOp run_;
  std::array<std::vector<Bound>, kPhases> steps_;
  Phase phase_ = Phase::predict;
  const StepInput* input_ = nullptr;
  StepResult result_;
  Team team_;  // last: its threads end before what they use
};

}  // namespace

std::unique_ptr<Executable> compile_for_cpu(Program program, int threads, Isa isa) {
  return std::make_unique<CpuExecutable>(std::move(program), threads, isa);
}

}  // namespace telar::compute
