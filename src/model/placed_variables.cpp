#include "model/placed_variables.hpp"

#include <algorithm>

namespace telar {

using namespace compute;

namespace {

/// The variables of layers that a user wrote: those know nothing of panels.
void find_users(const std::vector<Layer>& layers, const std::vector<LayerInfo>& infos, std::vector<bool>& of_user) {
  for (std::size_t l = 0; l < layers.size(); ++l) {
    if (const auto* residual = std::get_if<Residual>(&layers[l])) find_users(residual->layers, infos[l].inner, of_user);
    if (std::holds_alternative<Custom>(layers[l]))
      std::fill_n(of_user.begin() + static_cast<std::ptrdiff_t>(infos[l].first_variable), infos[l].variable_count,
                  true);
  }
}

}  // namespace

void place_variables(const Model& model, const PlanOptions& options, Program& program, ArenaSpace& space) {
  std::vector<bool> of_user(model.variables().size());
  find_users(model.layers(), model.infos(), of_user);
  // A rule that tells the rows of a variable from its columns, be it a kernel or not.
  const bool by_rows = options.rule && (options.rule->kind == UpdateRule::Kind::adafactor ||
                                        options.rule->kind == UpdateRule::Kind::muon);
  for (std::size_t i = 0; i < of_user.size(); ++i) {
    const Variable& variable = model.variables()[i];
    PackedVariable packed{Vector{}, variable.offset, {}};
    const bool has_rows = variable.shape.size() == 2 && !of_user[i], is_kernel = variable.path.ends_with("/kernel");
    if (has_rows && (is_kernel || by_rows))
      packed.packed = space.kernel(variable.shape[0], variable.shape[1]);
    else
      packed.packed = space.vector(static_cast<int>(variable.size()));
    if (has_rows && !is_kernel && by_rows) packed.flat = space.vector(static_cast<int>(variable.size()));
    const bool decays = std::ranges::none_of(options.exclude_from_weight_decay,
                                             [&](const std::string& name) { return is_called(variable, name); });
    std::visit([decays](auto& p) { p.decays = decays; }, packed.packed);
    program.variables.push_back(packed);
  }
  each_trained(model, program.variables, [&](const Layer& layer, const std::string& name, PackedVariable& variable) {
    if (const Regularizer* regularizer = regularizer_of(layer, name))
      std::visit([&](auto& p) { p.penalty = penalty_of(*regularizer); }, variable.packed);
    if (variable.flat) variable.flat->penalty = as_kernel(variable).penalty;
  });
  // Not a multiple of 4 KiB: the same weight's slots would else compete for the same cache sets.
  constexpr std::size_t kPage = 1024;
  program.slot_stride = (space.used() + kPage - 1) / kPage * kPage + 9 * kPanel;
  program.variables_end = space.used();
  const int arrays = options.rule ? options.rule->arrays() : 0;
  static_cast<void>(space.take(program.slot_stride * static_cast<std::size_t>(arrays + 1) - space.used()));
}

Kernel as_kernel(const PackedVariable& variable) {
  if (const auto* kernel = std::get_if<Kernel>(&variable.packed)) return *kernel;
  const auto& vector = std::get<Vector>(variable.packed);
  return {vector.at, 1, vector.size, vector.decays, vector.penalty};
}

}  // namespace telar
