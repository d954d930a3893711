#include "train/metrics.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>
#include <span>
#include <type_traits>

#include <telar/error.hpp>

#include "base/random.hpp"
#include "base/statistics.hpp"
#include "compute/row_loss.hpp"
#include "model/loss_op.hpp"
#include "spec/describe.hpp"
#include "spec/validate.hpp"

namespace telar {

namespace {

using Sums = std::span<double>;
using Totals = std::span<const double>;

double ratio(double a, double b) { return b == 0 ? 0 : a / b; }

template <class T, class... U>
concept OneOf = (std::is_same_v<T, U> || ...);
template <class T>
concept OfRecognisedSamples = OneOf<T, Accuracy, CategoricalAccuracy, SparseCategoricalAccuracy>;
template <class T>
concept OfTopK = OneOf<T, TopKCategoricalAccuracy, SparseTopKCategoricalAccuracy>;
template <class T>
concept OfClassCounts = OneOf<T, F1Score, FBetaScore, MatthewsCorrelation, BalancedAccuracy>;
template <class T>
concept OfDecisions = OneOf<T, Precision, Recall>;
template <class T>
concept OfCounts = OneOf<T, TruePositives, TrueNegatives, FalsePositives, FalseNegatives>;
template <class T>
concept OfThresholds =
    OneOf<T, PrecisionAtRecall, RecallAtPrecision, SensitivityAtSpecificity, SpecificityAtSensitivity>;
template <class T>
concept OfIntersections = OneOf<T, MeanIoU, IoU, BinaryIoU, OneHotIoU, OneHotMeanIoU>;
template <class T>
concept NeedsClasses = OfRecognisedSamples<T> || OfTopK<T> || OfClassCounts<T> || OneOf<T, ExpectedCalibrationError>;
template <class T>
concept IsLoss = requires(const T& loss) {
  loss.reduction;
};

// ---- means over the samples: sums of w, w m and w m^2 ---------------------------------------------------------------

template <class T>
concept IsMean = IsLoss<T> || OfRecognisedSamples<T> || OfTopK<T> ||
    OneOf<T, BinaryAccuracy, RootMeanSquaredError, PearsonCorrelation, ConcordanceCorrelation, CustomMetric>;

double cross_entropy(const compute::CrossEntropyOp& op, const MeasuredRow& row) {
  const double smoothing = static_cast<double>(op.smoothing), classes = static_cast<double>(row.columns);
  double largest = row.y[0], total = 0, loss = 0;
  for (std::size_t c = 1; c < row.columns; ++c) largest = std::max(largest, row.y[c]);
  for (std::size_t c = 0; c < row.columns; ++c) total += op.logits ? std::exp(row.y[c] - largest) : row.y[c];
  for (std::size_t c = 0; c < row.columns; ++c) {
    const double t = row.t[c] * (1 - smoothing) + smoothing / classes;
    const double clipped = std::clamp(row.y[c] / total, double{1e-7f}, double{1.0f - 1e-7f});
    if (t != 0) loss -= t * (op.logits ? row.y[c] - largest - std::log(total) : std::log(clipped));
  }
  return loss;
}

template <IsLoss T>
double of_row(const T& loss, const MeasuredRow& row) {
  const LossOperation operation = loss_op(loss);
  if (const auto* entropy = std::get_if<compute::CrossEntropyOp>(&operation)) return cross_entropy(*entropy, row);
  const double value =
      compute::row_loss<double>(std::get<compute::LossOp>(operation).formula, row.y, row.t, row.columns, nullptr);
  return std::is_same_v<T, CosineSimilarity> ? -value : value;
}
template <OfRecognisedSamples T>
double of_row(const T&, const MeasuredRow& row) {
  return row.predicted == row.actual ? 1 : 0;
}
template <OfTopK T>
double of_row(const T& metric, const MeasuredRow& row) {
  const double own = row.y[row.actual];
  return std::count_if(row.y, row.y + row.columns, [own](double y) { return y > own; }) < metric.k ? 1 : 0;
}
double of_row(const BinaryAccuracy& metric, const MeasuredRow& row) {
  double hits = 0;
  for (std::size_t c = 0; c < row.columns; ++c) hits += (row.y[c] > metric.threshold) == (row.t[c] > 0.5) ? 1 : 0;
  return hits / static_cast<double>(row.columns);
}
double of_row(const RootMeanSquaredError&, const MeasuredRow& row) { return of_row(MeanSquaredError{}, row); }

/// Moments of a sample's outputs and targets about their means.
struct Moments {
  double y = 0, t = 0, yy = 0, tt = 0, yt = 0;
  explicit Moments(const MeasuredRow& row) {
    const double n = static_cast<double>(row.columns);
    for (std::size_t c = 0; c < row.columns; ++c) y += row.y[c] / n, t += row.t[c] / n;
    for (std::size_t c = 0; c < row.columns; ++c) {
      yy += (row.y[c] - y) * (row.y[c] - y) / n, tt += (row.t[c] - t) * (row.t[c] - t) / n;
      yt += (row.y[c] - y) * (row.t[c] - t) / n;
    }
  }
};
constexpr double kLeastSpread = 1e-7;  // Keras's epsilon
double of_row(const PearsonCorrelation&, const MeasuredRow& row) {
  const Moments m(row);
  return m.yt / std::max(std::sqrt(m.yy * m.tt), kLeastSpread);
}
double of_row(const ConcordanceCorrelation&, const MeasuredRow& row) {
  const Moments m(row);
  return 2 * m.yt / (m.yy + m.tt + (m.y - m.t) * (m.y - m.t) + kLeastSpread);
}
double of_row(const CustomMetric& metric, const MeasuredRow& row) {
  return metric.of_row({row.y, row.columns}, {row.t, row.columns});
}

template <IsMean T>
std::size_t size_of(const T&, std::size_t, int) {
  return 3;
}
template <IsMean T>
void add(const T& metric, const MeasuredRow& row, Sums sums) {
  if constexpr (std::is_same_v<T, SparseCategoricalCrossentropy>)
    if (metric.ignore_class == row.actual) return;
  const double m = of_row(metric, row);
  sums[0] += row.weight;
  sums[1] += row.weight * m;
  sums[2] += row.weight * m * m;
}
template <IsMean T>
double value_of(const T&, Totals sums) {
  const double mean = ratio(sums[1], sums[0]);
  return std::is_same_v<T, RootMeanSquaredError> ? std::sqrt(mean) : mean;
}

// ---- decisions about single outputs: right ones, and those that were made or had to be ------------------------------

template <OfDecisions T>
std::size_t size_of(const T&, std::size_t, int) {
  return 2;
}
template <OfDecisions T>
void add(const T& metric, const MeasuredRow& row, Sums sums) {
  for (std::size_t c = 0; c < row.columns; ++c) {
    const bool positive = row.y[c] > metric.threshold, is = row.t[c] > 0.5;
    sums[0] += positive && is ? row.weight : 0;
    sums[1] += (std::is_same_v<T, Precision> ? positive : is) ? row.weight : 0;
  }
}
template <OfDecisions T>
double value_of(const T&, Totals sums) {
  return ratio(sums[0], sums[1]);
}

template <OfCounts T>
std::size_t size_of(const T&, std::size_t, int) {
  return 1;
}
template <OfCounts T>
void add(const T& metric, const MeasuredRow& row, Sums sums) {
  constexpr bool kPositive = OneOf<T, TruePositives, FalsePositives>, kRight = OneOf<T, TruePositives, TrueNegatives>;
  for (std::size_t c = 0; c < row.columns; ++c) {
    const bool positive = row.y[c] > metric.threshold, is = row.t[c] > 0.5;
    if (positive == kPositive && (positive == is) == kRight) sums[0] += row.weight;
  }
}
template <OfCounts T>
double value_of(const T&, Totals sums) {
  return std::accumulate(sums.begin(), sums.end(), 0.0);
}

// ---- classes: for each its recognised, true and predicted samples ---------------------------------------------------

template <OfClassCounts T>
std::size_t size_of(const T&, std::size_t, int classes) {
  return 3 * static_cast<std::size_t>(classes);
}
template <OfClassCounts T>
void add(const T&, const MeasuredRow& row, Sums sums) {
  const auto actual = static_cast<std::size_t>(row.actual), predicted = static_cast<std::size_t>(row.predicted);
  if (actual == predicted) sums[3 * actual] += row.weight;
  sums[3 * actual + 1] += row.weight;
  sums[3 * predicted + 2] += row.weight;
}

double f_score(double hits, double actual, double predicted, double beta) {
  return ratio((1 + beta * beta) * hits, beta * beta * actual + predicted);
}
double f_score(Average average, double beta, Totals sums) {
  double hits = 0, actual = 0, predicted = 0, scores = 0, weighted = 0;
  for (std::size_t i = 0; i < sums.size(); i += 3) {
    const double score = f_score(sums[i], sums[i + 1], sums[i + 2], beta);
    hits += sums[i], actual += sums[i + 1], predicted += sums[i + 2];
    scores += score, weighted += score * sums[i + 1];
  }
  if (average == Average::micro) return f_score(hits, actual, predicted, beta);
  return average == Average::weighted ? ratio(weighted, actual) : scores * 3 / static_cast<double>(sums.size());
}
double value_of(const F1Score& metric, Totals sums) { return f_score(metric.average, 1, sums); }
double value_of(const FBetaScore& metric, Totals sums) { return f_score(metric.average, metric.beta, sums); }

double value_of(const MatthewsCorrelation&, Totals sums) {
  double hits = 0, all = 0, both = 0, actual = 0, predicted = 0;
  for (std::size_t i = 0; i < sums.size(); i += 3) {
    hits += sums[i], all += sums[i + 1];
    both += sums[i + 1] * sums[i + 2], actual += sums[i + 1] * sums[i + 1], predicted += sums[i + 2] * sums[i + 2];
  }
  return ratio(hits * all - both, std::sqrt((all * all - actual) * (all * all - predicted)));
}

double value_of(const BalancedAccuracy&, Totals sums) {
  double shares = 0, classes = 0;
  for (std::size_t i = 0; i < sums.size(); i += 3)
    if (sums[i + 1] > 0) shares += sums[i] / sums[i + 1], ++classes;
  return ratio(shares, classes);
}

// ---- intersections over unions: for each class as above, but of numbers of classes or of largest outputs
// -------------

struct IoUReading {
  int classes = 2;
  std::optional<int> ignored{};
  bool sparse_true = true, sparse_predicted = true;
  std::optional<float> threshold{};
};
template <OfIntersections T>
IoUReading reading_of(const T& metric) {
  IoUReading reading;
  if constexpr (requires { metric.num_classes; }) reading.classes = metric.num_classes;
  if constexpr (requires { metric.ignore_class; }) reading.ignored = metric.ignore_class;
  reading.sparse_true = !OneOf<T, OneHotIoU, OneHotMeanIoU>;
  if constexpr (requires { metric.sparse_y_true; }) reading.sparse_true = metric.sparse_y_true;
  if constexpr (requires { metric.sparse_y_pred; }) reading.sparse_predicted = metric.sparse_y_pred;
  if constexpr (requires { metric.threshold; }) reading.threshold = static_cast<float>(metric.threshold);
  return reading;
}

template <OfIntersections T>
std::size_t size_of(const T& metric, std::size_t, int) {
  return 3 * static_cast<std::size_t>(reading_of(metric).classes);
}
template <OfIntersections T>
void add(const T& metric, const MeasuredRow& row, Sums sums) {
  const IoUReading reading = reading_of(metric);
  const auto count = [&](double actual, double predicted) {
    if (!(actual > -1 && actual < reading.classes && predicted > -1 && predicted < reading.classes)) return;
    const auto a = static_cast<int>(actual), p = static_cast<int>(predicted);
    if (reading.ignored == a) return;
    const double weight = std::trunc(row.weight);
    if (a == p) sums[3 * static_cast<std::size_t>(a)] += weight;
    sums[3 * static_cast<std::size_t>(a) + 1] += weight;
    sums[3 * static_cast<std::size_t>(p) + 2] += weight;
  };
  const auto largest = [&](const double* v) { return static_cast<double>(std::max_element(v, v + row.columns) - v); };
  if (!reading.sparse_predicted) return count(largest(row.t), largest(row.y));
  for (std::size_t c = 0; c < row.columns; ++c)
    count(row.t[c], reading.threshold ? (static_cast<float>(row.y[c]) >= *reading.threshold ? 1 : 0) : row.y[c]);
}
template <OfIntersections T>
double value_of(const T& metric, Totals sums) {
  constexpr double kEpsilon = 1e-7;  // Keras's
  double ratios = 0, occur = 0;
  const auto take = [&](std::size_t c) {
    const double hits = sums[3 * c], either = sums[3 * c + 1] + sums[3 * c + 2] - hits;
    if (either > 0) ratios += hits / (either + kEpsilon), ++occur;
  };
  if constexpr (requires { metric.target_class_ids; })
    for (const int id : metric.target_class_ids) take(static_cast<std::size_t>(id));
  else
    for (std::size_t c = 0; 3 * c < sums.size(); ++c) take(c);
  return ratios / (occur + kEpsilon);
}

/// Throws Error (usage) where Keras would compare numbers of classes with outputs of classes.
template <OfIntersections T>
void check_reading(const T& metric, std::size_t columns, bool labels, const std::string& name) {
  const IoUReading reading = reading_of(metric);
  const auto refuse = [&](const std::string& message, const std::string& hint) {
    throw Error(ErrorCode::usage, "metrics", name + " " + message, hint);
  };
  if (reading.threshold) return;
  if (columns == 1) {
    if (!reading.sparse_true || !reading.sparse_predicted)
      refuse("takes the largest of several outputs, but the network has one", "BinaryIoU says what one output means");
  } else if (labels || !reading.sparse_true) {
    if (reading.sparse_predicted)
      refuse("takes an output for the number of a class, but the network has one for each class",
             "say sparse_y_pred = false");
  } else if (!reading.sparse_predicted) {
    refuse("takes targets for numbers of classes, but they are one-hot", "say sparse_y_true = false");
  }
}

// ---- curves: positives and negatives by the number of thresholds they are above -------------------------------------

std::size_t size_of(const AUC& metric, std::size_t, int) { return 2 * static_cast<std::size_t>(metric.num_thresholds); }
void add(const AUC& metric, const MeasuredRow& row, Sums sums) {
  const double last = metric.num_thresholds - 1;  // thresholds: below 0, then i / last, then above 1
  for (std::size_t c = 0; c < row.columns; ++c) {
    if (std::isnan(row.y[c])) continue;
    const double above = std::clamp(std::ceil(row.y[c] * last), 1.0, last);
    sums[2 * static_cast<std::size_t>(above) + (row.t[c] > 0.5 ? 0 : 1)] += row.weight;
  }
}
double value_of(const AUC& metric, Totals sums) {
  double all_positive = 0, all_negative = 0, area = 0, tp = 0, fp = 0;
  for (std::size_t i = 0; i < sums.size(); i += 2) all_positive += sums[i], all_negative += sums[i + 1];
  for (std::size_t i = sums.size(); i > 2;) {  // from the highest threshold down
    i -= 2;
    const double more_tp = sums[i], more_fp = sums[i + 1];
    if (metric.curve == Curve::roc) {
      area += ratio(more_fp, all_negative) * ratio(tp + more_tp / 2, all_positive);
    } else {  // Davis & Goadrich 2006: between two points true positives grow linearly with all positives
      const double before = tp + fp, now = before + more_tp + more_fp, slope = ratio(more_tp, more_tp + more_fp);
      const double start = tp - slope * before;
      const double growth = before > 0 && now > 0 ? std::log(now / before) : 0;
      area += ratio(slope * (more_tp + start * growth), all_positive);
    }
    tp += more_tp, fp += more_fp;
  }
  return area;
}

/// The share that is asked for and, at the thresholds where it is large enough, the largest of the other one.
double asked_of(const PrecisionAtRecall& metric) { return metric.recall; }
double asked_of(const RecallAtPrecision& metric) { return metric.precision; }
double asked_of(const SensitivityAtSpecificity& metric) { return metric.specificity; }
double asked_of(const SpecificityAtSensitivity& metric) { return metric.sensitivity; }

template <OfThresholds T>
std::size_t size_of(const T& metric, std::size_t, int) {
  return 2 * (static_cast<std::size_t>(metric.num_thresholds) + 1);
}
template <OfThresholds T>
void add(const T& metric, const MeasuredRow& row, Sums sums) {
  const double last = metric.num_thresholds - 1;  // thresholds: i / last
  for (std::size_t c = 0; c < row.columns; ++c) {
    if (std::isnan(row.y[c])) continue;
    const double above = std::clamp(std::ceil(row.y[c] * last), 0.0, last + 1);
    sums[2 * static_cast<std::size_t>(above) + (row.t[c] > 0.5 ? 0 : 1)] += row.weight;
  }
}
template <OfThresholds T>
double value_of(const T& metric, Totals sums) {
  double positives = 0, negatives = 0, best = 0, tp = 0, fp = 0;
  for (std::size_t i = 0; i < sums.size(); i += 2) positives += sums[i], negatives += sums[i + 1];
  for (std::size_t i = sums.size(); i > 2;) {  // from the highest threshold down, whose outputs are above it
    i -= 2;
    tp += sums[i], fp += sums[i + 1];
    const double recall = ratio(tp, positives), precision = ratio(tp, tp + fp),
                 specificity = ratio(negatives - fp, negatives);
    double asked = recall, other = precision;
    if (std::is_same_v<T, RecallAtPrecision>) std::swap(asked, other);
    if (std::is_same_v<T, SensitivityAtSpecificity>) asked = specificity, other = recall;
    if (std::is_same_v<T, SpecificityAtSensitivity>) asked = recall, other = specificity;
    if (asked >= asked_of(metric)) best = std::max(best, other);
  }
  return best;
}

// ---- calibration: for each bin confidence, recognised samples and all of them
// ----------------------------------------

std::size_t size_of(const ExpectedCalibrationError& metric, std::size_t, int) {
  return 3 * static_cast<std::size_t>(metric.bins);
}
void add(const ExpectedCalibrationError& metric, const MeasuredRow& row, Sums sums) {
  double confidence = *std::max_element(row.y, row.y + row.columns);
  if (row.columns == 1) confidence = std::max(confidence, 1 - confidence);
  if (std::isnan(confidence)) return;
  const double bin = std::clamp(std::ceil(confidence * metric.bins) - 1, 0.0, metric.bins - 1.0);
  const std::size_t at = 3 * static_cast<std::size_t>(bin);
  sums[at] += row.weight * confidence;
  sums[at + 1] += row.predicted == row.actual ? row.weight : 0;
  sums[at + 2] += row.weight;
}
double value_of(const ExpectedCalibrationError&, Totals sums) {
  double distance = 0, all = 0;
  for (std::size_t i = 0; i < sums.size(); i += 3) distance += std::abs(sums[i] - sums[i + 1]), all += sums[i + 2];
  return ratio(distance, all);
}

// ---- explained variance: weights, and for each output t, t^2 and (y - t)^2
// -------------------------------------------

std::size_t size_of(const R2Score&, std::size_t columns, int) { return 1 + 3 * columns; }
void add(const R2Score&, const MeasuredRow& row, Sums sums) {
  sums[0] += row.weight;
  for (std::size_t c = 0; c < row.columns; ++c) {
    const double t = row.t[c], error = row.y[c] - t;
    sums[3 * c + 1] += row.weight * t;
    sums[3 * c + 2] += row.weight * t * t;
    sums[3 * c + 3] += row.weight * error * error;
  }
}
double value_of(const R2Score&, Totals sums) {
  double score = 0;
  for (std::size_t i = 1; i < sums.size(); i += 3) {
    const double spread = sums[i + 1] - ratio(sums[i] * sums[i], sums[0]);
    score += 1 - ratio(sums[i + 2], spread);
  }
  return score * 3 / static_cast<double>(sums.size() - 1);
}

// ---- intervals
// -------------------------------------------------------------------------------------------------------

double value_of(const Metric& metric, Totals sums) {
  return std::visit([&](const auto& m) { return value_of(m, sums); }, metric);
}

/// Percentiles 2.5 and 97.5 of the value over draws of the groups with replacement (Efron 1979).
Interval bootstrap(const Metric& metric, Totals sums, std::size_t groups) {
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

}  // namespace

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
          check(metric, loss, data, classes_, columns_, measured.name);
          const std::size_t size = size_of(metric, columns_, classes_);
          measures_.push_back({metric, measured.name, "val_" + measured.name, std::vector<double>(size * groups_), size,
                               measured.weighted});
        },
        measured.metric);
}

