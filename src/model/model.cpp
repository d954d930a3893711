#include "model/model.hpp"

#include <algorithm>
#include <set>
#include <type_traits>
#include <utility>

#include <telar/error.hpp>

#include "base/random.hpp"
#include "model/initialize.hpp"
#include "spec/describe.hpp"
#include "spec/validate.hpp"

namespace telar {

namespace {

std::string& name_field(Layer& layer) {
  return std::visit([](auto& l) -> std::string& { return l.name; }, static_cast<Layer::Alternatives&>(layer));
}

/// Gives unnamed layers Keras's names: dense, dense_1, ...
void fill_names(std::vector<Layer>& layers) {
  std::set<std::string> taken;
  std::vector<std::pair<std::string, std::string>> classes_and_names;
  for (std::size_t i = 0; i < layers.size(); ++i) {
    const std::string& name = name_field(layers[i]);
    if (!name.empty() && !taken.insert(name).second)
      throw Error(ErrorCode::usage, LayerInfo::describe(i, name, layers[i]), "two layers are called '" + name + "'",
                  "give each layer a name of its own, or none");
    classes_and_names.emplace_back(class_name(layers[i]), name);
  }
  const std::vector<std::string> names = automatic_names(classes_and_names);
  for (std::size_t i = 0; i < layers.size(); ++i) name_field(layers[i]) = names[i];
}

}  // namespace

Model::Model(Input input, std::vector<Layer> layers, std::uint64_t seed)
    : input_(std::move(input)), layers_(std::move(layers)), seed_(seed) {
  if (input_.shape.empty()) throw Error(ErrorCode::usage, "Input", "the input shape is empty", "such as Input{28, 28}");
  static_cast<void>(flat_size(input_.shape, "Input"));
  if (layers_.empty())
    throw Error(ErrorCode::usage, "layers", "the network has no layers", "give it at least one, such as a Dense");
  fill_names(layers_);
  std::vector<int> shape = input_.shape;
  for (std::size_t i = 0; i < layers_.size(); ++i) {
    LayerInfo info;
    info.name = name_field(layers_[i]);
    const std::string where = LayerInfo::describe(i, info.name, layers_[i]);
    validate(layers_[i], where);
    info.input_shape = shape;
    shape = info.output_shape = output_shape(layers_[i], shape, where);
    infos_.push_back(std::move(info));
    add_variables(i);
  }
}

void Model::add_variables(std::size_t layer) {
  LayerInfo& info = infos_[layer];
  info.first_variable = variables_.size();
  const auto add = [&](const std::string& name, std::vector<int> shape, bool trainable,
                       const Initializer& initializer) {
    Variable variable{info.name + "/" + name, std::move(shape), trainable, weights_.size()};
    if (variable.size() + weights_.size() > (std::size_t{1} << 31))
      throw Error(ErrorCode::usage, LayerInfo::describe(layer, info.name, layers_[layer]),
                  "the network has more than 2^31 weights");
    weights_.resize(weights_.size() + variable.size());
    initialize(initializer, variable.shape, Random(seed_, Purpose::initializer, variable.path),
               std::span(weights_).subspan(variable.offset, variable.size()));
    variables_.push_back(std::move(variable));
    ++info.variable_count;
  };
  if (const auto* dense = std::get_if<Dense>(&layers_[layer])) {
    add("kernel", {info.input_shape[0], dense->units}, dense->trainable, dense->kernel_initializer);
    if (dense->use_bias) add("bias", {dense->units}, dense->trainable, dense->bias_initializer);
  } else if (const auto* norm = std::get_if<BatchNormalization>(&layers_[layer])) {
    if (norm->scale) add("gamma", info.input_shape, norm->trainable, norm->gamma_initializer);
    if (norm->center) add("beta", info.input_shape, norm->trainable, norm->beta_initializer);
    add("moving_mean", info.input_shape, false, norm->moving_mean_initializer);
    add("moving_variance", info.input_shape, false, norm->moving_variance_initializer);
  }
}

int Model::outputs() const noexcept {
  int size = 1;
  for (const int extent : infos_.back().output_shape) size *= extent;
  return size;
}

const Variable* Model::variable(std::size_t layer, const std::string& name) const noexcept {
  const LayerInfo& info = infos_[layer];
  for (std::size_t i = 0; i < info.variable_count; ++i) {
    const Variable& variable = variables_[info.first_variable + i];
    if (variable.path.size() == info.name.size() + 1 + name.size() && variable.path.ends_with(name)) return &variable;
  }
  return nullptr;
}

void Model::set_trainable(const std::string& layer, bool trainable) {
  for (std::size_t i = 0; i < layers_.size(); ++i) {
    if (infos_[i].name != layer) continue;
    if (auto* dense = std::get_if<Dense>(&layers_[i])) {
      dense->trainable = trainable;
    } else if (auto* norm = std::get_if<BatchNormalization>(&layers_[i])) {
      norm->trainable = trainable;
    } else {
      throw Error(ErrorCode::usage, LayerInfo::describe(i, layer, layers_[i]), "it has no weights to freeze");
    }
    for (std::size_t v = 0; v < infos_[i].variable_count; ++v) {
      Variable& variable = variables_[infos_[i].first_variable + v];
      if (!variable.path.ends_with("/moving_mean") && !variable.path.ends_with("/moving_variance"))
        variable.trainable = trainable;
    }
    return;
  }
  std::string names;
  for (const LayerInfo& info : infos_) names += (names.empty() ? "" : ", ") + info.name;
  throw Error(ErrorCode::usage, layer, "there is no layer of that name", "the layers are: " + names);
}

std::size_t Variable::size() const noexcept {
  std::size_t n = 1;
  for (const int extent : shape) n *= static_cast<std::size_t>(extent);
  return n;
}

}  // namespace telar
