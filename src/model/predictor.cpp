#include "model/predictor.hpp"

#include <algorithm>
#include <bit>
#include <numeric>
#include <string>
#include <utility>

#include <telar/error.hpp>

#include "compute/cpu.hpp"
#include "compute/isa.hpp"
#include "model/fold.hpp"
#include "model/plan.hpp"
#include "spec/validate.hpp"

namespace telar {

Predictor::State::State(const Model& model, const PredictorOptions& options, bool rounds) {
  check_range("threads", options.threads, Range{1, 1024}, "Predictor");
  check_range("concurrency", options.concurrency, Range{1, 64}, "Predictor");
  constexpr int kRowsOfAThread = 128;  // activations of so many samples stay in the second-level cache
  const Model used = options.fold ? fold_for_inference(model) : model;
  const bool bfloat16 = rounds && !options.fold;
  inputs = flat_size(used.input().shape, "Input");
  outputs = used.outputs();
  compute::Program program = plan(used, {kRowsOfAThread * options.threads, {}, {}, bfloat16});
  max_rows_ = program.max_rows;
  output_ = program.output;
  index_.resize(static_cast<std::size_t>(max_rows_));
  std::iota(index_.begin(), index_.end(), 0u);
  const int team = useful_threads(program, options.threads);
  executables_.push_back(compute::compile_for_cpu(
      std::move(program), team, bfloat16 ? compute::current_isa_for_bfloat16() : compute::current_isa()));
  executables_.front()->write_weights(used.weights().data());
  while (executables_.size() < static_cast<std::size_t>(options.concurrency))
    executables_.push_back(executables_.front()->sharing_weights());
}

void Predictor::State::predict(const std::uint8_t* bytes, const float* floats, std::size_t count,
                               std::span<float> results) {
  const auto width = static_cast<std::size_t>(inputs), height = static_cast<std::size_t>(outputs);
  if (count % width != 0 || results.size() != count / width * height)
    throw Error(ErrorCode::usage, "predict",
                std::to_string(count) + " numbers in and " + std::to_string(results.size()) +
                    " out do not fit samples of " + std::to_string(inputs) + " and results of " +
                    std::to_string(outputs),
                "give n samples and room for n results");
  // The lowest executable that nobody uses, the one with the team first.
  const std::uint64_t all =
      executables_.size() == 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << executables_.size()) - 1;
  std::uint64_t busy = busy_.load(std::memory_order_relaxed), mine = 0;
  for (;;) {
    if (busy == all) {
      busy_.wait(busy, std::memory_order_relaxed);
      busy = busy_.load(std::memory_order_relaxed);
      continue;
    }
    mine = std::uint64_t{1} << std::countr_one(busy);
    if (busy_.compare_exchange_weak(busy, busy | mine, std::memory_order_acquire, std::memory_order_relaxed)) break;
  }
  compute::Executable& executable = *executables_[static_cast<std::size_t>(std::countr_zero(mine))];
  compute::StepInput input;
  input.index = index_.data();
  input.sample_size = width;
  const std::size_t samples = count / width;
  for (std::size_t begin = 0; begin < samples; begin += static_cast<std::size_t>(input.rows)) {
    input.rows = static_cast<int>(std::min(samples - begin, static_cast<std::size_t>(max_rows_)));
    input.bytes = bytes != nullptr ? bytes + begin * width : nullptr;
    input.floats = floats != nullptr ? floats + begin * width : nullptr;
    executable.run(compute::Phase::predict, input);
    for (int r = 0; r < input.rows; ++r) {
      const float* row = executable.output() + static_cast<std::ptrdiff_t>(r) * output_.stride;
      std::copy_n(row, height, results.data() + (begin + static_cast<std::size_t>(r)) * height);
    }
  }
  busy_.fetch_and(~mine, std::memory_order_release);
  busy_.notify_one();
}

Predictor::Predictor(Predictor&&) noexcept = default;
Predictor& Predictor::operator=(Predictor&&) noexcept = default;
Predictor::~Predictor() = default;

int Predictor::inputs() const noexcept { return state_->inputs; }
int Predictor::outputs() const noexcept { return state_->outputs; }

void Predictor::predict(std::span<const float> samples, std::span<float> results) const {
  state_->predict(nullptr, samples.data(), samples.size(), results);
}
void Predictor::predict(std::span<const std::uint8_t> samples, std::span<float> results) const {
  state_->predict(samples.data(), nullptr, samples.size(), results);
}

}  // namespace telar
