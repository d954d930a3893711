// A network as a value: its layers with names and shapes, and one flat buffer of weights.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <telar/layers.hpp>
#include <telar/sequential.hpp>

namespace telar {

/// What construction finds out about a layer. Shapes are of one sample.
struct LayerInfo {
  std::string name;  ///< never empty; within a Residual with its name before it: "residual/dense"
  std::vector<int> input_shape, output_shape;
  std::size_t first_variable = 0;  ///< its variables are [first_variable, first_variable + variable_count)
  std::size_t variable_count = 0;
  std::size_t statistics = 0;      ///< of these, the last ones, which no gradient changes
  std::vector<LayerInfo> inner{};  ///< of a Residual's layers

  /// "layer 2, dense_1 (Dense)": for messages; `index` counts from 0.
  [[nodiscard]] static std::string describe(std::size_t index, const std::string& name, const Layer& layer);
};

class Model {
 public:
  /// Checks every option and shape, then draws the initial weights. Throws Error (usage).
  Model(Input input, std::vector<Layer> layers, std::uint64_t seed);

  [[nodiscard]] const Input& input() const noexcept { return input_; }
  /// As given, with every name filled in.
  [[nodiscard]] const std::vector<Layer>& layers() const noexcept { return layers_; }
  [[nodiscard]] const std::vector<LayerInfo>& infos() const noexcept { return infos_; }
  [[nodiscard]] std::uint64_t seed() const noexcept { return seed_; }
  [[nodiscard]] int outputs() const noexcept;

  [[nodiscard]] const std::vector<Variable>& variables() const noexcept { return variables_; }
  /// The variable of layer `layer` called `name` ("kernel"), or null.
  [[nodiscard]] const Variable* variable(const LayerInfo& layer, const std::string& name) const noexcept;
  [[nodiscard]] const Variable* variable(std::size_t layer, const std::string& name) const noexcept {
    return variable(infos_[layer], name);
  }

  [[nodiscard]] std::vector<float>& weights() noexcept { return weights_; }
  [[nodiscard]] const std::vector<float>& weights() const noexcept { return weights_; }

  /// `layer`: as in infos(). All of a Residual's layers follow it.
  void set_trainable(const std::string& layer, bool trainable);

 private:
  /// Checks and names the layers of `scope` ("" or "residual/"), to whose places in messages `where` belongs; adds
  /// their variables. Returns the shape of their outputs.
  std::vector<int> add_layers(std::vector<Layer>& layers, std::vector<int> shape, const std::string& scope,
                              const std::string& where, std::vector<LayerInfo>& infos);
  void add_variables(const Layer& layer, LayerInfo& info, const std::string& where);

  Input input_;
  std::vector<Layer> layers_;
  std::vector<LayerInfo> infos_;
  std::vector<Variable> variables_;
  std::vector<float> weights_;
  std::uint64_t seed_;
};

/// The network as far as its first `layers`, with their weights; without any, its input flattened.
[[nodiscard]] Model first_layers(const Model& model, std::size_t layers);
/// "(28, 28)", "(784)".
[[nodiscard]] std::string shape_text(const std::vector<int>& shape);
/// Product of the extents. Throws Error (usage) at `where` if it is above 2^24.
[[nodiscard]] int flat_size(const std::vector<int>& shape, const std::string& where);
/// Shape of the layer's output. Throws Error (usage) at `where` if the layer cannot take `input`.
[[nodiscard]] std::vector<int> output_shape(const Layer& layer, const std::vector<int>& input,
                                            const std::string& where);

}  // namespace telar
