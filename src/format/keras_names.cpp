#include "format/keras_names.hpp"

#include <algorithm>
#include <array>

#include "model/axes.hpp"

namespace telar {

namespace {

struct Renamed {
  std::string_view type, telar, keras;
};
constexpr std::array kRenamed{Renamed{"Precision", "threshold", "thresholds"},
                              Renamed{"Recall", "threshold", "thresholds"}};

constexpr std::array<std::string_view, 7> kOnlyTelar{
    "LinearWarmup", "OneCycle", "MatthewsCorrelation", "BalancedAccuracy", "ExpectedCalibrationError",
    "gelu_tanh",    "Residual"};

/// What these say is read elsewhere, or changes nothing here.
constexpr std::array<std::string_view, 9> kIgnored{"name",         "trainable",          "seed",
                                                   "synchronized", "input_axes",         "renorm_momentum",
                                                   "output_axes",  "exclude_embeddings", "jit_compile"};

}  // namespace

std::string_view keras_key(std::string_view type, std::string_view name) noexcept {
  for (const Renamed& renamed : kRenamed)
    if (renamed.type == type && renamed.telar == name) return renamed.keras;
  return name;
}

bool is_harmless(std::string_view type, std::string_view key, const KerasJson& value) {
  if (value.is_null() || value == false || std::ranges::find(kIgnored, key) != kIgnored.end()) return true;
  if (key == "axis") return value == -1 || value == 1 || value == KerasJson{-1} || value == KerasJson{1};
  if (key == "data_format") return value == "channels_last" || value == "channels_first";  // checked by whoever cares
  if (key == "dtype" && type.ends_with("IoU")) return value == "int32" || value == "int" || value == "float32";
  if (key == "dtype")  // of losses and metrics, a name or a policy; those of layers are looked at by their reader
    return value == "float32" ||
           (value.is_object() && value.value("config", KerasJson()) == KerasJson{{"name", "float32"}});
  if (key == "summation_method") return value == "interpolation";
  if (key == "activity_regularizer") return type == "ActivityRegularization";  // the layer itself
  return false;
}

bool only_telar_has(std::string_view type) noexcept { return std::ranges::find(kOnlyTelar, type) != kOnlyTelar.end(); }

std::vector<std::pair<std::string_view, KerasJson>> further_keys(std::string_view type) {
  if (type == "Flatten") return {{"data_format", "channels_last"}};
  return {};
}

std::vector<KerasVariable> keras_variables(const Layer& layer, const std::vector<int>& input) {
  std::vector<KerasVariable> variables;
  const auto add_if = [&](bool there, std::string_view name, std::vector<int> shape) {
    if (there) variables.push_back({name, std::move(shape)});
  };
  if (const auto* dense = std::get_if<Dense>(&layer)) {
    add_if(true, "kernel", {input[0], dense->units});
    add_if(dense->use_bias, "bias", {dense->units});
  } else if (const auto* norm = std::get_if<BatchNormalization>(&layer)) {
    const std::vector<int> shape = extents_along(norm->axis, input);
    add_if(norm->scale, "gamma", shape);
    add_if(norm->center, "beta", shape);
    add_if(true, "moving_mean", shape);
    add_if(true, "moving_variance", shape);
  } else if (std::holds_alternative<PReLU>(layer)) {
    add_if(true, "alpha", input);
  } else if (const auto* layer_norm = std::get_if<LayerNormalization>(&layer)) {
    add_if(layer_norm->scale, "gamma", extents_along(layer_norm->axis, input));
    add_if(layer_norm->center, "beta", extents_along(layer_norm->axis, input));
  } else if (const auto* rms_norm = std::get_if<RMSNormalization>(&layer)) {
    add_if(true, "scale", extents_along(rms_norm->axis, input));
  } else if (const auto* given = std::get_if<Normalization>(&layer)) {
    add_if(true, "mean", extents_along(given->axis, input));
    add_if(true, "variance", extents_along(given->axis, input));
  }
  return variables;
}

}  // namespace telar
