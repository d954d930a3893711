#include <algorithm>

#include "format/keras_weights.hpp"
#include "model/plan.hpp"

namespace telar {

namespace {

using RuleKind = compute::UpdateRule::Kind;

/// Slots that Keras keeps side by side for each variable, one group after the other.
std::vector<std::vector<std::size_t>> slot_blocks(RuleKind kind) {
  switch (kind) {
    case RuleKind::sgd:
    case RuleKind::gradient:
      return {};
    case RuleKind::momentum:
    case RuleKind::nesterov:
    case RuleKind::rmsprop:
    case RuleKind::adagrad:
    case RuleKind::lion:
      return {{0}};
    case RuleKind::rmsprop_momentum:
    case RuleKind::centered_rmsprop:
      return {{0}, {1}};
    case RuleKind::centered_rmsprop_momentum:
      return {{0}, {1}, {2}};
    case RuleKind::amsgrad:
      return {{0, 1}, {2}};
    case RuleKind::adam:
    case RuleKind::nadam:
    case RuleKind::adamax:
    case RuleKind::adadelta:
    case RuleKind::ftrl:
    case RuleKind::lamb:
    case RuleKind::adafactor:
    case RuleKind::muon:
      return {{0, 1}};
  }
  return {};
}

bool muon_directs(const Optimizer& optimizer, const Variable& variable) {
  const auto& excluded = std::get<Muon>(optimizer).exclude_layers;
  return variable.shape.size() == 2 &&
         std::ranges::none_of(excluded, [&](const std::string& name) { return is_called(variable, name); });
}

}  // namespace

std::vector<KerasSlot> keras_slots(const Optimizer& optimizer, const std::vector<Variable>& variables) {
  const compute::UpdateRule rule = update_rule(optimizer);
  std::vector<KerasSlot> slots;
  using Part = KerasSlot::Kind;
  const auto add_all = [&](const std::vector<std::size_t>& side_by_side) {
    for (std::size_t v = 0; v < variables.size(); ++v) {
      const Variable& variable = variables[v];
      if (!variable.trainable) continue;
      for (const std::size_t slot : side_by_side) {
        if (rule.kind == RuleKind::muon && slot == 1 && muon_directs(optimizer, variable)) continue;
        slots.push_back({Part::whole, slot, v, variable.shape});
      }
    }
  };
  const auto own = static_cast<std::size_t>(rule.own_slots());
  if (rule.averages) add_all({static_cast<std::size_t>(rule.average_slot())});
  if (rule.accumulates) add_all({own});
  if (rule.kind == RuleKind::adafactor) {
    for (std::size_t v = 0; v < variables.size(); ++v) {
      const std::vector<int>& shape = variables[v].shape;
      if (!variables[v].trainable) continue;
      const bool kernel = shape.size() == 2;
      slots.push_back({kernel ? Part::rows : Part::unused, 0, v, kernel ? std::vector{shape[0]} : std::vector<int>()});
      slots.push_back(
          {kernel ? Part::columns : Part::unused, 1, v, kernel ? std::vector{shape[1]} : std::vector<int>()});
      slots.push_back({kernel ? Part::unused : Part::whole, 0, v, shape});
    }
    return slots;
  }
  for (const std::vector<std::size_t>& block : slot_blocks(rule.kind)) add_all(block);
  if (rule.kind == RuleKind::nadam) slots.push_back({Part::unused, 0, 0, {}});
  return slots;
}

float nadam_schedule(double beta_1, std::int64_t t) {
  constexpr std::int64_t kVanished = 100'000;  // long before, the product is 0 in float32
  float product = 1;
  double fading = 1;
  for (std::int64_t i = 1; i <= std::min(t, kVanished); ++i)
    product *= static_cast<float>(beta_1 * (1 - 0.5 * (fading *= 0.96)));
  return product;
}

}  // namespace telar
