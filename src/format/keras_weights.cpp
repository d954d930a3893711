#include "format/keras_weights.hpp"

#include <algorithm>
#include <cmath>
#include <set>

#include <telar/error.hpp>

#include "format/keras_fields.hpp"
#include "model/model.hpp"
#include "model/plan.hpp"

namespace telar {

namespace {

std::string shape_text_of(const std::vector<std::uint64_t>& shape) {
  std::string text = "(";
  for (const std::uint64_t extent : shape) text += (text.size() > 1 ? ", " : "") + std::to_string(extent);
  return text + ")";
}

bool same_shape(const Hdf5Object& dataset, const std::vector<int>& shape) {
  return std::ranges::equal(dataset.shape, shape, {}, {},
                            [](int extent) { return static_cast<std::uint64_t>(extent); });
}

/// Calls `visit(layer, shape of its input, number of the leaf)` for all but Residuals, whose layers take their place.
template <class Visit>
std::vector<int> visit_leaves(const std::vector<Layer>& layers, std::vector<int> shape, const std::string& file,
                              std::size_t& leaf, const Visit& visit) {
  for (std::size_t i = 0; i < layers.size(); ++i) {
    const std::string& name = std::visit([](const auto& l) -> const std::string& { return l.name; },
                                         static_cast<const Layer::Alternatives&>(layers[i]));
    const KerasPlace place{file, LayerInfo::describe(i, name, layers[i])};
    if (const auto* residual = std::get_if<Residual>(&layers[i])) {
      static_cast<void>(visit_leaves(residual->layers, shape, file, leaf, visit));
    } else {
      std::vector<int> out;
      try {
        out = output_shape(layers[i], shape, place.what);
      } catch (const Error& error) {
        place.refuse(error.message(), error.hint());
      }
      visit(layers[i], shape, leaf++, place);
      shape = std::move(out);
    }
  }
  return shape;
}

using Found = std::vector<const Hdf5Object*>;

/// `find(leaf, place)` gives the stored variables of a layer, in order.
template <class Find>
KerasDatasets match(const KerasNetwork& network, const std::string& file, const Find& find) {
  KerasDatasets datasets;
  std::set<const Hdf5Object*> used;
  std::size_t leaf = 0;
  static_cast<void>(visit_leaves(
      network.layers, network.input.shape, file, leaf,
      [&](const Layer& layer, const std::vector<int>& input, std::size_t number, const KerasPlace& place) {
        const std::vector<KerasVariable> wanted = keras_variables(layer, input);
        Found stored = find(number, place);
        if (std::holds_alternative<Normalization>(layer)) {
          // A Normalization that is given its mean and variance stores none; the count of samples is of no use here.
          if (stored.empty() && !std::get<Normalization>(layer).mean.empty()) {
            datasets.insert(datasets.end(), wanted.size(), nullptr);
            return;
          }
          if (stored.size() == wanted.size() + 1) stored.pop_back();
        }
        if (stored.size() != wanted.size())
          place.refuse("the file has " + std::to_string(stored.size()) + " variables for it, but it has " +
                       std::to_string(wanted.size()));
        for (std::size_t i = 0; i < wanted.size(); ++i) {
          if (!stored[i]->is_dataset || !same_shape(*stored[i], wanted[i].shape))
            place.refuse("its " + std::string(wanted[i].name) + " has shape " + shape_text_of(stored[i]->shape) +
                         " in the file, but must have " + shape_text(wanted[i].shape));
          if (!used.insert(stored[i]).second) place.refuse("its numbers are also another variable's");
          datasets.push_back(stored[i]);
        }
      }));
  return datasets;
}

/// Children "0", "1", ... of a group, in order; none if there is no group.
Found numbered(const Hdf5File& weights, const Hdf5Object* vars) {
  Found found;
  if (vars == nullptr) return found;
  for (std::size_t i = 0; i < vars->children.size(); ++i) {
    const Hdf5Object* dataset = weights.find(std::to_string(i), *vars);
    if (dataset == nullptr) return {};
    found.push_back(dataset);
  }
  return found;
}

/// Those that a layer's or an optimiser's group names, in order.
Found named(const Hdf5File& weights, const Hdf5Object& group, const KerasPlace& place) {
  Found found;
  const std::vector<std::string>* names = group.strings("weight_names");
  if (names == nullptr) return found;
  for (const std::string& name : *names) {
    found.push_back(weights.find(name, group));
    if (found.back() == nullptr) place.refuse("the file names '" + name.substr(0, 64) + "', but does not have it");
  }
  return found;
}

Found optimizer_datasets(const Hdf5File& weights, const KerasPlace& place) {
  if (const Hdf5Object* legacy = weights.find("optimizer_weights")) return named(weights, *legacy, place);
  return numbered(weights, weights.find("optimizer/vars"));
}

}  // namespace

KerasDatasets keras_datasets(const Hdf5File& weights, const KerasNetwork& network, const std::string& file) {
  const Hdf5Object* layers = weights.find("layers");
  if (layers == nullptr) layers = weights.find("_layer_checkpoint_dependencies");  // of tf.keras 2.13 to 2.15
  return match(network, file, [&](std::size_t leaf, const KerasPlace&) {
    return numbered(weights, layers == nullptr ? nullptr : weights.find(network.groups[leaf] + "/vars", *layers));
  });
}

KerasDatasets legacy_datasets(const Hdf5File& weights, const Hdf5Object& group, const KerasNetwork& network,
                              const std::string& file) {
  return match(network, file, [&](std::size_t leaf, const KerasPlace& place) {
    const Hdf5Object* layer = weights.find(network.names[leaf], group);
    return layer == nullptr ? Found() : named(weights, *layer, place);
  });
}

void read_datasets(const Hdf5File& weights, const KerasDatasets& datasets, const std::vector<Variable>& variables,
                   std::span<float> values) {
  for (std::size_t i = 0; i < datasets.size(); ++i)
    if (datasets[i] != nullptr)
      std::ranges::copy(weights.floats(*datasets[i]), values.subspan(variables[i].offset).begin());
}

bool read_optimizer(const Hdf5File& weights, const CompileOptions& compiled, const std::vector<Variable>& variables,
                    const std::string& file, OptimizerState& state) {
  const Found stored = optimizer_datasets(weights, {file, "optimizer_weights"});
  const bool scheduled = learning_rate_of(compiled.optimizer).schedule() != nullptr;
  const std::vector<KerasSlot> slots = keras_slots(compiled.optimizer, variables);
  const std::size_t first = scheduled ? 1 : 2;
  if (stored.size() != first + slots.size()) return false;
  for (std::size_t i = 0; i < stored.size(); ++i)
    if (!stored[i]->is_dataset || (i < first && stored[i]->count != 1) ||
        !same_shape(*stored[i], i < first ? std::vector<int>() : slots[i - first].shape))
      return false;
  constexpr std::int64_t kMost = std::int64_t{1} << 62;
  const std::int64_t iterations = weights.integer(*stored[0]);
  if (iterations < 0 || iterations > kMost) return false;
  const float rate = scheduled ? state.learning_rate : weights.floats(*stored[1]).front();
  if (!(rate >= 0) || !std::isfinite(rate)) return false;
  state.iterations = iterations;
  state.learning_rate = rate;
  for (std::size_t i = 0; i < slots.size(); ++i) {
    const KerasSlot& slot = slots[i];
    if (slot.kind == KerasSlot::Kind::unused) continue;
    const Variable& variable = variables[slot.variable];
    const std::vector<float> values = weights.floats(*stored[first + i]);
    const std::size_t step = slot.kind == KerasSlot::Kind::rows ? static_cast<std::size_t>(variable.shape[1]) : 1;
    for (std::size_t k = 0; k < values.size(); ++k) state.slots[slot.slot][variable.offset + k * step] = values[k];
  }
  return true;
}

}  // namespace telar
