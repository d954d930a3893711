#include <algorithm>
#include <cmath>
#include <type_traits>

#include "model/plan.hpp"

namespace telar {

namespace {

using compute::UpdateRule;
using Kind = UpdateRule::Kind;

float share(double beta) { return static_cast<float>(1.0 - beta); }

UpdateRule rule_of(const SGD& o) {
  UpdateRule rule{o.momentum == 0 ? Kind::sgd : o.nesterov ? Kind::nesterov : Kind::momentum};
  rule.momentum = static_cast<float>(o.momentum);
  return rule;
}

template <class T>
requires std::is_same_v<T, Adam> || std::is_same_v<T, AdamW> UpdateRule rule_of(const T& o) {
  return {o.amsgrad ? Kind::amsgrad : Kind::adam, 0, share(o.beta_1), share(o.beta_2), static_cast<float>(o.epsilon)};
}

UpdateRule rule_of(const RMSprop& o) {
  const bool moves = o.momentum > 0;
  const Kind kind = o.centered ? (moves ? Kind::centered_rmsprop_momentum : Kind::centered_rmsprop)
                               : (moves ? Kind::rmsprop_momentum : Kind::rmsprop);
  return {kind, static_cast<float>(o.momentum), 0, share(o.rho), static_cast<float>(o.epsilon)};
}

UpdateRule rule_of(const Nadam& o) {
  return {Kind::nadam, 0, share(o.beta_1), share(o.beta_2), static_cast<float>(o.epsilon)};
}

UpdateRule rule_of(const Adamax& o) {
  return {Kind::adamax, 0, share(o.beta_1), share(o.beta_2), static_cast<float>(o.epsilon)};
}

UpdateRule rule_of(const Adagrad& o) {
  UpdateRule rule{Kind::adagrad, 0, 0, 0, static_cast<float>(o.epsilon)};
  rule.first_slot = static_cast<float>(o.initial_accumulator_value);
  return rule;
}

UpdateRule rule_of(const Adadelta& o) { return {Kind::adadelta, 0, 0, share(o.rho), static_cast<float>(o.epsilon)}; }

UpdateRule rule_of(const Lion& o) { return {Kind::lion, 0, share(o.beta_1), share(o.beta_2)}; }

UpdateRule rule_of(const Ftrl& o) {
  UpdateRule rule{Kind::ftrl};
  rule.power = static_cast<float>(-o.learning_rate_power);
  rule.l1 = static_cast<float>(o.l1_regularization_strength);
  rule.l2 = static_cast<float>(2 * o.l2_regularization_strength);
  rule.shrinkage = static_cast<float>(2 * o.l2_shrinkage_regularization_strength);
  rule.beta = static_cast<float>(o.beta);
  rule.first_slot = static_cast<float>(o.initial_accumulator_value);
  return rule;
}

UpdateRule rule_of(const Lamb& o) {
  return {Kind::lamb, 0, share(o.beta_1), share(o.beta_2), static_cast<float>(o.epsilon)};
}

UpdateRule rule_of(const Adafactor& o) {
  UpdateRule rule{Kind::adafactor, 0, 0, 0, static_cast<float>(o.epsilon_1)};
  rule.smallest = static_cast<float>(o.epsilon_2);
  rule.threshold = static_cast<float>(o.clip_threshold);
  return rule;
}

UpdateRule rule_of(const Muon& o) {
  UpdateRule rule{Kind::muon, static_cast<float>(o.momentum), share(o.adam_beta_1), share(o.adam_beta_2),
                  static_cast<float>(o.epsilon)};
  rule.looks_ahead = o.nesterov;
  return rule;
}

/// beta^t. Keras takes the powers of float32 numbers.
double power(double beta, std::int64_t t) {
  return std::pow(static_cast<double>(static_cast<float>(beta)), static_cast<double>(t));
}

/// Dozat's schedule of the momentum: u_t = beta_1 (1 - 0.96^t / 2).
double nadam_momentum(double beta_1, std::int64_t t) { return beta_1 * (1 - 0.5 * std::pow(0.96, t)); }

/// u_1 ... u_t. Beyond some hundred steps 0.96^t is lost in the rounding.
double nadam_product(double beta_1, std::int64_t t) {
  constexpr std::int64_t kLastThatCounts = 1000;
  double product = std::pow(beta_1, static_cast<double>(t)), fading = 1;
  for (std::int64_t i = 1; i <= std::min(t, kLastThatCounts); ++i) product *= 1 - 0.5 * (fading *= 0.96);
  return product;
}

double weight_decay(const Optimizer& optimizer) {
  return std::visit([](const auto& o) { return o.weight_decay; }, optimizer);
}

}  // namespace

const LearningRate& learning_rate_of(const Optimizer& optimizer) noexcept {
  return std::visit([](const auto& o) -> const LearningRate& { return o.learning_rate; }, optimizer);
}
const std::vector<std::string>& excluded_from_weight_decay(const Optimizer& optimizer) noexcept {
  return std::visit([](const auto& o) -> const std::vector<std::string>& { return o.exclude_from_weight_decay; },
                    optimizer);
}

UpdateRule update_rule(const Optimizer& optimizer) {
  return std::visit(
      [](const auto& o) {
        UpdateRule rule = rule_of(o);
        if (o.clipvalue) rule.clip = static_cast<float>(*o.clipvalue);
        rule.accumulates = o.gradient_accumulation_steps.has_value();
        rule.averages = o.use_ema;
        // As Keras does, averages also go on where gradients are only added up: then UpdateOp sees to them.
        rule.waits = o.clipnorm || o.global_clipnorm || rule.directs() || (rule.accumulates && rule.averages);
        return rule;
      },
      optimizer);
}

void set_optimizer(PlanOptions& options, const Optimizer& optimizer) {
  options.rule = update_rule(optimizer);
  std::visit(
      [&options](const auto& o) {
        options.exclude_from_weight_decay = o.exclude_from_weight_decay;
        options.clips_all = o.global_clipnorm.has_value();
        options.clip_norm = static_cast<float>(o.global_clipnorm.value_or(o.clipnorm.value_or(0)));
      },
      optimizer);
  if (const auto* muon = std::get_if<Muon>(&optimizer)) {
    options.newton_schulz = {static_cast<float>(muon->muon_a), static_cast<float>(muon->muon_b),
                             static_cast<float>(muon->muon_c), static_cast<float>(muon->rms_rate), muon->ns_steps};
    options.exclude_layers = muon->exclude_layers;
  }
}

void set_update(compute::StepInput& input, const Optimizer& optimizer, float learning_rate, std::int64_t t) noexcept {
  const double rate = static_cast<double>(learning_rate);
  input.rate = learning_rate;
  input.decay = learning_rate * static_cast<float>(weight_decay(optimizer));
  std::visit(
      [&](const auto& o) {
        if (o.gradient_accumulation_steps) {
          using Accumulation = compute::StepInput::Accumulation;
          const std::int64_t steps = *o.gradient_accumulation_steps, of_sum = (t - 1) % steps;
          input.accumulation = of_sum == 0           ? Accumulation::first
                               : of_sum == steps - 1 ? Accumulation::last
                                                     : Accumulation::more;
          input.accumulated = static_cast<float>(steps);
          t = (t - 1) / steps + 1;
        }
        input.average_keep = t == 1 ? 0.0f : static_cast<float>(o.ema_momentum);
        input.overwrites = o.ema_overwrite_frequency && t % *o.ema_overwrite_frequency == 0;
      },
      optimizer);
  std::visit(
      [&]<class T>(const T& o) {
        if constexpr (std::is_same_v<T, Adam> || std::is_same_v<T, AdamW>) {
          input.rate = static_cast<float>(rate * std::sqrt(1.0 - power(o.beta_2, t)) / (1.0 - power(o.beta_1, t)));
        } else if constexpr (std::is_same_v<T, Adamax>) {
          input.rate = static_cast<float>(rate / (1.0 - power(o.beta_1, t)));
        } else if constexpr (std::is_same_v<T, Nadam>) {
          const double now = nadam_momentum(o.beta_1, t), next = nadam_momentum(o.beta_1, t + 1);
          const double product = nadam_product(o.beta_1, t);
          input.rate = static_cast<float>(rate * next / (1.0 - product * next));
          input.gradient_rate = static_cast<float>(rate * (1.0 - now) / (1.0 - product));
          input.correction = static_cast<float>(1.0 / (1.0 - power(o.beta_2, t)));
        } else if constexpr (std::is_same_v<T, Lamb>) {
          input.gradient_rate = static_cast<float>(1.0 / (1.0 - power(o.beta_1, t)));
          input.correction = static_cast<float>(1.0 / (1.0 - power(o.beta_2, t)));
        } else if constexpr (std::is_same_v<T, Adafactor>) {
          input.rate = static_cast<float>(std::min(rate, 1.0 / std::sqrt(static_cast<double>(t))));
          input.correction = static_cast<float>(std::pow(static_cast<double>(t), o.beta_2_decay));
        } else if constexpr (std::is_same_v<T, Muon>) {
          input.gradient_rate = static_cast<float>(rate * o.adam_lr_ratio * std::sqrt(1.0 - power(o.adam_beta_2, t)) /
                                                   (1.0 - power(o.adam_beta_1, t)));
          input.adam_decay = learning_rate * static_cast<float>(o.adam_weight_decay);
        }
      },
      optimizer);
}

}  // namespace telar