bool MetricSums::read_outputs(const std::vector<MeasuredMetric>& metrics) {
  return std::any_of(metrics.begin(), metrics.end(), [](const MeasuredMetric& measured) {
    return std::visit([](const auto& m) { return kReadsOutputs<std::remove_cvref_t<decltype(m)>>; }, measured.metric);
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
    const Sums sums = Sums(measure.sums).subspan(next_group_ * measure.size, measure.size);
    std::visit([&](const auto& metric) { telar::add(metric, measure.weighted ? row : plain, sums); }, measure.metric);
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
    logs.set(validation ? measure.validation_name : measure.name, value_of(measure.metric, measure.sums));
}

std::vector<std::pair<std::string, Estimate>> MetricSums::estimates() const {
  std::vector<std::pair<std::string, Estimate>> all;
  for (const Measure& measure : measures_) {
    const std::vector<double> sums = total(measure);
    const Interval interval = std::visit(
        [&](const auto& metric) {
          return measure.weighted ? bootstrap(metric, measure.sums, groups_)
                                  : interval_of(metric, sums, measure.sums, groups_, columns_);
        },
        measure.metric);
    all.emplace_back(measure.name, Estimate{value_of(measure.metric, sums), interval.low, interval.high});
  }
  return all;
}

}  // namespace telar
