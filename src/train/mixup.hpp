// MixUp at work: batches of mixed samples.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <telar/sequential.hpp>

#include "base/random.hpp"
#include "compute/program.hpp"
#include "train/session.hpp"

namespace telar {

/// The share of a batch in (0, 1), from Beta(alpha, alpha): a function of the stream and of the step.
[[nodiscard]] double mixup_share(double alpha, const Random& random, std::uint64_t step);

/// Mixes the batches of one training. A step allocates nothing; what it draws depends on seed and step alone.
class Mixer {
 public:
  /// Throws Error (usage) unless the loss is a cross-entropy of classes without ignored class, and samples have no
  /// weights.
  static void check(const Loss& loss, bool weighted);

  /// For batches of up to `max_rows` of `data`, and `outputs` of the network.
  Mixer(const MixUp& settings, const Dataset& data, const Truth& truth, int outputs, int max_rows, std::uint64_t seed);

  /// The step's batch as it is trained: mixed samples with their targets, which last until the next call.
  [[nodiscard]] compute::StepInput mix(const compute::StepInput& input);
  /// The class of the larger share, for each row of the batch.
  [[nodiscard]] const Truth& truth() const noexcept { return mixed_truth_; }

 private:
  [[nodiscard]] float feature(const compute::StepInput& input, std::size_t sample, std::size_t i) const noexcept {
    const std::size_t at = sample * input.sample_size + i;
    return input.bytes != nullptr ? static_cast<float>(input.bytes[at]) : input.floats[at];
  }
  [[nodiscard]] float target(const compute::StepInput& input, std::size_t sample, std::size_t c) const noexcept {
    return input.targets != nullptr ? input.targets[sample * outputs_ + c]
                                    : static_cast<float>(input.labels[sample] == static_cast<std::int32_t>(c));
  }

  double alpha_;
  Random shares_, partners_;
  const Truth& truth_;
  std::size_t outputs_;
  std::vector<std::uint32_t> partner_, rows_;  // rows_: 0, 1, ...
  std::vector<float> features_, targets_;
  Truth mixed_truth_;
};

}  // namespace telar
