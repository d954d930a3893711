// Where a model's variables are in the arena.
#pragma once

#include <string>
#include <vector>

#include "compute/program.hpp"
#include "model/arena_space.hpp"
#include "model/plan.hpp"
#include "model/weight_rules.hpp"

namespace telar {

/// Places all variables, then each slot at the same distance: an update walks all of them side by side. Before anything
/// else takes space.
void place_variables(const Model& model, const PlanOptions& options, compute::Program& program, ArenaSpace& space);

/// f(layer, name, variable) for the variables that training changes, "kernel" for "residual/dense/kernel". `packed` has
/// as many elements as the model has variables, in their order.
template <class Variables, class F>
void each_trained(const Model& model, const std::vector<Layer>& layers, const std::vector<LayerInfo>& infos,
                  Variables& packed, const F& f) {
  for (std::size_t l = 0; l < layers.size(); ++l) {
    if (const auto* residual = std::get_if<Residual>(&layers[l])) {
      each_trained(model, residual->layers, infos[l].inner, packed, f);
      continue;
    }
    for (std::size_t i = infos[l].first_variable; i < infos[l].first_variable + infos[l].variable_count; ++i)
      if (model.variables()[i].trainable)
        f(layers[l], model.variables()[i].path.substr(infos[l].name.size() + 1), packed[i]);
  }
}
template <class Variables, class F>
void each_trained(const Model& model, Variables& packed, const F& f) {
  each_trained(model, model.layers(), model.infos(), packed, f);
}

/// f(regulariser, variable) for the trained kernels that have one.
template <class Variables, class F>
void each_orthogonal(const Model& model, const Variables& packed, const F& f) {
  each_trained(model, packed, [&](const Layer& layer, const std::string& name, const auto& variable) {
    const Regularizer* regularizer = regularizer_of(layer, name);
    if (regularizer == nullptr) return;
    if (const auto* orthogonal = std::get_if<OrthogonalRegularizer>(regularizer)) f(*orthogonal, variable);
  });
}

/// A vector as a kernel of one row.
[[nodiscard]] compute::Kernel as_kernel(const compute::PackedVariable& variable);

}  // namespace telar
