// The one place that lists the fields of losses and metrics.
#pragma once

#include <array>

#include <telar/custom.hpp>
#include <telar/losses.hpp>
#include <telar/metrics.hpp>

#include "base/describe.hpp"

namespace telar {

// ---- class names as Keras spells them -------------------------------------------------------------------------------

template <>
inline constexpr std::string_view type_name<CategoricalCrossentropy> = "CategoricalCrossentropy";
template <>
inline constexpr std::string_view type_name<SparseCategoricalCrossentropy> = "SparseCategoricalCrossentropy";
template <>
inline constexpr std::string_view type_name<BinaryCrossentropy> = "BinaryCrossentropy";
template <>
inline constexpr std::string_view type_name<BinaryFocalCrossentropy> = "BinaryFocalCrossentropy";
template <>
inline constexpr std::string_view type_name<CategoricalFocalCrossentropy> = "CategoricalFocalCrossentropy";
template <>
inline constexpr std::string_view type_name<MeanSquaredError> = "MeanSquaredError";
template <>
inline constexpr std::string_view type_name<MeanAbsoluteError> = "MeanAbsoluteError";
template <>
inline constexpr std::string_view type_name<MeanAbsolutePercentageError> = "MeanAbsolutePercentageError";
template <>
inline constexpr std::string_view type_name<MeanSquaredLogarithmicError> = "MeanSquaredLogarithmicError";
template <>
inline constexpr std::string_view type_name<Huber> = "Huber";
template <>
inline constexpr std::string_view type_name<LogCosh> = "LogCosh";
template <>
inline constexpr std::string_view type_name<KLDivergence> = "KLDivergence";
template <>
inline constexpr std::string_view type_name<Poisson> = "Poisson";
template <>
inline constexpr std::string_view type_name<CosineSimilarity> = "CosineSimilarity";
template <>
inline constexpr std::string_view type_name<Hinge> = "Hinge";
template <>
inline constexpr std::string_view type_name<SquaredHinge> = "SquaredHinge";
template <>
inline constexpr std::string_view type_name<CategoricalHinge> = "CategoricalHinge";
template <>
inline constexpr std::string_view type_name<CategoricalGeneralizedCrossEntropy> = "CategoricalGeneralizedCrossEntropy";
template <>
inline constexpr std::string_view type_name<Dice> = "Dice";
template <>
inline constexpr std::string_view type_name<Tversky> = "Tversky";
template <>
inline constexpr std::string_view type_name<CustomLoss> = "CustomLoss";
template <>
inline constexpr std::string_view type_name<Accuracy> = "Accuracy";
template <>
inline constexpr std::string_view type_name<BinaryAccuracy> = "BinaryAccuracy";
template <>
inline constexpr std::string_view type_name<CategoricalAccuracy> = "CategoricalAccuracy";
template <>
inline constexpr std::string_view type_name<SparseCategoricalAccuracy> = "SparseCategoricalAccuracy";
template <>
inline constexpr std::string_view type_name<TopKCategoricalAccuracy> = "TopKCategoricalAccuracy";
template <>
inline constexpr std::string_view type_name<SparseTopKCategoricalAccuracy> = "SparseTopKCategoricalAccuracy";
template <>
inline constexpr std::string_view type_name<Precision> = "Precision";
template <>
inline constexpr std::string_view type_name<Recall> = "Recall";
template <>
inline constexpr std::string_view type_name<F1Score> = "F1Score";
template <>
inline constexpr std::string_view type_name<FBetaScore> = "FBetaScore";
template <>
inline constexpr std::string_view type_name<AUC> = "AUC";
template <>
inline constexpr std::string_view type_name<RootMeanSquaredError> = "RootMeanSquaredError";
template <>
inline constexpr std::string_view type_name<R2Score> = "R2Score";
template <>
inline constexpr std::string_view type_name<MatthewsCorrelation> = "MatthewsCorrelation";
template <>
inline constexpr std::string_view type_name<BalancedAccuracy> = "BalancedAccuracy";
template <>
inline constexpr std::string_view type_name<ExpectedCalibrationError> = "ExpectedCalibrationError";
template <>
inline constexpr std::string_view type_name<TruePositives> = "TruePositives";
template <>
inline constexpr std::string_view type_name<TrueNegatives> = "TrueNegatives";
template <>
inline constexpr std::string_view type_name<FalsePositives> = "FalsePositives";
template <>
inline constexpr std::string_view type_name<FalseNegatives> = "FalseNegatives";
template <>
inline constexpr std::string_view type_name<PrecisionAtRecall> = "PrecisionAtRecall";
template <>
inline constexpr std::string_view type_name<RecallAtPrecision> = "RecallAtPrecision";
template <>
inline constexpr std::string_view type_name<SensitivityAtSpecificity> = "SensitivityAtSpecificity";
template <>
inline constexpr std::string_view type_name<SpecificityAtSensitivity> = "SpecificityAtSensitivity";
template <>
inline constexpr std::string_view type_name<PearsonCorrelation> = "PearsonCorrelation";
template <>
inline constexpr std::string_view type_name<ConcordanceCorrelation> = "ConcordanceCorrelation";
template <>
inline constexpr std::string_view type_name<MeanIoU> = "MeanIoU";
template <>
inline constexpr std::string_view type_name<IoU> = "IoU";
template <>
inline constexpr std::string_view type_name<BinaryIoU> = "BinaryIoU";
template <>
inline constexpr std::string_view type_name<OneHotIoU> = "OneHotIoU";
template <>
inline constexpr std::string_view type_name<OneHotMeanIoU> = "OneHotMeanIoU";
template <>
inline constexpr std::string_view type_name<CustomMetric> = "CustomMetric";

template <>
inline constexpr bool is_for_files<CustomLoss> = false;
template <>
inline constexpr bool is_for_files<CustomMetric> = false;

/// Other names that Keras accepts for a class.
template <class T>
inline constexpr std::array<std::string_view, 0> abbreviations{};
template <>
inline constexpr std::array<std::string_view, 1> abbreviations<Accuracy>{"acc"};
template <>
inline constexpr std::array<std::string_view, 2> abbreviations<BinaryCrossentropy>{"bce", "BCE"};
template <>
inline constexpr std::array<std::string_view, 2> abbreviations<MeanSquaredError>{"mse", "MSE"};
template <>
inline constexpr std::array<std::string_view, 2> abbreviations<MeanAbsoluteError>{"mae", "MAE"};
template <>
inline constexpr std::array<std::string_view, 2> abbreviations<MeanAbsolutePercentageError>{"mape", "MAPE"};
template <>
inline constexpr std::array<std::string_view, 2> abbreviations<MeanSquaredLogarithmicError>{"msle", "MSLE"};
template <>
inline constexpr std::array<std::string_view, 2> abbreviations<KLDivergence>{"kld", "KLD"};
template <>
inline constexpr std::array<std::string_view, 1> abbreviations<LogCosh>{"logcosh"};

// ---- losses and metrics ---------------------------------------------------------------------------------------------

template <Is<CategoricalCrossentropy> T, class V>
void describe(T& s, V&& v) {
  v.field("from_logits", s.from_logits, "Whether the outputs are logits rather than probabilities.");
  v.field("label_smoothing", s.label_smoothing, "Share of each target spread over all classes.", kUnitInterval);
  v.field("reduction", s.reduction, "How the samples' losses become one number.");
}

template <Is<SparseCategoricalCrossentropy> T, class V>
void describe(T& s, V&& v) {
  v.field("from_logits", s.from_logits, "Whether the outputs are logits rather than probabilities.");
  v.field("ignore_class", s.ignore_class, "Samples of this class count nowhere.", kWhole);
  v.field("label_smoothing", s.label_smoothing, "Share of each target spread over all classes.", kUnitInterval);
  v.field("reduction", s.reduction, "How the samples' losses become one number.");
}

template <Is<BinaryCrossentropy> T, class V>
void describe(T& s, V&& v) {
  v.field("from_logits", s.from_logits, "Whether the outputs are logits rather than probabilities.");
  v.field("label_smoothing", s.label_smoothing, "Share of each target drawn towards 1/2.", kUnitInterval);
  v.field("reduction", s.reduction, "How the samples' losses become one number.");
}

template <Is<BinaryFocalCrossentropy> T, class V>
void describe(T& s, V&& v) {
  v.field("apply_class_balancing", s.apply_class_balancing, "Weigh targets of 1 by alpha, of 0 by 1 - alpha.");
  v.field("alpha", s.alpha, "Weight of targets of 1.", kUnitInterval);
  v.field("gamma", s.gamma, "Power of 1 - p: how little well-known targets count.", kNotNegative);
  v.field("from_logits", s.from_logits, "Whether the outputs are logits rather than probabilities.");
  v.field("label_smoothing", s.label_smoothing, "Share of each target drawn towards 1/2.", kUnitInterval);
  v.field("reduction", s.reduction, "How the samples' losses become one number.");
}

template <Is<CategoricalFocalCrossentropy> T, class V>
void describe(T& s, V&& v) {
  v.field("alpha", s.alpha, "Factor of the loss.", kNotNegative);
  v.field("gamma", s.gamma, "Power of 1 - p: how little well-known targets count.", kNotNegative);
  v.field("from_logits", s.from_logits, "Whether the outputs are logits rather than probabilities.");
  v.field("label_smoothing", s.label_smoothing, "Share of each target spread over all classes.", kUnitInterval);
  v.field("reduction", s.reduction, "How the samples' losses become one number.");
}

template <Is<Huber> T, class V>
void describe(T& s, V&& v) {
  v.field("delta", s.delta, "Errors above it count linearly.", kNotNegative);
  v.field("reduction", s.reduction, "How the samples' losses become one number.");
}

template <class T>
concept LossWithoutFields = Is<T, MeanSquaredError> || Is<T, MeanAbsoluteError> || Is<T, MeanAbsolutePercentageError> ||
    Is<T, MeanSquaredLogarithmicError> || Is<T, LogCosh> || Is<T, KLDivergence> || Is<T, Poisson> ||
    Is<T, CosineSimilarity> || Is<T, Hinge> || Is<T, SquaredHinge> || Is<T, CategoricalHinge>;

template <LossWithoutFields T, class V>
void describe(T& s, V&& v) {
  v.field("reduction", s.reduction, "How the samples' losses become one number.");
}

template <Is<CategoricalGeneralizedCrossEntropy> T, class V>
void describe(T& s, V&& v) {
  v.field("q", s.q, "From cross-entropy, near 0, to the absolute error, near 1.", Range{0, 1, true, true});
  v.field("reduction", s.reduction, "How the samples' losses become one number.");
}

template <class T, class V>
requires Is<T, Dice> || Is<T, Tversky>
void describe(T& s, V&& v) {
  if constexpr (requires { s.alpha; }) {
    v.field("alpha", s.alpha, "Weight of outputs that should be 1.", kNotNegative);
    v.field("beta", s.beta, "Weight of outputs that should be 0.", kNotNegative);
  }
  v.field("axis", s.axis, "-1: each sample by itself; default: the whole batch.", kLastAxis);
  v.field("reduction", s.reduction, "How the samples' losses become one number.");
}

template <Is<CustomLoss> T, class V>
void describe(T& s, V&& v) {
  v.field("reduction", s.reduction, "How the samples' losses become one number.");
}
template <Is<CustomMetric> T, class V>
void describe(T&, V&&) {}

template <class T>
concept MetricWithoutFields = Is<T, Accuracy> || Is<T, CategoricalAccuracy> || Is<T, SparseCategoricalAccuracy> ||
    Is<T, RootMeanSquaredError> || Is<T, R2Score> || Is<T, PearsonCorrelation> || Is<T, ConcordanceCorrelation> ||
    Is<T, MatthewsCorrelation> || Is<T, BalancedAccuracy>;

template <MetricWithoutFields T, class V>
void describe(T&, V&&) {}

template <class T, class V>
requires Is<T, BinaryAccuracy> || Is<T, Precision> || Is<T, Recall> || Is<T, TruePositives> || Is<T, TrueNegatives> ||
    Is<T, FalsePositives> || Is<T, FalseNegatives>
void describe(T& s, V&& v) { v.field("threshold", s.threshold, "An output above it says yes.", kFinite); }

template <class T, class V>
requires Is<T, TopKCategoricalAccuracy> || Is<T, SparseTopKCategoricalAccuracy>
void describe(T& s, V&& v) { v.field("k", s.k, "So many of the largest outputs count.", kCount); }

template <Is<F1Score> T, class V>
void describe(T& s, V&& v) {
  v.field("average", s.average, "How the classes' scores become one.");
}

template <Is<FBetaScore> T, class V>
void describe(T& s, V&& v) {
  v.field("average", s.average, "How the classes' scores become one.");
  v.field("beta", s.beta, "How much more recall counts than precision.", kPositive);
}

template <Is<AUC> T, class V>
void describe(T& s, V&& v) {
  v.field("num_thresholds", s.num_thresholds, "Points of the curve.", Range{3, 1 << 16});
  v.field("curve", s.curve, "Which curve.");
}

template <class T, class V>
requires Is<T, PrecisionAtRecall> || Is<T, RecallAtPrecision> || Is<T, SensitivityAtSpecificity> ||
    Is<T, SpecificityAtSensitivity>
void describe(T& s, V&& v) {
  constexpr std::string_view kDoc = "The least that is asked for.";
  if constexpr (requires { s.recall; }) v.field("recall", s.recall, kDoc, kUnitInterval);
  if constexpr (requires { s.precision; }) v.field("precision", s.precision, kDoc, kUnitInterval);
  if constexpr (requires { s.specificity; }) v.field("specificity", s.specificity, kDoc, kUnitInterval);
  if constexpr (requires { s.sensitivity; }) v.field("sensitivity", s.sensitivity, kDoc, kUnitInterval);
  v.field("num_thresholds", s.num_thresholds, "Points of the curve.", Range{3, 1 << 16});
}

inline constexpr Range kClassNumber{0, (1 << 24) - 1};
/// An evaluation has a hundred counts of each: not so many that a recipe could ask for all memory.
inline constexpr Range kNumClasses{1, 1 << 14};

template <class T, class V>
requires Is<T, MeanIoU> || Is<T, IoU> || Is<T, OneHotIoU> || Is<T, OneHotMeanIoU>
void describe(T& s, V&& v) {
  v.field("num_classes", s.num_classes, "Number of classes.", kNumClasses);
  if constexpr (requires { s.target_class_ids; })
    v.field("target_class_ids", s.target_class_ids, "The classes whose mean it is.", kClassNumber);
  v.field("ignore_class", s.ignore_class, "Samples of this class count nowhere.", Range{-(1 << 30), 1 << 30});
  if constexpr (requires { s.sparse_y_true; })
    v.field("sparse_y_true", s.sparse_y_true, "Whether targets are numbers of classes, rather than one-hot.");
  v.field("sparse_y_pred", s.sparse_y_pred, "Whether outputs are numbers of classes, rather than one for each class.");
}

template <Is<BinaryIoU> T, class V>
void describe(T& s, V&& v) {
  v.field("target_class_ids", s.target_class_ids, "The classes whose mean it is: [0], [1] or [0, 1].", Range{0, 1});
  v.field("threshold", s.threshold, "An output from it on is of class 1.", kFinite);
}

template <Is<ExpectedCalibrationError> T, class V>
void describe(T& s, V&& v) {
  v.field("bins", s.bins, "Intervals of the largest probability.", Range{1, 1 << 16});
}

}  // namespace telar
