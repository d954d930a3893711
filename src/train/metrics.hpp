// What is measured besides the loss, over the samples of an epoch or an evaluation.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <telar/history.hpp>
#include <telar/metrics.hpp>
#include <telar/sequential.hpp>

#include "train/session.hpp"

namespace telar {

/// One sample as metrics see it.
struct MeasuredRow {
  const double* y = nullptr;  ///< outputs; null unless some metric reads them
  const double* t = nullptr;  ///< targets, one-hot for labels; null likewise
  std::size_t columns = 0;
  int actual = 0, predicted = 0;  ///< classes, where there are any
  double weight = 1;              ///< for metrics that take it
};

/// A metric, its name in logs, and whether samples count their weights in it.
struct MeasuredMetric {
  Metric metric;
  std::string name;
  bool weighted = false;
};

/// The metrics of compile in the order of the logs: first those that take no weights.
[[nodiscard]] std::vector<MeasuredMetric> measured_metrics(const CompileOptions& compiled);

/// Adds up samples in `groups` shares, so that an evaluation can ask how much its numbers would move with other
/// samples. Adding allocates nothing.
class MetricSums {
 public:
  /// Throws Error (usage) if a metric cannot be had from such a network and data.
  MetricSums(const std::vector<MeasuredMetric>& metrics, const Model& model, const Loss& loss, const Dataset& data,
             int groups = 1);

  /// Whether a step has to leave the network's outputs.
  [[nodiscard]] static bool read_outputs(const std::vector<MeasuredMetric>& metrics);

  void reset();
  void add(const MeasuredRow& row);
  /// All rows of the batch that `executable` has just run.
  void add(const compute::Executable& executable, const compute::Matrix& output, const compute::StepInput& input,
           const Truth& truth);

  /// What was added up, and back: as many numbers for the same metrics.
  [[nodiscard]] std::vector<double> sums() const;
  void set_sums(std::span<const double> sums);

  /// Sets each metric under its name, of the validation after "val_". Allocates nothing if the logs have the names.
  void log(Logs& logs, bool validation) const;
  /// Values with 95 % intervals: Wilson's for a share of the samples, Student's for a mean over them, else, and for
  /// those with weights, percentiles of 1000 draws of the groups with replacement.
  [[nodiscard]] std::vector<std::pair<std::string, Estimate>> estimates() const;

 private:
  struct Measure {
    Metric metric;
    std::string name, validation_name;
    std::vector<double> sums;  ///< (groups, size)
    std::size_t size;
    bool weighted;
  };
  [[nodiscard]] std::vector<double> total(const Measure& measure) const;

  int classes_;
  std::size_t columns_, groups_, next_group_ = 0;
  bool reads_outputs_;
  std::vector<Measure> measures_;
  std::vector<double> y_, t_;
};

}  // namespace telar
