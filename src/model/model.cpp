#include "model/model.hpp"

#include <algorithm>
#include <optional>
#include <set>
#include <type_traits>
#include <utility>

#include <telar/error.hpp>

#include "base/random.hpp"
#include "model/axes.hpp"
#include "model/initialize.hpp"
#include "model/weight_rules.hpp"
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

bool varies_images(const Layer& layer) {
  return std::holds_alternative<RandomFlip>(layer) || std::holds_alternative<RandomTranslation>(layer);
}

/// Layers that vary images have no gradient: they stand before all that has one, or changes what a row means.
void check_front(const std::vector<Layer>& layers, std::size_t i, const std::string& scope, const std::string& where) {
  if (!varies_images(layers[i])) return;
  const std::string advice = "move it to the front, where only Rescaling, Reshape and its like may come before it";
  if (!scope.empty())
    throw Error(ErrorCode::usage, where, std::string(class_name(layers[i])) + " stands within a Residual", advice);
  for (std::size_t before = 0; before < i; ++before)
    if (!varies_images(layers[before]) && !std::holds_alternative<Rescaling>(layers[before]) &&
        !std::holds_alternative<Reshape>(layers[before]))
      throw Error(ErrorCode::usage, where,
                  std::string(class_name(layers[i])) + " varies images, but comes after a " +
                      std::string(class_name(layers[before])),
                  advice);
}

/// Those that a layer of the user's asks for.
void check_custom_weights(const std::vector<CustomWeight>& weights, const std::string& where) {
  for (std::size_t i = 0; i < weights.size(); ++i) {
    const CustomWeight& weight = weights[i];
    const auto refuse = [&](const std::string& message, const std::string& hint) {
      throw Error(ErrorCode::usage, where, "its weights: " + message, hint);
    };
    if (weight.name.empty() || weight.name.find('/') != std::string::npos)
      refuse("\"" + weight.name + "\" is no name of a variable", "such as \"kernel\"");
    const auto before = weights.begin() + static_cast<std::ptrdiff_t>(i);
    if (std::ranges::find(weights.begin(), before, weight.name, &CustomWeight::name) != before)
      refuse("two are called \"" + weight.name + "\"", "give each a name of its own");
    if (weight.shape.empty() || weight.shape.size() > 2)
      refuse("\"" + weight.name + "\" has the shape " + shape_text(weight.shape), "(n) or (in, out)");
    static_cast<void>(flat_size(weight.shape, where + ", " + weight.name));
    validate(weight.initializer, where + ", " + weight.name);
  }
}

}  // namespace

Model::Model(Input input, std::vector<Layer> layers, std::uint64_t seed)
    : input_(std::move(input)), layers_(std::move(layers)), seed_(seed) {
  if (input_.shape.empty()) throw Error(ErrorCode::usage, "Input", "the input shape is empty", "such as Input{28, 28}");
  static_cast<void>(flat_size(input_.shape, "Input"));
  if (layers_.empty())
    throw Error(ErrorCode::usage, "layers", "the network has no layers", "give it at least one, such as a Dense");
  static_cast<void>(add_layers(layers_, input_.shape, "", "", infos_));
}

std::vector<int> Model::add_layers(std::vector<Layer>& layers, std::vector<int> shape, const std::string& scope,
                                   const std::string& where, std::vector<LayerInfo>& infos) {
  fill_names(layers);
  for (std::size_t i = 0; i < layers.size(); ++i) {
    const std::string& name = name_field(layers[i]);
    const std::string here = where + LayerInfo::describe(i, name, layers[i]);
    validate(layers[i], here);
    LayerInfo info;
    info.name = scope + name;
    info.first_variable = variables_.size();
    info.input_shape = shape;
    check_front(layers, i, scope, here);
    if (auto* residual = std::get_if<Residual>(&layers[i]))
      static_cast<void>(add_layers(residual->layers, shape, info.name + "/", here + ", ", info.inner));
    shape = info.output_shape = output_shape(layers[i], shape, here);
    add_variables(layers[i], info, here);
    info.variable_count = variables_.size() - info.first_variable;
    infos.push_back(std::move(info));
  }
  return shape;
}

