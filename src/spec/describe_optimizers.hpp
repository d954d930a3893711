// The one place that lists the fields of optimisers and learning-rate schedules.
#pragma once

#include <telar/learning_rate.hpp>
#include <telar/optimizers.hpp>

#include "base/describe.hpp"

namespace telar {

// ---- class names as Keras spells them -------------------------------------------------------------------------------

template <>
inline constexpr std::string_view type_name<SGD> = "SGD";
template <>
inline constexpr std::string_view type_name<Adam> = "Adam";
template <>
inline constexpr std::string_view type_name<AdamW> = "AdamW";
template <>
inline constexpr std::string_view type_name<RMSprop> = "RMSprop";
template <>
inline constexpr std::string_view type_name<Nadam> = "Nadam";
template <>
inline constexpr std::string_view type_name<Adamax> = "Adamax";
template <>
inline constexpr std::string_view type_name<Adagrad> = "Adagrad";
template <>
inline constexpr std::string_view type_name<Adadelta> = "Adadelta";
template <>
inline constexpr std::string_view type_name<Lion> = "Lion";
template <>
inline constexpr std::string_view type_name<Ftrl> = "Ftrl";
template <>
inline constexpr std::string_view type_name<Lamb> = "Lamb";
template <>
inline constexpr std::string_view type_name<Adafactor> = "Adafactor";
template <>
inline constexpr std::string_view type_name<Muon> = "Muon";
template <>
inline constexpr std::string_view type_name<ExponentialDecay> = "ExponentialDecay";
template <>
inline constexpr std::string_view type_name<PiecewiseConstantDecay> = "PiecewiseConstantDecay";
template <>
inline constexpr std::string_view type_name<PolynomialDecay> = "PolynomialDecay";
template <>
inline constexpr std::string_view type_name<InverseTimeDecay> = "InverseTimeDecay";
template <>
inline constexpr std::string_view type_name<CosineDecay> = "CosineDecay";
template <>
inline constexpr std::string_view type_name<CosineDecayRestarts> = "CosineDecayRestarts";
template <>
inline constexpr std::string_view type_name<LinearWarmup> = "LinearWarmup";
template <>
inline constexpr std::string_view type_name<OneCycle> = "OneCycle";

// ---- learning-rate schedules ----------------------------------------------------------------------------------------

inline constexpr Range kSteps{1, 1 << 30};
inline constexpr std::string_view kFirstRateDoc = "The rate at step 0.";

template <class T, class V>
requires Is<T, ExponentialDecay> || Is<T, InverseTimeDecay>
void describe(T& s, V&& v) {
  v.field("initial_learning_rate", s.initial_learning_rate, kFirstRateDoc, kNotNegative);
  v.field("decay_steps", s.decay_steps, "Steps for a decay by decay_rate.", kSteps);
  v.field("decay_rate", s.decay_rate, "How much it decays.", kNotNegative);
  v.field("staircase", s.staircase, "All at once after decay_steps.");
}

template <Is<PiecewiseConstantDecay> T, class V>
void describe(T& s, V&& v) {
  v.field("boundaries", s.boundaries, "Last steps of all values but the last.", Range{0, 1 << 30});
  v.field("values", s.values, "Rates, one more than boundaries.", kNotNegative);
}

template <Is<PolynomialDecay> T, class V>
void describe(T& s, V&& v) {
  v.field("initial_learning_rate", s.initial_learning_rate, kFirstRateDoc, kNotNegative);
  v.field("decay_steps", s.decay_steps, "Steps to the end.", kSteps);
  v.field("end_learning_rate", s.end_learning_rate, "The rate at the end.", kNotNegative);
  v.field("power", s.power, "1: in a line.", kNotNegative);
  v.field("cycle", s.cycle, "Starts again, with longer and longer decays.");
}

template <Is<CosineDecay> T, class V>
void describe(T& s, V&& v) {
  v.field("initial_learning_rate", s.initial_learning_rate, kFirstRateDoc, kNotNegative);
  v.field("decay_steps", s.decay_steps, "Steps from the highest rate to the end.", kSteps);
  v.field("alpha", s.alpha, "Share of the highest rate that remains.", kUnitInterval);
  v.field("warmup_target", s.warmup_target, "The highest rate, reached in a line.", kNotNegative);
  v.field("warmup_steps", s.warmup_steps, "Steps to warmup_target.", Range{0, 1 << 30});
}

template <Is<CosineDecayRestarts> T, class V>
void describe(T& s, V&& v) {
  v.field("initial_learning_rate", s.initial_learning_rate, kFirstRateDoc, kNotNegative);
  v.field("first_decay_steps", s.first_decay_steps, "Steps to the first restart.", kSteps);
  v.field("t_mul", s.t_mul, "Steps to the next restart, over those to the last.", Range{1, kMaxFinite});
  v.field("m_mul", s.m_mul, "The rate after a restart, over that after the last.", kNotNegative);
  v.field("alpha", s.alpha, "Share of the first rate that remains.", kUnitInterval);
}

template <Is<LinearWarmup> T, class V>
void describe(T& s, V&& v) {
  v.field("learning_rate", s.learning_rate, "The rate after the warm-up.", kNotNegative);
  v.field("warmup_steps", s.warmup_steps, "Steps to it, in a line.", kSteps);
  v.field("initial_learning_rate", s.initial_learning_rate, kFirstRateDoc, kNotNegative);
}

template <Is<OneCycle> T, class V>
void describe(T& s, V&& v) {
  v.field("max_learning_rate", s.max_learning_rate, "The highest rate.", kNotNegative);
  v.field("total_steps", s.total_steps, "Steps of the cycle.", kSteps);
  v.field("warmup_fraction", s.warmup_fraction, "Share of the steps before the highest rate.", kUnitInterval);
  v.field("initial_divisor", s.initial_divisor, "The highest rate over the first.", Range{1, kMaxFinite});
  v.field("final_divisor", s.final_divisor, "The highest rate over the last.", Range{1, kMaxFinite});
}

// ---- optimisers -----------------------------------------------------------------------------------------------------

inline constexpr std::string_view kRateDoc =
    "Step size: a number, or a schedule such as { type = \"CosineDecay\", ... }.";

/// What every optimiser has.
template <class T, class V>
void describe_common(T& s, V&& v) {
  v.field("weight_decay", s.weight_decay, "Share of a weight lost in a step of size 1.", kNotNegative);
  v.field("clipnorm", s.clipnorm, "Largest norm of a variable's gradient.", kPositive);
  v.field("clipvalue", s.clipvalue, "Largest size of an element of a gradient.", kPositive);
  v.field("global_clipnorm", s.global_clipnorm, "Largest norm of all gradients together.", kPositive);
  v.field("use_ema", s.use_ema, "Whether a training ends with moving averages of its weights.");
  v.field("ema_momentum", s.ema_momentum, "Share of the old average kept at each step.", kUnitInterval);
  v.field("ema_overwrite_frequency", s.ema_overwrite_frequency, "Steps after which weights become their averages.",
          Range{1, 1 << 30});
  v.field("gradient_accumulation_steps", s.gradient_accumulation_steps, "Steps whose gradients make one move.",
          Range{2, 1 << 30});
  v.field("exclude_from_weight_decay", s.exclude_from_weight_decay,
          "Variables that keep their size: such as \"bias\", \"dense_1\" or \"dense_1/kernel\".");
}

template <Is<SGD> T, class V>
void describe(T& s, V&& v) {
  v.field("learning_rate", s.learning_rate, kRateDoc, kNotNegative);
  v.field("momentum", s.momentum, "Share of the last step kept.", kUnitInterval);
  v.field("nesterov", s.nesterov, "Nesterov's look-ahead.");
  describe_common(s, v);
}

template <class T, class V>
requires Is<T, Adam> || Is<T, AdamW>
void describe(T& s, V&& v) {
  v.field("learning_rate", s.learning_rate, kRateDoc, kNotNegative);
  v.field("beta_1", s.beta_1, "Decay of the mean of gradients.", kBelowOne);
  v.field("beta_2", s.beta_2, "Decay of the mean of squared gradients.", kBelowOne);
  v.field("epsilon", s.epsilon, "Added to the root of the mean of squared gradients.", kNotNegative);
  v.field("amsgrad", s.amsgrad, "Divide by the largest mean of squares so far.");
  describe_common(s, v);
}

template <Is<RMSprop> T, class V>
void describe(T& s, V&& v) {
  v.field("learning_rate", s.learning_rate, kRateDoc, kNotNegative);
  v.field("rho", s.rho, "Decay of the mean of squared gradients.", kBelowOne);
  v.field("momentum", s.momentum, "Share of the last step kept.", kUnitInterval);
  v.field("epsilon", s.epsilon, "Added to the mean of squared gradients.", kPositive);
  v.field("centered", s.centered, "Subtract the squared mean of gradients from the mean of squares.");
  describe_common(s, v);
}

template <class T, class V>
requires Is<T, Nadam> || Is<T, Adamax> || Is<T, Lamb>
void describe(T& s, V&& v) {
  v.field("learning_rate", s.learning_rate, kRateDoc, kNotNegative);
  v.field("beta_1", s.beta_1, "Decay of the mean of gradients.", kBelowOne);
  v.field("beta_2", s.beta_2, "Decay of the mean of squared gradients, or of the largest one.", kBelowOne);
  v.field("epsilon", s.epsilon, "Added to the divisor.", kPositive);
  describe_common(s, v);
}

template <Is<Adagrad> T, class V>
void describe(T& s, V&& v) {
  v.field("learning_rate", s.learning_rate, kRateDoc, kNotNegative);
  v.field("initial_accumulator_value", s.initial_accumulator_value, "What the sums of squares start from.",
          kNotNegative);
  v.field("epsilon", s.epsilon, "Added to the sum of squared gradients.", kPositive);
  describe_common(s, v);
}

template <Is<Adadelta> T, class V>
void describe(T& s, V&& v) {
  v.field("learning_rate", s.learning_rate, kRateDoc, kNotNegative);
  v.field("rho", s.rho, "Decay of the means of squared gradients and of squared steps.", kBelowOne);
  v.field("epsilon", s.epsilon, "Added to both means of squares.", kPositive);
  describe_common(s, v);
}

template <Is<Lion> T, class V>
void describe(T& s, V&& v) {
  v.field("learning_rate", s.learning_rate, kRateDoc, kNotNegative);
  v.field("beta_1", s.beta_1, "Share of the mean of gradients in the direction of a step.", kBelowOne);
  v.field("beta_2", s.beta_2, "Decay of the mean of gradients.", kBelowOne);
  describe_common(s, v);
}

template <Is<Ftrl> T, class V>
void describe(T& s, V&& v) {
  v.field("learning_rate", s.learning_rate, kRateDoc, kPositive);
  v.field("learning_rate_power", s.learning_rate_power, "The rate falls with this power of the sum of squares.",
          Range{-kMaxFinite, 0});
  v.field("initial_accumulator_value", s.initial_accumulator_value, "What the sums of squares start from.",
          kNotNegative);
  v.field("l1_regularization_strength", s.l1_regularization_strength, "Sets small weights to zero.", kNotNegative);
  v.field("l2_regularization_strength", s.l2_regularization_strength, "Keeps weights small.", kNotNegative);
  v.field("l2_shrinkage_regularization_strength", s.l2_shrinkage_regularization_strength,
          "Shrinks weights by way of the gradient.", kNotNegative);
  v.field("beta", s.beta, "Added, over the step size, to the strength that keeps weights small.", kNotNegative);
  describe_common(s, v);
}

template <Is<Adafactor> T, class V>
void describe(T& s, V&& v) {
  v.field("learning_rate", s.learning_rate, kRateDoc, kNotNegative);
  v.field("beta_2_decay", s.beta_2_decay, "New squares have the share of step^beta_2_decay.", Range{-kMaxFinite, 0});
  v.field("epsilon_1", s.epsilon_1, "Added to every squared gradient.", kPositive);
  v.field("epsilon_2", s.epsilon_2, "Steps are as if weights had at least this root mean square.", kNotNegative);
  v.field("clip_threshold", s.clip_threshold, "Largest root mean square of a step before it is scaled.", kPositive);
  v.field("relative_step", s.relative_step, "Without effect, as in Keras: the rate is at most 1 / sqrt(step).");
  describe_common(s, v);
}

template <Is<Muon> T, class V>
void describe(T& s, V&& v) {
  v.field("learning_rate", s.learning_rate, kRateDoc, kNotNegative);
  v.field("adam_beta_1", s.adam_beta_1, "Where Adam steps: decay of the mean of gradients.", kBelowOne);
  v.field("adam_beta_2", s.adam_beta_2, "Where Adam steps: decay of the mean of squared gradients.", kBelowOne);
  v.field("adam_weight_decay", s.adam_weight_decay, "Where Adam steps: its weight_decay.", kNotNegative);
  v.field("epsilon", s.epsilon, "Where Adam steps: added to the root of the mean of squared gradients.", kPositive);
  v.field("exclude_layers", s.exclude_layers, "Where Adam steps, besides all that is no kernel: such as \"dense_1\".");
  v.field("muon_a", s.muon_a, "Of X = a X + (b A + c A A) X, A = X X^T.", kFinite);
  v.field("muon_b", s.muon_b, "Likewise.", kFinite);
  v.field("muon_c", s.muon_c, "Likewise.", kFinite);
  v.field("adam_lr_ratio", s.adam_lr_ratio, "Where Adam steps: its rate over learning_rate.", kNotNegative);
  v.field("momentum", s.momentum, "Share of the old sum of gradients kept.", kUnitInterval);
  v.field("ns_steps", s.ns_steps, "Rounds of that iteration.", Range{1, 100});
  v.field("nesterov", s.nesterov, "Nesterov's look-ahead.");
  v.field("rms_rate", s.rms_rate, "A step is scaled by it and by sqrt(max(rows, columns)); 0: not at all.",
          kNotNegative);
  describe_common(s, v);
}

}  // namespace telar
