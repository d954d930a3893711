#include "study/why/layer_health.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>
#include <string_view>

#include "spec/validate.hpp"

namespace telar {

namespace {

constexpr std::size_t kLayerOutputs = std::size_t{1} << 25;  // numbers of one layer's outputs that are looked at

/// Whether a layer's outputs are worth a line: not if they are its inputs, in inference mode.
bool computes(const Layer& layer) {
  constexpr std::string_view silent[] = {"Rescaling",     "Flatten",           "Reshape",      "Dropout",
                                         "GaussianNoise", "GaussianDropout",   "AlphaDropout", "ActivityRegularization",
                                         "RandomFlip",    "RandomTranslation", "Normalization"};
  return std::ranges::find(silent, class_name(layer)) == std::end(silent);
}

std::string name_of_layer(const Layer& layer) {
  return std::visit([](const auto& l) { return l.name; }, layer);
}

void look_at_outputs(const std::vector<float>& outputs, LayerHealth& health) {
  const auto width = static_cast<std::size_t>(health.units);
  std::vector<bool> alive(width);
  std::size_t zeros = 0;
  double sum = 0, squares = 0;
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    const double x = outputs[i];
    sum += x;
    squares += x * x;
    if (x == 0)
      ++zeros;
    else
      alive[i % width] = true;
  }
  const auto n = static_cast<double>(outputs.size());
  health.mean = sum / n;
  health.sd = std::sqrt(std::max(0.0, squares / n - health.mean * health.mean));
  health.zeros = static_cast<double>(zeros) / n;
  health.dead = static_cast<int>(std::ranges::count(alive, false));
}

}  // namespace

std::vector<LayerHealth> layer_health(const Sequential& model, const Dataset& data, int threads) {
  std::vector<LayerHealth> layers;
  const std::vector<Layer>& all = model.layers();
  const std::span<const float> weights = model.get_weights();
  for (std::size_t k = 0; k < all.size(); ++k) {
    if (!computes(all[k])) continue;
    // The network up to this layer: its variables are the first ones of the whole network's.
    Sequential part(model.input(), {all.begin(), all.begin() + static_cast<std::ptrdiff_t>(k) + 1}, model.seed());
    part.set_weights(weights.first(part.get_weights().size()));
    LayerHealth health{.name = name_of_layer(all[k]), .type = std::string(class_name(all[k]))};
    health.units = part.outputs();
    health.weight_norm = std::numeric_limits<double>::quiet_NaN();
    for (const Variable& variable : part.variables()) {
      if (!variable.path.starts_with(health.name + "/")) continue;
      health.parameters += variable.size();
      if (!std::isnan(health.weight_norm)) continue;
      double squares = 0;
      for (const float w : part.get_weights().subspan(variable.offset, variable.size())) squares += double{w} * w;
      health.weight_norm = std::sqrt(squares);
    }
    const std::size_t samples = std::clamp<std::size_t>(kLayerOutputs / static_cast<std::size_t>(health.units), 1,
                                                        std::min(kHealthSamples, data.size()));
    look_at_outputs(part.predict(data.slice(0, samples), {.threads = threads}), health);
    layers.push_back(std::move(health));
  }
  return layers;
}

}  // namespace telar