void Model::add_variables(const Layer& layer, LayerInfo& info, const std::string& where) {
  const auto add = [&](const std::string& name, std::vector<int> shape, bool trainable,
                       const Initializer& initializer) {
    Variable variable{info.name + "/" + name, std::move(shape), trainable, weights_.size()};
    if (variable.size() + weights_.size() > (std::size_t{1} << 31))
      throw Error(ErrorCode::usage, where, "the network has more than 2^31 weights");
    check_initializer(initializer, variable.shape, where + ", " + name);
    if (const Constraint* constraint = constraint_of(layer, name))
      check_constraint(*constraint, name, variable.shape.size(), where);
    weights_.resize(weights_.size() + variable.size());
    initialize(initializer, variable.shape, Random(seed_, Purpose::initializer, variable.path),
               std::span(weights_).subspan(variable.offset, variable.size()));
    variables_.push_back(std::move(variable));
  };
  if (const auto* dense = std::get_if<Dense>(&layer)) {
    add("kernel", {info.input_shape[0], dense->units}, dense->trainable, dense->kernel_initializer);
    if (dense->use_bias) add("bias", {dense->units}, dense->trainable, dense->bias_initializer);
  } else if (const auto* norm = std::get_if<BatchNormalization>(&layer)) {
    const std::vector<int> shape = extents_along(norm->axis, info.input_shape);
    if (norm->scale) add("gamma", shape, norm->trainable, norm->gamma_initializer);
    if (norm->center) add("beta", shape, norm->trainable, norm->beta_initializer);
    add("moving_mean", shape, false, norm->moving_mean_initializer);
    add("moving_variance", shape, false, norm->moving_variance_initializer);
    info.statistics = 2;
  } else if (const auto* prelu = std::get_if<PReLU>(&layer)) {
    add("alpha", info.input_shape, prelu->trainable, prelu->alpha_initializer);
  } else if (const auto* layer_norm = std::get_if<LayerNormalization>(&layer)) {
    const std::vector<int> shape = extents_along(layer_norm->axis, info.input_shape);
    if (layer_norm->scale) add("gamma", shape, layer_norm->trainable, layer_norm->gamma_initializer);
    if (layer_norm->center) add("beta", shape, layer_norm->trainable, layer_norm->beta_initializer);
  } else if (const auto* rms_norm = std::get_if<RMSNormalization>(&layer)) {
    add("scale", extents_along(rms_norm->axis, info.input_shape), rms_norm->trainable, Ones{});
  } else if (const auto* given = std::get_if<Normalization>(&layer)) {
    const std::vector<int> shape = extents_along(given->axis, info.input_shape);
    const auto put = [this](const std::vector<double>& numbers) {
      std::ranges::transform(numbers, weights_.end() - static_cast<std::ptrdiff_t>(numbers.size()),
                             [](double number) { return static_cast<float>(number); });
    };
    add("mean", shape, false, Zeros{});
    put(given->mean);
    add("variance", shape, false, Ones{});
    put(given->variance);
    info.statistics = 2;
  } else if (const auto* custom = std::get_if<Custom>(&layer)) {
    const std::vector<CustomWeight> wanted = custom->functions->weights(info.input_shape);
    check_custom_weights(wanted, where);
    for (const CustomWeight& weight : wanted) add(weight.name, weight.shape, custom->trainable, weight.initializer);
  }
}

int Model::outputs() const noexcept {
  int size = 1;
  for (const int extent : infos_.back().output_shape) size *= extent;
  return size;
}

const Variable* Model::variable(const LayerInfo& info, const std::string& name) const noexcept {
  for (std::size_t i = 0; i < info.variable_count; ++i) {
    const Variable& variable = variables_[info.first_variable + i];
    if (variable.path.size() == info.name.size() + 1 + name.size() && variable.path.ends_with(name)) return &variable;
  }
  return nullptr;
}

namespace {

/// Whether it has weights that can be trained.
bool freeze_or_thaw(Layer& layer, bool trainable) {
  return std::visit(
      [trainable](auto& l) {
        bool can_train = false;
        if constexpr (requires { l.trainable; }) {
          l.trainable = trainable;
          can_train = true;
        } else if constexpr (requires { l.layers; }) {
          for (Layer& inner : l.layers) can_train = freeze_or_thaw(inner, trainable) || can_train;
        }
        return can_train;
      },
      static_cast<Layer::Alternatives&>(layer));
}

/// All variables of the layer, and of those within it, but statistics.
void set_trainable_variables(const LayerInfo& info, std::vector<Variable>& variables, bool trainable) {
  for (const LayerInfo& inner : info.inner) set_trainable_variables(inner, variables, trainable);
  if (!info.inner.empty()) return;
  for (std::size_t v = 0; v + info.statistics < info.variable_count; ++v)
    variables[info.first_variable + v].trainable = trainable;
}

struct LayerPlace {
  Layer* layer;
  const LayerInfo* info;
  std::size_t index;
};

/// Where the layer called `name` is; adds to `names` those that are called otherwise.
std::optional<LayerPlace> find_layer(std::vector<Layer>& layers, const std::vector<LayerInfo>& infos,
                                     const std::string& name, std::string& names) {
  for (std::size_t i = 0; i < layers.size(); ++i) {
    if (infos[i].name == name) return LayerPlace{&layers[i], &infos[i], i};
    names += (names.empty() ? "" : ", ") + infos[i].name;
    if (auto* residual = std::get_if<Residual>(&layers[i]))
      if (const auto place = find_layer(residual->layers, infos[i].inner, name, names)) return place;
  }
  return std::nullopt;
}

}  // namespace

void Model::set_trainable(const std::string& layer, bool trainable) {
  std::string names;
  const std::optional<LayerPlace> place = find_layer(layers_, infos_, layer, names);
  if (!place) throw Error(ErrorCode::usage, layer, "there is no layer of that name", "the layers are: " + names);
  if (place->info->variable_count == 0 || !freeze_or_thaw(*place->layer, trainable))
    throw Error(ErrorCode::usage, LayerInfo::describe(place->index, layer, *place->layer),
                "it has no weights to freeze");
  set_trainable_variables(*place->info, variables_, trainable);
}

Model first_layers(const Model& model, std::size_t layers) {
  std::vector<Layer> first(model.layers().begin(), model.layers().begin() + static_cast<std::ptrdiff_t>(layers));
  if (first.empty()) first.emplace_back(Flatten{});
  Model part(model.input(), std::move(first), model.seed());
  std::copy_n(model.weights().begin(), part.weights().size(), part.weights().begin());
  return part;
}

std::size_t Variable::size() const noexcept {
  std::size_t n = 1;
  for (const int extent : shape) n *= static_cast<std::size_t>(extent);
  return n;
}

}  // namespace telar
