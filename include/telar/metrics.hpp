// Metrics: plain data, Keras's names and defaults (keras.io/api/metrics), and some that Keras does not have.
#pragma once

#include <limits>
#include <optional>
#include <variant>
#include <vector>

#include <telar/custom.hpp>
#include <telar/losses.hpp>

namespace telar {

/// Share of samples whose largest output is the label (the first of equal ones). One output of a loss of two classes
/// means class 1 above 1/2, or above 0 where the loss takes logits or margins (Keras takes 1/2 for those too). Called
/// `accuracy` in logs.
struct Accuracy {};

/// Share of the outputs that are on their target's side: above `threshold` where the target is above 1/2.
struct BinaryAccuracy {
  double threshold = 0.5;
};

/// Share of samples whose largest output is the class of the largest target, or the label.
struct CategoricalAccuracy {};
struct SparseCategoricalAccuracy {};

/// Share of samples with fewer than k outputs above that of their class.
struct TopKCategoricalAccuracy {
  int k = 5;
};
struct SparseTopKCategoricalAccuracy {
  int k = 5;
};

/// Of the outputs above `threshold`, the share whose target is 1; 0 if there is none.
struct Precision {
  double threshold = 0.5;
};
/// Of the outputs whose target is 1, the share above `threshold`; 0 if there is none.
struct Recall {
  double threshold = 0.5;
};

/// How many outputs are above `threshold`, or not, and should be (a target of 1), or not.
struct TruePositives {
  double threshold = 0.5;
};
struct TrueNegatives {
  double threshold = 0.5;
};
struct FalsePositives {
  double threshold = 0.5;
};
struct FalseNegatives {
  double threshold = 0.5;
};

// Of num_thresholds equal steps of a threshold in [0, 1] over all outputs of all samples together, probabilities, those
// at which one share is as large as asked for: the largest other share at them, 0 if there is none.

/// The largest precision at a recall of at least `recall`.
struct PrecisionAtRecall {
  double recall = std::numeric_limits<double>::quiet_NaN();  ///< in [0, 1]; there is no default
  int num_thresholds = 200;
};
/// The largest recall at a precision of at least `precision`.
struct RecallAtPrecision {
  double precision = std::numeric_limits<double>::quiet_NaN();  ///< in [0, 1]; there is no default
  int num_thresholds = 200;
};
/// The largest share of true ones that are found, where `specificity` of the false ones are told.
struct SensitivityAtSpecificity {
  double specificity = std::numeric_limits<double>::quiet_NaN();  ///< in [0, 1]; there is no default
  int num_thresholds = 200;
};
/// The other way round.
struct SpecificityAtSensitivity {
  double sensitivity = std::numeric_limits<double>::quiet_NaN();  ///< in [0, 1]; there is no default
  int num_thresholds = 200;
};

/// How scores of classes become one: over all decisions, the mean of the classes, or weighted by their samples.
/// (Keras's default gives one number a class; a log has one number a name.)
enum class Average { micro, macro, weighted };

/// Harmonic mean of precision and recall of the predicted classes.
struct F1Score {
  Average average = Average::macro;
};
/// (1 + beta^2) precision recall / (beta^2 precision + recall).
struct FBetaScore {
  Average average = Average::macro;
  double beta = 1.0;
};

enum class Curve { roc, pr };
/// Area under the curve of true over false positives, or of precision over recall, from `num_thresholds` points of it;
/// all outputs of all samples together, probabilities.
struct AUC {
  int num_thresholds = 200;
  Curve curve = Curve::roc;
};

struct RootMeanSquaredError {};

/// Correlation of each sample's outputs and targets (Pearson), or how near they are to being equal (Lin 1989): mean
/// over the samples.
struct PearsonCorrelation {};
struct ConcordanceCorrelation {};

/// 1 - sum (y - t)^2 / sum (t - mean t)^2, mean over the outputs.
struct R2Score {};

/// Correlation of predicted and true classes (Gorodkin 2004, "Comparing two K-category assignments").
struct MatthewsCorrelation {};

/// Mean over the classes of the share of their samples that is recognised.
struct BalancedAccuracy {};

/// Mean distance of confidence and accuracy over `bins` equal intervals of the largest probability (Guo et al. 2017,
/// arxiv.org/abs/1706.04599).
struct ExpectedCalibrationError {
  int bins = 15;
};

// Intersection over union of a class: samples that are and are told to be of it, over those that are or are told to be.
// The mean over those of the classes that occur at all; 0 if none does. Two ways to say of which class something is: a
// sample's outputs are numbers of classes (`sparse`: their whole part, each output by itself) or the largest of them
// tells. As in Keras, the weights of samples are whole numbers here: 0.9 counts 0.

/// The mean over all classes. Of a network of one output per class: sparse_y_pred = false.
struct MeanIoU {
  int num_classes = 0;                ///< there is no default
  std::optional<int> ignore_class{};  ///< samples of this class count nowhere
  bool sparse_y_true = true;          ///< targets are numbers of classes, rather than one-hot
  bool sparse_y_pred = true;          ///< and so are outputs
};
/// The mean over `target_class_ids`.
struct IoU {
  int num_classes = 0;                  ///< there is no default
  std::vector<int> target_class_ids{};  ///< each in [0, num_classes); there is no default
  std::optional<int> ignore_class{};
  bool sparse_y_true = true;
  bool sparse_y_pred = true;
};
/// The classes are 0 and 1, and each output by itself is of class 1 from `threshold` on.
struct BinaryIoU {
  std::vector<int> target_class_ids{0, 1};
  double threshold = 0.5;
};
/// IoU and MeanIoU of one-hot targets, or of labels that stand for them.
struct OneHotIoU {
  int num_classes = 0;                  ///< there is no default
  std::vector<int> target_class_ids{};  ///< each in [0, num_classes); there is no default
  std::optional<int> ignore_class{};
  bool sparse_y_pred = false;
};
struct OneHotMeanIoU {
  int num_classes = 0;  ///< there is no default
  std::optional<int> ignore_class{};
  bool sparse_y_pred = false;
};

/// Losses are metrics too: the mean over the samples, whatever their `reduction`, which must be the default here.
/// CosineSimilarity has the other sign as a metric: 1 where outputs and targets point the same way.
using Metric =
    std::variant<Accuracy, BinaryAccuracy, CategoricalAccuracy, SparseCategoricalAccuracy, TopKCategoricalAccuracy,
                 SparseTopKCategoricalAccuracy, Precision, Recall, F1Score, FBetaScore, AUC, RootMeanSquaredError,
                 R2Score, MatthewsCorrelation, BalancedAccuracy, ExpectedCalibrationError, CategoricalCrossentropy,
                 SparseCategoricalCrossentropy, BinaryCrossentropy, MeanSquaredError, MeanAbsoluteError,
                 MeanAbsolutePercentageError, MeanSquaredLogarithmicError, LogCosh, KLDivergence, Poisson,
                 CosineSimilarity, Hinge, SquaredHinge, CategoricalHinge, TruePositives, TrueNegatives, FalsePositives,
                 FalseNegatives, PrecisionAtRecall, RecallAtPrecision, SensitivityAtSpecificity,
                 SpecificityAtSensitivity, PearsonCorrelation, ConcordanceCorrelation, MeanIoU, IoU, BinaryIoU,
                 OneHotIoU, OneHotMeanIoU, CustomMetric>;

}  // namespace telar
