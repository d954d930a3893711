// A network or a single program on the CPU, step by step: for tests that look below Sequential.
#pragma once

#include <cstdint>
#include <memory>
#include <numeric>
#include <utility>
#include <vector>

#include "compute/cpu.hpp"
#include "compute/program.hpp"

namespace telar {

/// A batch as the engine takes it: rows of float32 samples, with labels or targets, and weights of the samples or none.
struct EngineBatch {
  int columns = 0;
  std::vector<float> samples;
  std::vector<std::int32_t> labels;
  std::vector<float> targets;
  std::vector<float> weights;

  [[nodiscard]] int rows() const { return static_cast<int>(samples.size()) / columns; }
};

class Engine {
 public:
  explicit Engine(compute::Program program, int threads = 1, compute::Isa isa = compute::current_isa())
      : program_(program), executable_(compile_for_cpu(std::move(program), threads, isa)) {}

  compute::StepResult run(compute::Phase phase, const EngineBatch& batch, std::uint64_t step = 0, float rate = 0) {
    compute::StepInput input;
    input.rate = rate;
    return run(phase, batch, step, input);
  }
  /// `input`: what the update rule needs to know of the step.
  compute::StepResult run(compute::Phase phase, const EngineBatch& batch, std::uint64_t step,
                          compute::StepInput input) {
    std::vector<std::uint32_t> index(static_cast<std::size_t>(batch.rows()));
    std::iota(index.begin(), index.end(), 0u);
    const auto data = [](const auto& v) { return v.empty() ? nullptr : v.data(); };
    input.rows = batch.rows();
    input.index = index.data();
    input.floats = batch.samples.data();
    input.sample_size = static_cast<std::size_t>(batch.columns);
    if (phase != compute::Phase::predict) {
      input.labels = data(batch.labels);
      input.targets = data(batch.targets);
      input.weights = data(batch.weights);
    }
    input.step = step;
    rows_ = batch.rows();
    return executable_->run(phase, input);
  }

  void set_weights(const std::vector<float>& canonical) { executable_->write_weights(canonical.data()); }
  [[nodiscard]] std::vector<float> weights() const {
    std::vector<float> w(program_.weights);
    executable_->read_weights(w.data());
    return w;
  }
  /// Slot of all weights; slot 0 is the gradient where the rule is UpdateRule::Kind::gradient.
  [[nodiscard]] std::vector<float> slot(int slot) const {
    std::vector<float> s(program_.weights);
    executable_->read_slot(slot, s.data());
    return s;
  }
  /// The slots as they are before the first step.
  void fresh_slots() {
    for (int slot = 0; slot < program_.rule.slots(); ++slot)
      executable_->write_slot(slot,
                              std::vector<float>(program_.weights, slot == 0 ? program_.rule.first_slot : 0.0f).data());
  }
  /// (rows, columns) after predict.
  [[nodiscard]] std::vector<float> output() const {
    std::vector<float> out;
    for (int r = 0; r < rows_; ++r) {
      const float* row = executable_->output() + static_cast<std::size_t>(r) * program_.output.stride;
      out.insert(out.end(), row, row + program_.output.columns);
    }
    return out;
  }
  [[nodiscard]] std::vector<float> row_losses() const {
    return {executable_->row_loss(), executable_->row_loss() + rows_};
  }

 private:
  compute::Program program_;
  std::unique_ptr<compute::Executable> executable_;
  int rows_ = 0;
};

}  // namespace telar
