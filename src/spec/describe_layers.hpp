// The one place that lists the fields of layers and initialisers.
#pragma once

#include <telar/layers.hpp>

#include "base/describe.hpp"
#include "spec/describe_weight_rules.hpp"

namespace telar {

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
inline constexpr std::string_view type_name<Custom> = "Custom";

template <>
inline constexpr bool is_for_files<Custom> = false;

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

inline constexpr std::string_view kDrawSeedDoc =
    "Decides the numbers; default: the network's seed and the layer's name do.";
inline constexpr std::string_view kAxesDoc = "What is taken together, axes from 1, or from -1 backwards: -1 or [1, 2].";
inline constexpr std::string_view kFeaturesDoc = "Where a feature is a place: an axis from 1, or from -1 backwards.";
inline constexpr Range kAxes{-8, 8};
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
  v.field("axis", s.axis, kFeaturesDoc, kAxes);
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
  v.field("noise_shape", s.noise_shape,
          "One extent for the batch and for each axis: 1: dropped together, -1: each by itself. Empty: -1 everywhere.",
          Range{-1, 1 << 24});
  v.field("seed", s.seed, kDrawSeedDoc, kSeed);
  v.field("name", s.name, kNameDoc);
}

template <Is<GaussianNoise> T, class V>
void describe(T& s, V&& v) {
  v.field("stddev", s.stddev, "Standard deviation of the noise.", kNotNegative);
  v.field("seed", s.seed, kDrawSeedDoc, kSeed);
  v.field("name", s.name, kNameDoc);
}

template <Is<GaussianDropout> T, class V>
void describe(T& s, V&& v) {
  v.field("rate", s.rate, "rate / (1 - rate) is the variance of the factors.", kBelowOne);
  v.field("seed", s.seed, kDrawSeedDoc, kSeed);
  v.field("name", s.name, kNameDoc);
}

template <Is<AlphaDropout> T, class V>
void describe(T& s, V&& v) {
  v.field("rate", s.rate, "Probability of a loss.", kBelowOne);
  v.field("seed", s.seed, kDrawSeedDoc, kSeed);
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
  v.field("axis", s.axis, kAxesDoc, kAxes);
  v.field("name", s.name, kNameDoc);
}

template <Is<PReLU> T, class V>
void describe(T& s, V&& v) {
  v.field("alpha_initializer", s.alpha_initializer, "First values of alpha, the slopes below 0.");
  v.field("alpha_regularizer", s.alpha_regularizer, "Penalty on alpha; default: none.");
  v.field("alpha_constraint", s.alpha_constraint, "What alpha is held to; default: nothing.");
  v.field("trainable", s.trainable, "Whether training changes alpha.");
  v.field("name", s.name, kNameDoc);
}

template <Is<LayerNormalization> T, class V>
void describe(T& s, V&& v) {
  v.field("axis", s.axis, kAxesDoc, kAxes);
  v.field("epsilon", s.epsilon, "Added to the variance.", kPositive);
  v.field("center", s.center, "Whether beta is added.");
  v.field("scale", s.scale, "Whether gamma multiplies.");
  v.field("beta_initializer", s.beta_initializer, "First values of beta.");
  v.field("gamma_initializer", s.gamma_initializer, "First values of gamma.");
  v.field("beta_regularizer", s.beta_regularizer, "Penalty on beta; default: none.");
  v.field("gamma_regularizer", s.gamma_regularizer, "Penalty on gamma; default: none.");
  v.field("beta_constraint", s.beta_constraint, "What beta is held to; default: nothing.");
  v.field("gamma_constraint", s.gamma_constraint, "What gamma is held to; default: nothing.");
  v.field("trainable", s.trainable, "Whether training changes gamma and beta.");
  v.field("name", s.name, kNameDoc);
}

template <Is<RMSNormalization> T, class V>
void describe(T& s, V&& v) {
  v.field("axis", s.axis, kAxesDoc, kAxes);
  v.field("epsilon", s.epsilon, "Added to the mean square.", kPositive);
  v.field("trainable", s.trainable, "Whether training changes the scale.");
  v.field("name", s.name, kNameDoc);
}

template <Is<UnitNormalization> T, class V>
void describe(T& s, V&& v) {
  v.field("axis", s.axis, kAxesDoc, kAxes);
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
  v.field("axis", s.axis, kFeaturesDoc, kAxes);
  v.field("mean", s.mean, "Of each feature; empty: of the training data.", kFinite);
  v.field("variance", s.variance, "Of each feature; empty: of the training data.", kNotNegative);
  v.field("invert", s.invert, "Whether it goes the other way: x * sqrt(variance) + mean.");
  v.field("name", s.name, kNameDoc);
}

template <Is<RandomFlip> T, class V>
void describe(T& s, V&& v) {
  v.field("mode", s.mode, "Which sides change places, both or neither of both.");
  v.field("seed", s.seed, kDrawSeedDoc, kSeed);
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
  v.field("seed", s.seed, kDrawSeedDoc, kSeed);
  v.field("fill_value", s.fill_value, "What is beyond the edges with fill_mode constant.", kFinite);
  v.field("name", s.name, kNameDoc);
}

template <Is<Custom> T, class V>
void describe(T& s, V&& v) {
  v.field("trainable", s.trainable, "Whether training changes the weights.");
  v.field("name", s.name, kNameDoc);
}

template <Is<Residual> T, class V>
void describe(T& s, V&& v) {
  v.field("layers", s.layers, "What is added to the inputs: these, one after the other. They keep the shape.");
  v.field("name", s.name, kNameDoc);
}

}  // namespace telar
