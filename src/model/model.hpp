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
  std::string name;  ///< never empty
  std::vector<int> input_shape, output_shape;
  std::size_t first_variable = 0;  ///< its variables are [first_variable, first_variable + variable_count)
  std::size_t variable_count = 0;

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
  [[nodiscard]] const Variable* variable(std::size_t layer, const std::string& name) const noexcept;

  [[nodiscard]] std::vector<float>& weights() noexcept { return weights_; }
  [[nodiscard]] const std::vector<float>& weights() const noexcept { return weights_; }

  void set_trainable(const std::string& layer, bool trainable);

 private:
  void add_variables(std::size_t layer);

  Input input_;
  std::vector<Layer> layers_;
  std::vector<LayerInfo> infos_;
  std::vector<Variable> variables_;
  std::vector<float> weights_;
  std::uint64_t seed_;
};

/// "(28, 28)", "(784)".
[[nodiscard]] std::string shape_text(const std::vector<int>& shape);
/// Product of the extents. Throws Error (usage) at `where` if it is above 2^24.
[[nodiscard]] int flat_size(const std::vector<int>& shape, const std::string& where);
/// Shape of the layer's output. Throws Error (usage) at `where` if the layer cannot take `input`.
[[nodiscard]] std::vector<int> output_shape(const Layer& layer, const std::vector<int>& input,
                                            const std::string& where);

}  // namespace telar
