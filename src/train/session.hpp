// A model ready to run on some data: its program compiled for this machine, the samples bound to it.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <telar/dataset.hpp>
#include <telar/sequential.hpp>

#include "compute/program.hpp"
#include "model/model.hpp"
#include "model/plan.hpp"

namespace telar {

/// Throws Error (usage) unless the network can take these samples; with a loss, unless the loss can take its outputs
/// and the samples' labels or targets. `verb`: "fit", "evaluate", "predict".
void check_data(const Model& model, const Dataset& data, const Loss* loss, const std::string& verb);

/// The step input of these samples; rows and index are the caller's.
[[nodiscard]] compute::StepInput bind(const Dataset& data);

/// The true class of every stored sample: its label, or the first largest of its targets.
class Truth {
 public:
  explicit Truth(const Dataset& data);
  [[nodiscard]] std::int32_t operator[](std::uint32_t row) const noexcept { return classes_[row]; }

 private:
  std::vector<std::int32_t> storage_;
  std::span<const std::int32_t> classes_;
};

/// Sums over samples that were evaluated.
struct Tally {
  std::int64_t samples = 0;
  std::int64_t correct = 0;
  double batch_losses = 0;  ///< sum of (loss of the batch) * (its samples)
  double losses = 0;        ///< sum of the samples' losses, and of their squares
  double squared_losses = 0;

  [[nodiscard]] double loss() const noexcept { return batch_losses / static_cast<double>(samples); }
  [[nodiscard]] double accuracy() const noexcept { return static_cast<double>(correct) / static_cast<double>(samples); }
};

class Session {
 public:
  /// `threads` 0: one per available core; never more than the network can use.
  Session(const Model& model, const PlanOptions& options, int threads);

  [[nodiscard]] compute::Executable& executable() noexcept { return *executable_; }
  [[nodiscard]] int max_rows() const noexcept { return max_rows_; }
  [[nodiscard]] const compute::Matrix& output() const noexcept { return output_; }

  /// Loss and predicted classes over all samples, in inference mode. `confusion` (outputs, outputs) may be empty.
  [[nodiscard]] Tally evaluate(const Dataset& data, const Truth& truth, std::span<std::int64_t> confusion = {});

 private:
  int max_rows_;
  int outputs_;
  bool losses_are_summed_ = false;
  compute::Matrix output_;
  std::unique_ptr<compute::Executable> executable_;
};

}  // namespace telar
