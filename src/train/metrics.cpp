#include "train/metrics.hpp"

#include <algorithm>
#include <cmath>
#include <span>

#include <telar/error.hpp>

#include "base/random.hpp"
#include "base/statistics.hpp"
#include "spec/describe.hpp"
#include "spec/validate.hpp"
#include "train/metric_kinds/classes.hpp"
#include "train/metric_kinds/curves.hpp"
#include "train/metric_kinds/decisions.hpp"
#include "train/metric_kinds/intersections.hpp"
#include "train/metric_kinds/means.hpp"

namespace telar {

namespace metric_kinds {

static double value_of(const Metric& metric, Totals sums) {
  return std::visit([&](const auto& m) { return value_of(m, sums); }, metric);
}

/// Percentiles 2.5 and 97.5 of the value over draws of the groups with replacement (Efron 1979).
static Interval bootstrap(const Metric& metric, Totals sums, std::size_t groups) {
  constexpr std::size_t kDraws = 1000, kTail = 25;
  const std::size_t size = sums.size() / groups;
  const Random random(0, Purpose::shuffle, "bootstrap");
  std::vector<double> values, drawn(size);
  for (std::size_t draw = 0; draw < kDraws; ++draw) {
    std::fill(drawn.begin(), drawn.end(), 0.0);
    for (std::size_t g = 0; g < groups; ++g) {
      const std::size_t group = random.bits(draw * groups + g, 0) % groups;
      for (std::size_t i = 0; i < size; ++i) drawn[i] += sums[group * size + i];
    }
    values.push_back(value_of(metric, drawn));
  }
  std::sort(values.begin(), values.end());
  return {values[kTail], values[kDraws - 1 - kTail]};
}

template <class T>
Interval interval_of(const T& metric, Totals total, Totals sums, std::size_t groups, std::size_t columns) {
  const auto whole = [](double x) { return static_cast<std::int64_t>(std::llround(x)); };
  if constexpr (OfRecognisedSamples<T> || OfTopK<T>) {
    return wilson_interval(whole(total[1]), whole(total[0]));
  } else if constexpr (OfDecisions<T>) {
    return wilson_interval(whole(total[0]), whole(total[1]));
  } else if constexpr (IsMean<T>) {
    if (std::is_same_v<T, BinaryAccuracy> && columns == 1) return wilson_interval(whole(total[1]), whole(total[0]));
    Interval interval = summarize(whole(total[0]), total[1], total[2]).interval;
    if (std::is_same_v<T, RootMeanSquaredError>)
      interval = {std::sqrt(std::max(0.0, interval.low)), std::sqrt(std::max(0.0, interval.high))};
    return interval;
  } else {
    return bootstrap(metric, sums, groups);
  }
}

template <class T>
constexpr bool kReadsOutputs = !(OfRecognisedSamples<T> || OfClassCounts<T>);

template <class T>
void check(const T& metric, const Loss& loss, const Dataset& data, int classes, std::size_t columns,
           const std::string& name) {
  if (NeedsClasses<T> && classes == 0)
    throw Error(ErrorCode::usage, "metrics",
                name + " needs classes, but " + snake_case(class_name(loss)) + " on " +
                    (data.name().empty() ? "this data" : data.name()) + " has none",
                "leave " + name + " out of the metrics");
  if constexpr (OfIntersections<T>) check_reading(metric, columns, data.has_labels(), name);
}

}  // namespace metric_kinds

std::vector<MeasuredMetric> measured_metrics(const CompileOptions& compiled) {
  std::vector<MeasuredMetric> measured;
  const std::vector<std::string> names = metric_names(compiled.metrics, compiled.weighted_metrics);
  for (const Metric& metric : compiled.metrics) measured.push_back({metric, names[measured.size()], false});
  for (const Metric& metric : compiled.weighted_metrics) measured.push_back({metric, names[measured.size()], true});
  return measured;
}

MetricSums::MetricSums(const std::vector<MeasuredMetric>& metrics, const Model& model, const Loss& loss,
                       const Dataset& data, int groups)
    : classes_(classes_of(model, loss, data)),
      columns_(static_cast<std::size_t>(model.outputs())),
      groups_(static_cast<std::size_t>(groups)),
      reads_outputs_(read_outputs(metrics)),
      y_(columns_),
      t_(columns_) {
  for (const MeasuredMetric& measured : metrics)
    std::visit(
        [&](const auto& metric) {
          metric_kinds::check(metric, loss, data, classes_, columns_, measured.name);
          const std::size_t size = metric_kinds::size_of(metric, columns_, classes_);
          measures_.push_back({metric, measured.name, "val_" + measured.name, std::vector<double>(size * groups_), size,
                               measured.weighted});
        },
        measured.metric);
}

bool MetricSums::read_outputs(const std::vector<MeasuredMetric>& metrics) {
  return std::any_of(metrics.begin(), metrics.end(), [](const MeasuredMetric& measured) {
    return std::visit([](const auto& m) { return metric_kinds::kReadsOutputs<std::remove_cvref_t<decltype(m)>>; },
                      measured.metric);
  });
}

void MetricSums::reset() {
  for (Measure& measure : measures_) std::fill(measure.sums.begin(), measure.sums.end(), 0.0);
  next_group_ = 0;
}

void MetricSums::add(const MeasuredRow& row) {
  MeasuredRow plain = row;
  plain.weight = 1;
  for (Measure& measure : measures_) {
    const metric_kinds::Sums sums = metric_kinds::Sums(measure.sums).subspan(next_group_ * measure.size, measure.size);
    std::visit([&](const auto& metric) { metric_kinds::add(metric, measure.weighted ? row : plain, sums); },
               measure.metric);
  }
  next_group_ = (next_group_ + 1) % groups_;
}

void MetricSums::add(const compute::Executable& executable, const compute::Matrix& output,
                     const compute::StepInput& input, const Truth& truth) {
  if (measures_.empty()) return;
  MeasuredRow row{y_.data(), t_.data(), columns_};
  for (int r = 0; r < input.rows; ++r) {
    const std::size_t sample = input.index[r];
    if (reads_outputs_) {
      const float* y = executable.output() + static_cast<std::ptrdiff_t>(r) * output.stride;
      std::copy(y, y + columns_, y_.begin());
      for (std::size_t c = 0; c < columns_; ++c)
        t_[c] = input.targets != nullptr ? static_cast<double>(input.targets[sample * columns_ + c])
                : columns_ == 1          ? static_cast<double>(input.labels[sample])
                                         : static_cast<double>(input.labels[sample] == static_cast<std::int32_t>(c));
    }
    if (truth.classes() > 0) {
      row.actual = truth[input.index[r]];
      row.predicted = static_cast<int>(executable.row_class()[r]);
    }
    row.weight = input.weights != nullptr ? static_cast<double>(input.weights[sample]) : 1;
    add(row);
  }
}

std::vector<double> MetricSums::sums() const {
  std::vector<double> all;
  for (const Measure& measure : measures_) all.insert(all.end(), measure.sums.begin(), measure.sums.end());
  return all;
}

void MetricSums::set_sums(std::span<const double> sums) {
  for (Measure& measure : measures_) {
    std::copy_n(sums.begin(), measure.sums.size(), measure.sums.begin());
    sums = sums.subspan(measure.sums.size());
  }
}

std::vector<double> MetricSums::total(const Measure& measure) const {
  std::vector<double> sums(measure.size);
  for (std::size_t i = 0; i < measure.sums.size(); ++i) sums[i % measure.size] += measure.sums[i];
  return sums;
}

void MetricSums::log(Logs& logs, bool validation) const {
  for (const Measure& measure : measures_)
    logs.set(validation ? measure.validation_name : measure.name, metric_kinds::value_of(measure.metric, measure.sums));
}

std::vector<std::pair<std::string, Estimate>> MetricSums::estimates() const {
  std::vector<std::pair<std::string, Estimate>> all;
  for (const Measure& measure : measures_) {
    const std::vector<double> sums = total(measure);
    const Interval interval = std::visit(
        [&](const auto& metric) {
          return measure.weighted ? metric_kinds::bootstrap(metric, measure.sums, groups_)
                                  : metric_kinds::interval_of(metric, sums, measure.sums, groups_, columns_);
        },
        measure.metric);
    all.emplace_back(measure.name, Estimate{metric_kinds::value_of(measure.metric, sums), interval.low, interval.high});
  }
  return all;
}

}  // namespace telar
