// What there is to say of every option that a recipe or a file may hold: fields in the headers that this includes,
// names of enumerators here.
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
#include "spec/describe_callbacks.hpp"
#include "spec/describe_layers.hpp"
#include "spec/describe_losses.hpp"
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
    EnumName<Reduction>{Reduction::mean_with_sample_weight, "mean_with_sample_weight"},
    EnumName<Reduction>{Reduction::sum_over_batch_size, "mean"}};  // Keras's other name for it

/// Names that Keras has for more than telar, and why.
struct RefusedName {
  std::string_view name, why, hint;
};
template <class E>
inline constexpr std::array<RefusedName, 0> refused_names{};
template <>
inline constexpr std::array refused_names<Reduction>{RefusedName{
    "none", "it leaves each sample its own loss, but a step follows the gradient of one number (Keras's fit fails too)",
    "\"sum\" has the gradients of all samples added up, \"sum_over_batch_size\" their mean"}};

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

// ---- names that follow from those of classes ------------------------------------------------------------------------

/// Keras's snake_case of a class name: "BatchNormalization" -> "batch_normalization", "GlorotUniform" ->
/// "glorot_uniform". The strings that Keras accepts in place of objects are these.
[[nodiscard]] std::string snake_case(std::string_view class_name);

/// Keras's names for a stack of things of which some have none: the snake_case of the class, then _1, _2, ... in order,
/// passing over names that others have as their own. Each item is (class name, own name or empty).
[[nodiscard]] std::vector<std::string> automatic_names(
    const std::vector<std::pair<std::string, std::string>>& classes_and_names);

/// What the metrics are called in logs, as Keras does: automatic names of their classes; behind them the weighted ones,
/// of which one that has a name that is there already begins with weighted_.
[[nodiscard]] std::vector<std::string> metric_names(const std::vector<Metric>& metrics,
                                                    const std::vector<Metric>& weighted = {});

}  // namespace telar
