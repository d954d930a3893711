// A model ready to run on some data: its program compiled for this machine, the samples bound to it.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
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

/// How many classes the network tells apart with this loss: 0 for a regression or for independent outputs, 2 for one
/// output of a loss of two classes, else the outputs if the loss or the data speaks of classes.
[[nodiscard]] int classes_of(const Model& model, const Loss& loss, const Dataset& data);

/// The step input of these samples; rows and index are the caller's.
[[nodiscard]] compute::StepInput bind(const Dataset& data);

/// The true class of every stored sample: its label, the first largest of its targets, or of one target whether it is
/// above 1/2. Nothing if there are no classes.
class Truth {
 public:
  Truth(const Dataset& data, int classes);
  /// Of rows whose classes change; 0 at first.
  Truth(std::size_t rows, int classes) : number_(classes), storage_(rows), classes_(storage_) {}
  Truth(const Truth&) = delete;
  Truth& operator=(const Truth&) = delete;
  void set(std::size_t row, std::int32_t of) noexcept { storage_[row] = of; }
  [[nodiscard]] int classes() const noexcept { return number_; }
  [[nodiscard]] std::int32_t operator[](std::uint32_t row) const noexcept { return classes_[row]; }

 private:
  int number_;
  std::vector<std::int32_t> storage_;
  std::span<const std::int32_t> classes_;
};

/// Sums over samples that were evaluated.
struct Tally {
  std::int64_t samples = 0;
  double batch_losses = 0;  ///< sum of (loss of the batch) * (its samples)
  double losses = 0;        ///< sum of the samples' losses, and of their squares
  double squared_losses = 0;
  double counted = 0;  ///< samples that the loss does not ignore
  double divisor = 0;  ///< of batch_losses
  double penalty = 0;  ///< mean over the samples of their batch's penalties, where batch_losses has none in it

  [[nodiscard]] double loss() const noexcept { return batch_losses / divisor + penalty; }
};

class MetricSums;

/// Who looks on while samples are evaluated batch by batch; both may be empty.
struct EvaluationWatch {
  std::function<void(int batch)> begins{};
  std::function<void(int batch, const Tally&)> ends{};
};

class Session {
 public:
  /// `threads` 0: one per available core; never more than the network can use.
  Session(const Model& model, const PlanOptions& options, int threads);

  [[nodiscard]] compute::Executable& executable() noexcept { return *executable_; }
  [[nodiscard]] int max_rows() const noexcept { return max_rows_; }
  [[nodiscard]] const compute::Matrix& output() const noexcept { return output_; }

  /// Loss and metrics over all samples, in inference mode. `weights`: of the stored samples, for the loss; may be empty
  /// as may `confusion` (classes, classes).
  [[nodiscard]] Tally evaluate(const Dataset& data, const Truth& truth, MetricSums& metrics,
                               std::span<const float> weights = {}, std::span<std::int64_t> confusion = {},
                               const EvaluationWatch& watch = {});

 private:
  int max_rows_;
  compute::LossReduction reduction_ = compute::LossReduction::mean;
  std::int32_t ignored_class_ = -1;
  compute::Matrix output_;
  std::unique_ptr<compute::Executable> executable_;
};

}  // namespace telar
