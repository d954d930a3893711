// Keras's SGD and Adam in double precision, as plain as their formulas.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <utility>
#include <variant>
#include <vector>

#include <telar/optimizers.hpp>

namespace telar::oracle {

// -------------------------------------------------------------------------------------------------------

/// Where the gradient and all its history are 0 a weight stays, so frozen ones need no special
/// case.
class Updater {
 public:
  Updater(Optimizer optimizer, std::size_t size) : optimizer_(std::move(optimizer)), m_(size), v_(size), v_max_(size) {}

  void apply(std::vector<double>& weights, const std::vector<double>& gradient) {
    ++t_;
    std::visit(
        [&](const auto& rule) {
          for (std::size_t k = 0; k < weights.size(); ++k) weights[k] += step(rule, gradient[k], k);
        },
        optimizer_);
  }

 private:
  double step(const SGD& rule, double g, std::size_t k) {
    if (rule.momentum == 0) return -rule.learning_rate * g;
    m_[k] = rule.momentum * m_[k] - rule.learning_rate * g;
    return rule.nesterov ? rule.momentum * m_[k] - rule.learning_rate * g : m_[k];
  }
  double step(const Adam& rule, double g, std::size_t k) {
    m_[k] = rule.beta_1 * m_[k] + (1 - rule.beta_1) * g;
    v_[k] = rule.beta_2 * v_[k] + (1 - rule.beta_2) * g * g;
    v_max_[k] = std::max(v_max_[k], v_[k]);
    // Keras takes the powers of the betas as float32 numbers.
    const double rate = rule.learning_rate * std::sqrt(1 - std::pow(static_cast<float>(rule.beta_2), t_)) /
                        (1 - std::pow(static_cast<float>(rule.beta_1), t_));
    return -rate * m_[k] / (std::sqrt(rule.amsgrad ? v_max_[k] : v_[k]) + rule.epsilon);
  }

  Optimizer optimizer_;
  int t_ = 0;
  std::vector<double> m_, v_, v_max_;
};

}  // namespace telar::oracle
