#include <cmath>

#include "model/plan.hpp"

namespace telar {

compute::UpdateRule update_rule(const Optimizer& optimizer) {
  using Kind = compute::UpdateRule::Kind;
  compute::UpdateRule rule;
  if (const auto* sgd = std::get_if<SGD>(&optimizer)) {
    rule.kind = sgd->momentum == 0 ? Kind::sgd : sgd->nesterov ? Kind::nesterov : Kind::momentum;
    rule.momentum = static_cast<float>(sgd->momentum);
  } else {
    const auto& adam = std::get<Adam>(optimizer);
    rule.kind = adam.amsgrad ? Kind::amsgrad : Kind::adam;
    rule.one_minus_beta_1 = static_cast<float>(1.0 - adam.beta_1);
    rule.one_minus_beta_2 = static_cast<float>(1.0 - adam.beta_2);
    rule.epsilon = static_cast<float>(adam.epsilon);
  }
  return rule;
}

float update_rate(const Optimizer& optimizer, float learning_rate, std::int64_t t) noexcept {
  const auto* adam = std::get_if<Adam>(&optimizer);
  if (adam == nullptr) return learning_rate;
  const auto power = [t](double beta) {
    return std::pow(static_cast<double>(static_cast<float>(beta)), static_cast<double>(t));
  };
  return static_cast<float>(static_cast<double>(learning_rate) * std::sqrt(1.0 - power(adam->beta_2)) /
                            (1.0 - power(adam->beta_1)));
}

}  // namespace telar
