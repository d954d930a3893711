// The one place that lists the fields of layers, initialisers, losses, metrics, optimisers and stock callbacks.
#pragma once

#include <array>
#include <span>
#include <utility>
#include <vector>

#include <telar/callbacks.hpp>
#include <telar/layers.hpp>
#include <telar/losses.hpp>
#include <telar/optimizers.hpp>

#include "base/describe.hpp"

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
inline constexpr std::array enum_names<Activation>{
    EnumName<Activation>{Activation::linear, "linear"}, EnumName<Activation>{Activation::relu, "relu"},
    EnumName<Activation>{Activation::sigmoid, "sigmoid"}, EnumName<Activation>{Activation::tanh, "tanh"},
    EnumName<Activation>{Activation::softmax, "softmax"}};
template <>
inline constexpr std::array enum_names<Reduction>{
    EnumName<Reduction>{Reduction::sum_over_batch_size, "sum_over_batch_size"},
    EnumName<Reduction>{Reduction::sum, "sum"},
    EnumName<Reduction>{Reduction::mean_with_sample_weight, "mean_with_sample_weight"}};
template <>
inline constexpr std::array enum_names<Mode>{EnumName<Mode>{Mode::automatic, "auto"}, EnumName<Mode>{Mode::min, "min"},
                                             EnumName<Mode>{Mode::max, "max"}};
template <>
inline constexpr std::array enum_names<ProgressBar::Style>{
    EnumName<ProgressBar::Style>{ProgressBar::Style::automatic, "auto"},
    EnumName<ProgressBar::Style>{ProgressBar::Style::bar, "bar"},
    EnumName<ProgressBar::Style>{ProgressBar::Style::lines, "lines"}};

/// The name of an enumerator as files spell it.
template <class E>
requires std::is_enum_v<E>
constexpr std::string_view name_of(E value) {
  for (const auto& entry : enum_names<E>)
    if (entry.value == value) return entry.name;
  return "?";
}

// ---- class names as Keras spells them -------------------------------------------------------------------------------

template <class T>
inline constexpr std::string_view type_name = "?";
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
inline constexpr std::string_view type_name<CategoricalCrossentropy> = "CategoricalCrossentropy";
template <>
inline constexpr std::string_view type_name<SparseCategoricalCrossentropy> = "SparseCategoricalCrossentropy";
template <>
inline constexpr std::string_view type_name<Accuracy> = "Accuracy";
template <>
inline constexpr std::string_view type_name<SGD> = "SGD";
template <>
inline constexpr std::string_view type_name<Adam> = "Adam";
template <>
inline constexpr std::string_view type_name<EarlyStopping> = "EarlyStopping";
template <>
inline constexpr std::string_view type_name<ReduceLROnPlateau> = "ReduceLROnPlateau";
template <>
inline constexpr std::string_view type_name<ProgressBar> = "ProgressBar";

/// Keras's snake_case of a class name: "BatchNormalization" -> "batch_normalization", "GlorotUniform" ->
/// "glorot_uniform". The strings that Keras accepts in place of objects are these.
[[nodiscard]] std::string snake_case(std::string_view class_name);

/// Keras's names for a stack of things of which some have none: the snake_case of the class, then _1, _2, ... in order,
/// passing over names that others have as their own. Each item is (class name, own name or empty).
[[nodiscard]] std::vector<std::string> automatic_names(
    const std::vector<std::pair<std::string, std::string>>& classes_and_names);

// ---- initialisers ---------------------------------------------------------------------------------------------------

template <class T>
concept InitializerWithoutFields = Is<T, GlorotUniform> || Is<T, GlorotNormal> || Is<T, HeUniform> || Is<T, HeNormal> ||
    Is<T, LecunUniform> || Is<T, LecunNormal> || Is<T, Zeros> || Is<T, Ones>;

template <InitializerWithoutFields T, class V>
void describe(T&, V&&) {}

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
  v.field("trainable", s.trainable, "Whether training changes the weights.");
  v.field("name", s.name, kNameDoc);
}

template <Is<ActivationLayer> T, class V>
void describe(T& s, V&& v) {
  v.field("activation", s.activation, "Applied to each element, softmax to each sample.");
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
  v.field("trainable", s.trainable, "If false: moving averages are used and kept, also while training.");
  v.field("name", s.name, kNameDoc);
}

template <Is<Dropout> T, class V>
void describe(T& s, V&& v) {
  v.field("rate", s.rate, "Probability of a zero.", kUnitInterval);
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
  v.field("reduction", s.reduction, "How the samples' losses become one number.");
}

template <Is<Accuracy> T, class V>
void describe(T&, V&&) {}

// ---- optimisers -----------------------------------------------------------------------------------------------------

template <Is<SGD> T, class V>
void describe(T& s, V&& v) {
  v.field("learning_rate", s.learning_rate, "Step size.", kNotNegative);
  v.field("momentum", s.momentum, "Share of the last step kept.", kUnitInterval);
  v.field("nesterov", s.nesterov, "Nesterov's look-ahead.");
}

template <Is<Adam> T, class V>
void describe(T& s, V&& v) {
  v.field("learning_rate", s.learning_rate, "Step size.", kNotNegative);
  v.field("beta_1", s.beta_1, "Decay of the mean of gradients.", kBelowOne);
  v.field("beta_2", s.beta_2, "Decay of the mean of squared gradients.", kBelowOne);
  v.field("epsilon", s.epsilon, "Added to the root of the mean of squared gradients.", kNotNegative);
  v.field("amsgrad", s.amsgrad, "Divide by the largest mean of squares so far.");
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

}  // namespace telar
