// Kinds of metrics. Each kind has, for one sum over samples: size_of(metric, columns, classes), how many numbers it
// adds up; add(metric, row, sums), which adds a sample; value_of(metric, sums), the metric itself.
#pragma once

#include <span>
#include <type_traits>

#include "train/metrics.hpp"

namespace telar::metric_kinds {

using Sums = std::span<double>;
using Totals = std::span<const double>;

inline double ratio(double a, double b) { return b == 0 ? 0 : a / b; }

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

}  // namespace telar::metric_kinds
