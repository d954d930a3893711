// The inside of a Predictor: one set of weights, and room for each of the calls that may run at the same time.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include <telar/predictor.hpp>

#include "compute/program.hpp"
#include "model/model.hpp"

namespace telar {

struct Predictor::State {
  /// `rounds`: to bfloat16, where Sequential::predict does.
  State(const Model& model, const PredictorOptions& options, bool rounds);

  /// Exactly one of bytes and floats is set.
  void predict(const std::uint8_t* bytes, const float* floats, std::size_t count, std::span<float> results);

  int inputs, outputs;

 private:
  int max_rows_;
  compute::Matrix output_;
  std::vector<std::uint32_t> index_;                               // 0, 1, ...
  std::vector<std::unique_ptr<compute::Executable>> executables_;  // the first has the team and the weights
  alignas(64) std::atomic<std::uint64_t> busy_{0};                 // bit i: executable i is in use
};

}  // namespace telar
