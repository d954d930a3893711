// The one place that lists the fields of layers, initialisers, losses, metrics and stock callbacks; those of optimisers
// are in describe_optimizers.hpp, which this includes.
#pragma once

#include <array>
#include <span>
#include <utility>
#include <vector>

#include <telar/callbacks.hpp>
#include <telar/custom.hpp>
#include <telar/layers.hpp>
#include <telar/losses.hpp>
#include <telar/metrics.hpp>

#include "base/describe.hpp"
#include "spec/describe_optimizers.hpp"
#include "spec/describe_weight_rules.hpp"

namespace telar {

// ---- enumerations: (value, name in files) ---------------------------------------------------------------------------

template <class E>
struct EnumName {
  E value;
  std::string_view name;
};

template <class E>
inline constexpr std::array<EnumName<E>, 0> enum_names{};
template <>
inline constexpr std::array enum_names<Activation>{EnumName<Activation>{Activation::linear, "linear"},
                                                   EnumName<Activation>{Activation::relu, "relu"},
                                                   EnumName<Activation>{Activation::sigmoid, "sigmoid"},
                                                   EnumName<Activation>{Activation::tanh, "tanh"},
                                                   EnumName<Activation>{Activation::softmax, "softmax"},
                                                   EnumName<Activation>{Activation::leaky_relu, "leaky_relu"},
                                                   EnumName<Activation>{Activation::relu6, "relu6"},
                                                   EnumName<Activation>{Activation::elu, "elu"},
                                                   EnumName<Activation>{Activation::selu, "selu"},
                                                   EnumName<Activation>{Activation::celu, "celu"},
                                                   EnumName<Activation>{Activation::softplus, "softplus"},
                                                   EnumName<Activation>{Activation::softsign, "softsign"},
                                                   EnumName<Activation>{Activation::exponential, "exponential"},
                                                   EnumName<Activation>{Activation::hard_sigmoid, "hard_sigmoid"},
                                                   EnumName<Activation>{Activation::hard_tanh, "hard_tanh"},
                                                   EnumName<Activation>{Activation::hard_shrink, "hard_shrink"},
                                                   EnumName<Activation>{Activation::soft_shrink, "soft_shrink"},
                                                   EnumName<Activation>{Activation::log_sigmoid, "log_sigmoid"},
                                                   EnumName<Activation>{Activation::squareplus, "squareplus"},
                                                   EnumName<Activation>{Activation::sparse_plus, "sparse_plus"},
                                                   EnumName<Activation>{Activation::sparse_sigmoid, "sparse_sigmoid"},
                                                   EnumName<Activation>{Activation::silu, "silu"},
                                                   EnumName<Activation>{Activation::gelu, "gelu"},
                                                   EnumName<Activation>{Activation::gelu_tanh, "gelu_tanh"},
                                                   EnumName<Activation>{Activation::hard_silu, "hard_silu"},
                                                   EnumName<Activation>{Activation::mish, "mish"},
                                                   EnumName<Activation>{Activation::tanh_shrink, "tanh_shrink"},
                                                   EnumName<Activation>{Activation::log_softmax, "log_softmax"},
                                                   EnumName<Activation>{Activation::sparsemax, "sparsemax"},
                                                   EnumName<Activation>{Activation::silu, "swish"},
                                                   EnumName<Activation>{Activation::hard_silu, "hard_swish"}};
template <>
inline constexpr std::array enum_names<Reduction>{
    EnumName<Reduction>{Reduction::sum_over_batch_size, "sum_over_batch_size"},
    EnumName<Reduction>{Reduction::sum, "sum"},
    EnumName<Reduction>{Reduction::mean_with_sample_weight, "mean_with_sample_weight"}};
template <>
inline constexpr std::array enum_names<FlipMode>{
    EnumName<FlipMode>{FlipMode::horizontal, "horizontal"}, EnumName<FlipMode>{FlipMode::vertical, "vertical"},
    EnumName<FlipMode>{FlipMode::horizontal_and_vertical, "horizontal_and_vertical"}};
template <>
inline constexpr std::array enum_names<FillMode>{
    EnumName<FillMode>{FillMode::constant, "constant"}, EnumName<FillMode>{FillMode::nearest, "nearest"},
    EnumName<FillMode>{FillMode::reflect, "reflect"}, EnumName<FillMode>{FillMode::wrap, "wrap"}};
template <>
inline constexpr std::array enum_names<Interpolation>{EnumName<Interpolation>{Interpolation::nearest, "nearest"},
                                                      EnumName<Interpolation>{Interpolation::bilinear, "bilinear"}};
template <>
inline constexpr std::array enum_names<OrthogonalMode>{EnumName<OrthogonalMode>{OrthogonalMode::rows, "rows"},
                                                       EnumName<OrthogonalMode>{OrthogonalMode::columns, "columns"}};
template <>
inline constexpr std::array enum_names<Average>{EnumName<Average>{Average::micro, "micro"},
                                                EnumName<Average>{Average::macro, "macro"},
                                                EnumName<Average>{Average::weighted, "weighted"}};
template <>
inline constexpr std::array enum_names<Curve>{EnumName<Curve>{Curve::roc, "ROC"}, EnumName<Curve>{Curve::pr, "PR"}};
template <>
inline constexpr std::array enum_names<Mode>{EnumName<Mode>{Mode::automatic, "auto"}, EnumName<Mode>{Mode::min, "min"},
                                             EnumName<Mode>{Mode::max, "max"}};
template <>
inline constexpr std::array enum_names<ProgressBar::Style>{
    EnumName<ProgressBar::Style>{ProgressBar::Style::automatic, "auto"},
    EnumName<ProgressBar::Style>{ProgressBar::Style::bar, "bar"},
    EnumName<ProgressBar::Style>{ProgressBar::Style::lines, "lines"}};
template <>
inline constexpr std::array enum_names<VarianceScaling::Mode>{
    EnumName<VarianceScaling::Mode>{VarianceScaling::Mode::fan_in, "fan_in"},
    EnumName<VarianceScaling::Mode>{VarianceScaling::Mode::fan_out, "fan_out"},
    EnumName<VarianceScaling::Mode>{VarianceScaling::Mode::fan_avg, "fan_avg"}};
template <>
inline constexpr std::array enum_names<VarianceScaling::Distribution>{
    EnumName<VarianceScaling::Distribution>{VarianceScaling::Distribution::truncated_normal, "truncated_normal"},
    EnumName<VarianceScaling::Distribution>{VarianceScaling::Distribution::untruncated_normal, "untruncated_normal"},
    EnumName<VarianceScaling::Distribution>{VarianceScaling::Distribution::uniform, "uniform"}};

/// The name of an enumerator as files spell it.
template <class E>
requires std::is_enum_v<E>
constexpr std::string_view name_of(E value) {
  for (const auto& entry : enum_names<E>)
    if (entry.value == value) return entry.name;
  return "?";
}

// ---- class names as Keras spells them -------------------------------------------------------------------------------

template <>
inline constexpr std::string_view type_name<GlorotUniform> = "GlorotUniform";
template <>
inline constexpr std::string_view type_name<GlorotNormal> = "GlorotNormal";
template <>
inline constexpr std::string_view type_name<HeUniform> = "HeUniform";
template <>
inline constexpr std::string_view type_name<HeNormal> = "HeNormal";
template <>
inline constexpr std::string_view type_name<LecunUniform> = "LecunUniform";
template <>
inline constexpr std::string_view type_name<LecunNormal> = "LecunNormal";
template <>
inline constexpr std::string_view type_name<Zeros> = "Zeros";
template <>
inline constexpr std::string_view type_name<Ones> = "Ones";
template <>
inline constexpr std::string_view type_name<Constant> = "Constant";
template <>
inline constexpr std::string_view type_name<RandomNormal> = "RandomNormal";
template <>
inline constexpr std::string_view type_name<RandomUniform> = "RandomUniform";
template <>
inline constexpr std::string_view type_name<TruncatedNormal> = "TruncatedNormal";
template <>
inline constexpr std::string_view type_name<VarianceScaling> = "VarianceScaling";
template <>
inline constexpr std::string_view type_name<Orthogonal> = "Orthogonal";
template <>
inline constexpr std::string_view type_name<Identity> = "Identity";
template <>
inline constexpr std::string_view type_name<Rescaling> = "Rescaling";
template <>
inline constexpr std::string_view type_name<Flatten> = "Flatten";
template <>
inline constexpr std::string_view type_name<Dense> = "Dense";
template <>
inline constexpr std::string_view type_name<ActivationLayer> = "Activation";
template <>
inline constexpr std::string_view type_name<BatchNormalization> = "BatchNormalization";
template <>
inline constexpr std::string_view type_name<Dropout> = "Dropout";
template <>
inline constexpr std::string_view type_name<GaussianNoise> = "GaussianNoise";
template <>
inline constexpr std::string_view type_name<GaussianDropout> = "GaussianDropout";
template <>
inline constexpr std::string_view type_name<AlphaDropout> = "AlphaDropout";
template <>
inline constexpr std::string_view type_name<ReLU> = "ReLU";
template <>
inline constexpr std::string_view type_name<LeakyReLU> = "LeakyReLU";
template <>
inline constexpr std::string_view type_name<ELU> = "ELU";
template <>
inline constexpr std::string_view type_name<Softmax> = "Softmax";
template <>
inline constexpr std::string_view type_name<PReLU> = "PReLU";
template <>
inline constexpr std::string_view type_name<LayerNormalization> = "LayerNormalization";
template <>
inline constexpr std::string_view type_name<RMSNormalization> = "RMSNormalization";
template <>
inline constexpr std::string_view type_name<UnitNormalization> = "UnitNormalization";
template <>
inline constexpr std::string_view type_name<Reshape> = "Reshape";
template <>
inline constexpr std::string_view type_name<ActivityRegularization> = "ActivityRegularization";
template <>
inline constexpr std::string_view type_name<Residual> = "Residual";
template <>
inline constexpr std::string_view type_name<Normalization> = "Normalization";
template <>
inline constexpr std::string_view type_name<RandomFlip> = "RandomFlip";
template <>
inline constexpr std::string_view type_name<RandomTranslation> = "RandomTranslation";
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
inline constexpr std::string_view type_name<CustomMetric> = "CustomMetric";
template <>
inline constexpr std::string_view type_name<EarlyStopping> = "EarlyStopping";
template <>
inline constexpr std::string_view type_name<ReduceLROnPlateau> = "ReduceLROnPlateau";
template <>
inline constexpr std::string_view type_name<ProgressBar> = "ProgressBar";
template <>
inline constexpr std::string_view type_name<ModelCheckpoint> = "ModelCheckpoint";
template <>
inline constexpr std::string_view type_name<CSVLogger> = "CSVLogger";
template <>
inline constexpr std::string_view type_name<TerminateOnNaN> = "TerminateOnNaN";
template <>
inline constexpr std::string_view type_name<TimeLimit> = "TimeLimit";
template <>
inline constexpr std::string_view type_name<BackupAndRestore> = "BackupAndRestore";
template <>
inline constexpr std::string_view type_name<SwapEMAWeights> = "SwapEMAWeights";

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

/// Keras's snake_case of a class name: "BatchNormalization" -> "batch_normalization", "GlorotUniform" ->
/// "glorot_uniform". The strings that Keras accepts in place of objects are these.
[[nodiscard]] std::string snake_case(std::string_view class_name);

/// Keras's names for a stack of things of which some have none: the snake_case of the class, then _1, _2, ... in order,
/// passing over names that others have as their own. Each item is (class name, own name or empty).
[[nodiscard]] std::vector<std::string> automatic_names(
    const std::vector<std::pair<std::string, std::string>>& classes_and_names);

/// What the metrics are called in logs, as Keras does: automatic names of their classes.
[[nodiscard]] std::vector<std::string> metric_names(const std::vector<Metric>& metrics);

// ---- initialisers ---------------------------------------------------------------------------------------------------

inline constexpr std::string_view kSeedDoc =
    "Decides the numbers; default: the network's seed and the variable's name do.";
inline constexpr Range kSeed{0, 0x1p63};

template <class T, class V>
requires Is<T, Zeros> || Is<T, Ones>
void describe(T&, V&&) {}

template <Is<Constant> T, class V>
void describe(T& s, V&& v) {
  v.field("value", s.value, "Of every number.", kFinite);
}

template <class T>
concept InitializerByFans = Is<T, GlorotUniform> || Is<T, GlorotNormal> || Is<T, HeUniform> || Is<T, HeNormal> ||
    Is<T, LecunUniform> || Is<T, LecunNormal>;

template <InitializerByFans T, class V>
void describe(T& s, V&& v) {
  v.field("seed", s.seed, kSeedDoc, kSeed);
}

template <class T, class V>
requires Is<T, RandomNormal> || Is<T, TruncatedNormal>
void describe(T& s, V&& v) {
  v.field("mean", s.mean, "Mean.", kFinite);
  v.field("stddev", s.stddev, "Standard deviation.", kNotNegative);
  v.field("seed", s.seed, kSeedDoc, kSeed);
}

template <Is<RandomUniform> T, class V>
void describe(T& s, V&& v) {
  v.field("minval", s.minval, "Lower end.", kFinite);
  v.field("maxval", s.maxval, "Upper end.", kFinite);
  v.field("seed", s.seed, kSeedDoc, kSeed);
}

template <Is<VarianceScaling> T, class V>
void describe(T& s, V&& v) {
  v.field("scale", s.scale, "Variance times the fan.", kPositive);
  v.field("mode", s.mode, "Which fan divides the variance.");
  v.field("distribution", s.distribution, "Of the numbers.");
  v.field("seed", s.seed, kSeedDoc, kSeed);
}

template <Is<Orthogonal> T, class V>
void describe(T& s, V&& v) {
  v.field("gain", s.gain, "Factor.", kFinite);
  v.field("seed", s.seed, kSeedDoc, kSeed);
}

template <Is<Identity> T, class V>
void describe(T& s, V&& v) {
  v.field("gain", s.gain, "Of the diagonal.", kFinite);
}

// ---- layers ---------------------------------------------------------------------------------------------------------

inline constexpr std::string_view kNameDoc = "Name of the layer; empty: the automatic one, such as dense_1.";

template <Is<Rescaling> T, class V>
void describe(T& s, V&& v) {
  v.field("scale", s.scale, "Factor.", kFinite);
  v.field("offset", s.offset, "Added after the factor.", kFinite);
  v.field("name", s.name, kNameDoc);
}

template <Is<Flatten> T, class V>
void describe(T& s, V&& v) {
  v.field("name", s.name, kNameDoc);
}

template <Is<Dense> T, class V>
void describe(T& s, V&& v) {
  v.field("units", s.units, "Number of outputs.", kCount);
  v.field("activation", s.activation, "Applied to x . kernel + bias.");
  v.field("use_bias", s.use_bias, "Whether a bias is added.");
  v.field("kernel_initializer", s.kernel_initializer, "First values of the kernel (in, units).");
  v.field("bias_initializer", s.bias_initializer, "First values of the bias (units).");
  v.field("kernel_regularizer", s.kernel_regularizer, "Penalty on the kernel; default: none.");
  v.field("bias_regularizer", s.bias_regularizer, "Penalty on the bias; default: none.");
  v.field("activity_regularizer", s.activity_regularizer, "Penalty on the outputs, a sample's mean; default: none.");
  v.field("kernel_constraint", s.kernel_constraint, "What the kernel is held to; default: nothing.");
  v.field("bias_constraint", s.bias_constraint, "What the bias is held to; default: nothing.");
  v.field("trainable", s.trainable, "Whether training changes the weights.");
  v.field("name", s.name, kNameDoc);
}

template <Is<ActivationLayer> T, class V>
void describe(T& s, V&& v) {
  v.field("activation", s.activation, "Applied to each element, softmax and its kin to each sample.");
  v.field("name", s.name, kNameDoc);
}

template <Is<BatchNormalization> T, class V>
void describe(T& s, V&& v) {
  v.field("momentum", s.momentum, "Share of the old moving average kept at each step.", kUnitInterval);
  v.field("epsilon", s.epsilon, "Added to the variance.", kPositive);
  v.field("center", s.center, "Whether beta is added.");
  v.field("scale", s.scale, "Whether gamma multiplies.");
  v.field("beta_initializer", s.beta_initializer, "First values of beta.");
  v.field("gamma_initializer", s.gamma_initializer, "First values of gamma.");
  v.field("moving_mean_initializer", s.moving_mean_initializer, "First values of the moving mean.");
  v.field("moving_variance_initializer", s.moving_variance_initializer, "First values of the moving variance.");
  v.field("beta_regularizer", s.beta_regularizer, "Penalty on beta; default: none.");
  v.field("gamma_regularizer", s.gamma_regularizer, "Penalty on gamma; default: none.");
  v.field("beta_constraint", s.beta_constraint, "What beta is held to; default: nothing.");
  v.field("gamma_constraint", s.gamma_constraint, "What gamma is held to; default: nothing.");
  v.field("trainable", s.trainable, "If false: moving averages are used and kept, also while training.");
  v.field("name", s.name, kNameDoc);
}

template <Is<Dropout> T, class V>
void describe(T& s, V&& v) {
  v.field("rate", s.rate, "Probability of a zero.", kUnitInterval);
  v.field("name", s.name, kNameDoc);
}

template <Is<GaussianNoise> T, class V>
void describe(T& s, V&& v) {
  v.field("stddev", s.stddev, "Standard deviation of the noise.", kNotNegative);
  v.field("name", s.name, kNameDoc);
}

template <Is<GaussianDropout> T, class V>
void describe(T& s, V&& v) {
  v.field("rate", s.rate, "rate / (1 - rate) is the variance of the factors.", kBelowOne);
  v.field("name", s.name, kNameDoc);
}

template <Is<AlphaDropout> T, class V>
void describe(T& s, V&& v) {
  v.field("rate", s.rate, "Probability of a loss.", kBelowOne);
  v.field("name", s.name, kNameDoc);
}

template <Is<ReLU> T, class V>
void describe(T& s, V&& v) {
  v.field("max_value", s.max_value, "Largest output; default: none.", kNotNegative);
  v.field("negative_slope", s.negative_slope, "Slope up to the threshold.", kNotNegative);
  v.field("threshold", s.threshold, "Above it, x itself.", kNotNegative);
  v.field("name", s.name, kNameDoc);
}

template <Is<LeakyReLU> T, class V>
void describe(T& s, V&& v) {
  v.field("negative_slope", s.negative_slope, "Slope below 0.", kNotNegative);
  v.field("name", s.name, kNameDoc);
}

template <Is<ELU> T, class V>
void describe(T& s, V&& v) {
  v.field("alpha", s.alpha, "Of alpha * (exp(x) - 1) below 0.", kFinite);
  v.field("name", s.name, kNameDoc);
}

template <Is<Softmax> T, class V>
void describe(T& s, V&& v) {
  v.field("name", s.name, kNameDoc);
}

template <Is<PReLU> T, class V>
void describe(T& s, V&& v) {
  v.field("alpha_initializer", s.alpha_initializer, "First values of alpha, the slopes below 0.");
  v.field("trainable", s.trainable, "Whether training changes alpha.");
  v.field("name", s.name, kNameDoc);
}

inline constexpr Range kLastAxis{-1, -1};
inline constexpr std::string_view kAxisDoc = "What is normalised: the last axis.";

template <Is<LayerNormalization> T, class V>
void describe(T& s, V&& v) {
  v.field("axis", s.axis, kAxisDoc, kLastAxis);
  v.field("epsilon", s.epsilon, "Added to the variance.", kPositive);
  v.field("center", s.center, "Whether beta is added.");
  v.field("scale", s.scale, "Whether gamma multiplies.");
  v.field("beta_initializer", s.beta_initializer, "First values of beta.");
  v.field("gamma_initializer", s.gamma_initializer, "First values of gamma.");
  v.field("trainable", s.trainable, "Whether training changes gamma and beta.");
  v.field("name", s.name, kNameDoc);
}

template <Is<RMSNormalization> T, class V>
void describe(T& s, V&& v) {
  v.field("axis", s.axis, kAxisDoc, kLastAxis);
  v.field("epsilon", s.epsilon, "Added to the mean square.", kPositive);
  v.field("trainable", s.trainable, "Whether training changes the scale.");
  v.field("name", s.name, kNameDoc);
}

template <Is<UnitNormalization> T, class V>
void describe(T& s, V&& v) {
  v.field("axis", s.axis, kAxisDoc, kLastAxis);
  v.field("name", s.name, kNameDoc);
}

template <Is<Reshape> T, class V>
void describe(T& s, V&& v) {
  v.field("target_shape", s.target_shape, "Shape of the outputs; -1: what is left.", Range{-1, 1 << 24});
  v.field("name", s.name, kNameDoc);
}

template <Is<ActivityRegularization> T, class V>
void describe(T& s, V&& v) {
  v.field("l1", s.l1, "Adds l1 * sum(|x|) / rows to the loss.", kNotNegative);
  v.field("l2", s.l2, "Adds l2 * sum(x^2) / rows to the loss.", kNotNegative);
  v.field("name", s.name, kNameDoc);
}

template <Is<Normalization> T, class V>
void describe(T& s, V&& v) {
  v.field("axis", s.axis, kAxisDoc, kLastAxis);
  v.field("mean", s.mean, "Of each feature; empty: of the training data.", kFinite);
  v.field("variance", s.variance, "Of each feature; empty: of the training data.", kNotNegative);
  v.field("invert", s.invert, "Whether it goes the other way: x * sqrt(variance) + mean.");
  v.field("name", s.name, kNameDoc);
}

template <Is<RandomFlip> T, class V>
void describe(T& s, V&& v) {
  v.field("mode", s.mode, "Which sides change places, both or neither of both.");
  v.field("name", s.name, kNameDoc);
}

inline constexpr Range kShift{-1, 1};

template <Is<RandomTranslation> T, class V>
void describe(T& s, V&& v) {
  v.field("height_factor", s.height_factor, "How far down, as a share of the height: [low, high], or f for [-f, f].",
          kShift);
  v.field("width_factor", s.width_factor, "How far to the right, as a share of the width, likewise.", kShift);
  v.field("fill_mode", s.fill_mode, "What is beyond the edges.");
  v.field("interpolation", s.interpolation, "Between pixels.");
  v.field("fill_value", s.fill_value, "What is beyond the edges with fill_mode constant.", kFinite);
  v.field("name", s.name, kNameDoc);
}

template <Is<Residual> T, class V>
void describe(T& s, V&& v) {
  v.field("layers", s.layers, "What is added to the inputs: these, one after the other. They keep the shape.");
  v.field("name", s.name, kNameDoc);
}

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

template <Is<ExpectedCalibrationError> T, class V>
void describe(T& s, V&& v) {
  v.field("bins", s.bins, "Intervals of the largest probability.", Range{1, 1 << 16});
}

// ---- callbacks ------------------------------------------------------------------------------------------------------

template <Is<EarlyStopping> T, class V>
void describe(T& s, V&& v) {
  v.field("monitor", s.monitor, "Logged quantity to watch.");
  v.field("min_delta", s.min_delta, "A smaller change is no improvement.", kFinite);
  v.field("patience", s.patience, "Epochs without improvement before stopping.", kWhole);
  v.field("verbose", s.verbose, "1: say so when it acts.", Range{0, 2});
  v.field("mode", s.mode, "Which way is better.");
  v.field("baseline", s.baseline, "A value to beat before the patience starts anew.", kFinite);
  v.field("restore_best_weights", s.restore_best_weights, "Take back the weights of the best epoch at the end.");
  v.field("start_from_epoch", s.start_from_epoch, "Epochs to wait before watching.", kWhole);
}

template <Is<ReduceLROnPlateau> T, class V>
void describe(T& s, V&& v) {
  v.field("monitor", s.monitor, "Logged quantity to watch.");
  v.field("factor", s.factor, "The rate is multiplied by it.", kBelowOne);
  v.field("patience", s.patience, "Epochs without improvement before a cut.", kWhole);
  v.field("verbose", s.verbose, "1: say so when it acts.", Range{0, 2});
  v.field("mode", s.mode, "Which way is better.");
  v.field("min_delta", s.min_delta, "A smaller change is no improvement.", kNotNegative);
  v.field("cooldown", s.cooldown, "Epochs to wait after a cut (1 acts like 0, as in Keras).", kWhole);
  v.field("min_lr", s.min_lr, "The rate is never cut below it.", kNotNegative);
}

template <Is<ProgressBar> T, class V>
void describe(T& s, V&& v) {
  v.field("style", s.style, "A redrawn bar, or one line per epoch; auto: a bar on a terminal.");
  v.field("color", s.color, "Default: colour on a terminal unless NO_COLOR is set.");
}

template <Is<ModelCheckpoint> T, class V>
void describe(T& s, V&& v) {
  v.field("filepath", s.filepath,
          "File to save to, such as {epoch:02d}-{val_loss:.2f}.npz; relative to the run folder.");
  v.field("monitor", s.monitor, "Logged quantity to watch.");
  v.field("verbose", s.verbose, "1: say so when it acts.", Range{0, 2});
  v.field("save_best_only", s.save_best_only, "Save only when the watched quantity is better than ever.");
  v.field("mode", s.mode, "Which way is better.");
  v.field("save_freq", s.save_freq, "Batches between two saves; 0: at the end of every epoch.", kWhole);
  v.field("initial_value_threshold", s.initial_value_threshold, "A value to beat from the start.", kFinite);
}

template <Is<CSVLogger> T, class V>
void describe(T& s, V&& v) {
  v.field("filename", s.filename, "File to write to, relative to the run folder.");
  v.field("separator", s.separator, "Between two columns.");
  v.field("append", s.append, "Go on in the file that is there, rather than replace it.");
}

template <Is<TerminateOnNaN> T, class V>
void describe(T&, V&&) {}

template <Is<TimeLimit> T, class V>
void describe(T& s, V&& v) {
  v.field("seconds", s.seconds, "The first batch after so many seconds is the last.", kPositive);
}

template <Is<BackupAndRestore> T, class V>
void describe(T& s, V&& v) {
  v.field("backup_dir", s.backup_dir, "Folder of the checkpoints that a later run goes on from.");
  v.field("save_freq", s.save_freq, "Batches between two saves; 0: at the end of every epoch.", kWhole);
  v.field("save_seconds", s.save_seconds, "Seconds between two saves; 0: not by time.", kNotNegative);
  v.field("delete_checkpoint", s.delete_checkpoint, "Delete the checkpoints when the training has ended.");
}

template <Is<SwapEMAWeights> T, class V>
void describe(T& s, V&& v) {
  v.field("swap_on_epoch", s.swap_on_epoch, "Also for the callbacks behind it at the end of an epoch.");
}

}  // namespace telar
