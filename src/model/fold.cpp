#include "model/fold.hpp"

#include <cmath>
#include <map>
#include <optional>
#include <string>
#include <utility>

namespace telar {

namespace {

/// y = scale x + offset for each feature.
struct Affine {
  std::vector<double> scale, offset;
};

bool only_trains(const Layer& layer) {
  return std::holds_alternative<Dropout>(layer) || std::holds_alternative<GaussianNoise>(layer) ||
         std::holds_alternative<GaussianDropout>(layer) || std::holds_alternative<AlphaDropout>(layer) ||
         std::holds_alternative<ActivityRegularization>(layer) || std::holds_alternative<RandomFlip>(layer) ||
         std::holds_alternative<RandomTranslation>(layer);
}

class Folding {
 public:
  explicit Folding(const Model& model) : model_(model) {
    for (std::size_t i = 0; i < model.layers().size(); ++i) add(i);
  }

  [[nodiscard]] Model result() && {
    if (layers_.empty()) return model_;  // nothing but layers that only train: one of them has to stay
    Model folded(model_.input(), std::move(layers_), model_.seed());
    for (std::size_t i = 0; i < folded.layers().size(); ++i)
      for (const auto& [name, numbers] : values_[i])
        if (const Variable* variable = folded.variable(i, name))
          for (std::size_t n = 0; n < numbers.size(); ++n)
            folded.weights()[variable->offset + n] = static_cast<float>(numbers[n]);
    return folded;
  }

 private:
  using Values = std::map<std::string, std::vector<double>>;

  void add(std::size_t i) {
    const Layer& layer = model_.layers()[i];
    if (only_trains(layer)) return;
    if (const auto* norm = std::get_if<BatchNormalization>(&layer)) {
      const Affine affine = affine_of(i, *norm);
      if (fold_back(affine)) return;
      if (dense_follows(i)) {
        pending_ = affine;
        return;
      }
    }
    layers_.push_back(layer);
    values_.emplace_back();
    const LayerInfo& info = model_.infos()[i];
    for (std::size_t v = info.first_variable; v < info.first_variable + info.variable_count; ++v) {
      const std::string name = model_.variables()[v].path.substr(info.name.size() + 1);
      values_.back()[name] = read(i, name);
    }
    if (std::holds_alternative<Dense>(layer) && pending_) fold_forward(*std::exchange(pending_, std::nullopt));
  }

  [[nodiscard]] std::vector<double> read(std::size_t layer, const std::string& name) const {
    const Variable* variable = model_.variable(layer, name);
    if (variable == nullptr) return {};
    const auto begin = model_.weights().begin() + static_cast<std::ptrdiff_t>(variable->offset);
    return {begin, begin + static_cast<std::ptrdiff_t>(variable->size())};
  }

  [[nodiscard]] Affine affine_of(std::size_t i, const BatchNormalization& norm) const {
    const std::vector<double> gamma = read(i, "gamma"), beta = read(i, "beta"), mean = read(i, "moving_mean"),
                              variance = read(i, "moving_variance");
    Affine affine;
    for (std::size_t c = 0; c < mean.size(); ++c) {
      const double scale = (gamma.empty() ? 1.0 : gamma[c]) / std::sqrt(variance[c] + norm.epsilon);
      affine.scale.push_back(scale);
      affine.offset.push_back((beta.empty() ? 0.0 : beta[c]) - mean[c] * scale);
    }
    return affine;
  }

  /// Into the Dense just before, if nothing stands between.
  bool fold_back(const Affine& affine) {
    auto* dense = layers_.empty() ? nullptr : std::get_if<Dense>(&layers_.back());
    if (dense == nullptr || dense->activation != Activation::linear) return false;
    dense->use_bias = true;
    std::vector<double>&kernel = values_.back()["kernel"], &bias = values_.back()["bias"];
    const std::size_t units = affine.scale.size();
    bias.resize(units);
    for (std::size_t n = 0; n < kernel.size(); ++n) kernel[n] *= affine.scale[n % units];
    for (std::size_t c = 0; c < units; ++c) bias[c] = bias[c] * affine.scale[c] + affine.offset[c];
    return true;
  }

  [[nodiscard]] bool dense_follows(std::size_t i) const {
    while (++i < model_.layers().size() && only_trains(model_.layers()[i])) {
    }
    return i < model_.layers().size() && std::holds_alternative<Dense>(model_.layers()[i]);
  }

  /// Into the Dense that was just added.
  void fold_forward(const Affine& affine) {
    auto& dense = std::get<Dense>(layers_.back());
    dense.use_bias = true;
    std::vector<double>&kernel = values_.back()["kernel"], &bias = values_.back()["bias"];
    const auto units = static_cast<std::size_t>(dense.units);
    bias.resize(units);
    for (std::size_t n = 0; n < kernel.size(); ++n) {
      bias[n % units] += affine.offset[n / units] * kernel[n];
      kernel[n] *= affine.scale[n / units];
    }
  }

  const Model& model_;
  std::vector<Layer> layers_;
  std::vector<Values> values_;
  std::optional<Affine> pending_;
};

}  // namespace

Model fold_for_inference(const Model& model) { return Folding(model).result(); }

}  // namespace telar
