// Keras's optimisers in double precision, as plain as their formulas.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <map>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include <telar/optimizers.hpp>
#include <telar/sequential.hpp>

namespace telar::oracle {

// -------------------------------------------------------------------------------------------------------

class Updater {
 public:
  Updater(Optimizer optimizer, std::size_t size) : optimizer_(std::move(optimizer)), m_(size), v_(size), v_max_(size) {
    std::visit(
        [this]<class Rule>(const Rule& rule) {
          if constexpr (requires { rule.initial_accumulator_value; })
            std::fill(v_.begin(), v_.end(), rule.initial_accumulator_value);
        },
        optimizer_);
  }

  /// `trains[k]`: whether weight k is updated; empty: all are.
  void apply(std::vector<double>& weights, const std::vector<double>& gradient, const std::vector<bool>& trains = {},
             const std::vector<Variable>& variables = {}) {
    ++t_;
    std::visit(
        [&]<class Rule>(const Rule& rule) {
          if constexpr (IsOfWholeVariables<Rule>) {
            for (const Variable& v : variables)
              if (v.trainable) move(rule, v, weights, gradient);
            return;
          } else {
            for (std::size_t k = 0; k < weights.size(); ++k) {
              if (!trains.empty() && !trains[k]) continue;
              weights[k] -= weights[k] * rule.weight_decay * rate(rule);
              weights[k] += step(rule, gradient[k], k, weights[k]);
            }
          }
        },
        optimizer_);
  }

 private:
  template <class Rule>
  static constexpr bool IsOfWholeVariables =
      std::is_same_v<Rule, Lamb> || std::is_same_v<Rule, Adafactor> || std::is_same_v<Rule, Muon>;

  // ---- rules that look at whole variables ----

  void move(const Lamb& rule, const Variable& v, std::vector<double>& weights, const std::vector<double>& gradient) {
    double of_weights = 0, of_step = 0;
    std::vector<double> step(v.size());
    for (std::size_t i = 0; i < v.size(); ++i) {
      const std::size_t k = v.offset + i;
      weights[k] -= weights[k] * rule.weight_decay * rate(rule);
      m_[k] = rule.beta_1 * m_[k] + (1 - rule.beta_1) * gradient[k];
      v_[k] = rule.beta_2 * v_[k] + (1 - rule.beta_2) * gradient[k] * gradient[k];
      step[i] = m_[k] / (1 - std::pow(static_cast<float>(rule.beta_1), t_)) /
                (std::sqrt(v_[k] / (1 - std::pow(static_cast<float>(rule.beta_2), t_))) + rule.epsilon);
      of_weights += weights[k] * weights[k];
      of_step += step[i] * step[i];
    }
    const double ratio = of_weights > 0 && of_step > 0 ? std::sqrt(of_weights / of_step) : 1;
    for (std::size_t i = 0; i < v.size(); ++i) weights[v.offset + i] -= rate(rule) * ratio * step[i];
  }

  void move(const Adafactor& rule, const Variable& v, std::vector<double>& weights,
            const std::vector<double>& gradient) {
    const double share = std::pow(t_, rule.beta_2_decay), size = static_cast<double>(v.size());
    std::vector<double> squares(v.size()), step(v.size());
    for (std::size_t i = 0; i < v.size(); ++i)
      squares[i] = gradient[v.offset + i] * gradient[v.offset + i] + rule.epsilon_1;
    if (v.shape.size() == 2) {
      const std::size_t in = static_cast<std::size_t>(v.shape[0]), out = static_cast<std::size_t>(v.shape[1]);
      std::vector<double>&r = rows_[v.offset], &c = columns_[v.offset];
      r.resize(in), c.resize(out);
      for (double& mean : r) mean *= 1 - share;
      for (double& mean : c) mean *= 1 - share;
      double mean_of_rows = 0;
      for (std::size_t i = 0; i < v.size(); ++i) {
        r[i / out] += share * squares[i] / static_cast<double>(out);
        c[i % out] += share * squares[i] / static_cast<double>(in);
      }
      for (const double mean : r) mean_of_rows += mean / static_cast<double>(in);
      for (std::size_t i = 0; i < v.size(); ++i)
        step[i] = gradient[v.offset + i] / std::sqrt(r[i / out] * c[i % out] / mean_of_rows);
    } else {
      for (std::size_t i = 0; i < v.size(); ++i) {
        double& mean = v_[v.offset + i];
        mean = (1 - share) * mean + share * squares[i];
        step[i] = gradient[v.offset + i] / std::sqrt(mean);
      }
    }
    double of_weights = 0, of_step = 0;
    for (std::size_t i = 0; i < v.size(); ++i) {
      weights[v.offset + i] -= weights[v.offset + i] * rule.weight_decay * rate(rule);
      of_weights += weights[v.offset + i] * weights[v.offset + i] / size;
      of_step += step[i] * step[i] / size;
    }
    const double scale = std::min(rate(rule), 1 / std::sqrt(t_)) * std::max(rule.epsilon_2, std::sqrt(of_weights)) /
                         std::max(1.0, std::sqrt(of_step) / rule.clip_threshold);
    for (std::size_t i = 0; i < v.size(); ++i) weights[v.offset + i] -= scale * step[i];
  }

  void move(const Muon& rule, const Variable& v, std::vector<double>& weights, const std::vector<double>& gradient) {
    if (v.shape.size() != 2) {
      const Adam adam{.learning_rate = rate(rule) * rule.adam_lr_ratio,
                      .beta_1 = rule.adam_beta_1,
                      .beta_2 = rule.adam_beta_2,
                      .epsilon = rule.epsilon};
      for (std::size_t k = v.offset; k < v.offset + v.size(); ++k) {
        weights[k] -= weights[k] * rule.adam_weight_decay * rate(rule);
        weights[k] += step(adam, gradient[k], k, weights[k]);
      }
      return;
    }
    const std::size_t in = static_cast<std::size_t>(v.shape[0]), out = static_cast<std::size_t>(v.shape[1]);
    std::vector<double> x(v.size());
    double norm = 0;
    for (std::size_t i = 0; i < v.size(); ++i) {
      double& m = m_[v.offset + i];
      m = rule.momentum * m + gradient[v.offset + i];
      x[i] = rule.nesterov ? gradient[v.offset + i] + rule.momentum * m : m;
      norm += x[i] * x[i];
    }
    for (double& value : x) value /= std::sqrt(norm) + 1e-7;
    // X (a + b A + c A A) with A = X^T X: the same singular values whichever side the product is on.
    for (int round = 0; round < rule.ns_steps; ++round) {
      std::vector<double> a(out * out), p(out * out), next(v.size());
      for (std::size_t i = 0; i < out; ++i)
        for (std::size_t j = 0; j < out; ++j)
          for (std::size_t k = 0; k < in; ++k) a[i * out + j] += x[k * out + i] * x[k * out + j];
      for (std::size_t i = 0; i < out; ++i)
        for (std::size_t j = 0; j < out; ++j) {
          double square = 0;
          for (std::size_t k = 0; k < out; ++k) square += a[i * out + k] * a[k * out + j];
          p[i * out + j] = rule.muon_b * a[i * out + j] + rule.muon_c * square + (i == j ? rule.muon_a : 0);
        }
      for (std::size_t i = 0; i < in; ++i)
        for (std::size_t j = 0; j < out; ++j)
          for (std::size_t k = 0; k < out; ++k) next[i * out + j] += x[i * out + k] * p[k * out + j];
      x = next;
    }
    const double scale = rule.rms_rate == 0 ? 1 : rule.rms_rate * std::sqrt(static_cast<double>(std::max(in, out)));
    for (std::size_t i = 0; i < v.size(); ++i) {
      weights[v.offset + i] -= weights[v.offset + i] * rule.weight_decay * rate(rule);
      weights[v.offset + i] -= rate(rule) * scale * x[i];
    }
  }

  // ---- rules that take each weight by itself ----

  template <class Rule>
  double rate(const Rule& rule) const {
    return rule.learning_rate.at(t_ - 1);
  }
  double step(const SGD& rule, double g, std::size_t k, double) {
    if (rule.momentum == 0) return -rate(rule) * g;
    m_[k] = rule.momentum * m_[k] - rate(rule) * g;
    return rule.nesterov ? rule.momentum * m_[k] - rate(rule) * g : m_[k];
  }
  double step(const RMSprop& rule, double g, std::size_t k, double) {
    v_[k] = rule.rho * v_[k] + (1 - rule.rho) * g * g;
    m_[k] = rule.rho * m_[k] + (1 - rule.rho) * g;
    const double variance = rule.centered ? v_[k] - m_[k] * m_[k] : v_[k];
    v_max_[k] = rule.momentum * v_max_[k] + rate(rule) * g / std::sqrt(variance + rule.epsilon);
    return -v_max_[k];
  }
  double step(const Nadam& rule, double g, std::size_t k, double) {
    const auto u = [&](int t) { return rule.beta_1 * (1 - 0.5 * std::pow(0.96, t)); };
    double product = 1;
    for (int t = 1; t <= t_; ++t) product *= u(t);
    m_[k] = rule.beta_1 * m_[k] + (1 - rule.beta_1) * g;
    v_[k] = rule.beta_2 * v_[k] + (1 - rule.beta_2) * g * g;
    const double mean = u(t_ + 1) * m_[k] / (1 - product * u(t_ + 1)) + (1 - u(t_)) * g / (1 - product);
    const double square = v_[k] / (1 - std::pow(static_cast<float>(rule.beta_2), t_));
    return -rate(rule) * mean / (std::sqrt(square) + rule.epsilon);
  }
  double step(const Adamax& rule, double g, std::size_t k, double) {
    m_[k] = rule.beta_1 * m_[k] + (1 - rule.beta_1) * g;
    v_[k] = std::max(rule.beta_2 * v_[k], std::abs(g));
    const double alpha = rate(rule) / (1 - std::pow(static_cast<float>(rule.beta_1), t_));
    return -alpha * m_[k] / (v_[k] + rule.epsilon);
  }
  double step(const Adagrad& rule, double g, std::size_t k, double) {
    v_[k] += g * g;
    return -rate(rule) * g / std::sqrt(v_[k] + rule.epsilon);
  }
  double step(const Adadelta& rule, double g, std::size_t k, double) {
    v_[k] = rule.rho * v_[k] + (1 - rule.rho) * g * g;
    const double step = std::sqrt(m_[k] + rule.epsilon) * g / std::sqrt(v_[k] + rule.epsilon);
    m_[k] = rule.rho * m_[k] + (1 - rule.rho) * step * step;
    return -rate(rule) * step;
  }
  double step(const Lion& rule, double g, std::size_t k, double) {
    const double direction = rule.beta_1 * m_[k] + (1 - rule.beta_1) * g;
    m_[k] = rule.beta_2 * m_[k] + (1 - rule.beta_2) * g;
    return direction > 0 ? -rate(rule) : direction < 0 ? rate(rule) : 0;
  }
  double step(const Ftrl& rule, double g, std::size_t k, double w) {
    const double p = -rule.learning_rate_power, lr = rate(rule), l1 = rule.l1_regularization_strength;
    const double old = v_[k];
    v_[k] += g * g;
    m_[k] += g + 2 * rule.l2_shrinkage_regularization_strength * w - (std::pow(v_[k], p) - std::pow(old, p)) / lr * w;
    const double bottom = std::pow(v_[k], p) / lr + 2 * (rule.l2_regularization_strength + rule.beta / (2 * lr));
    return (std::clamp(m_[k], -l1, l1) - m_[k]) / bottom - w;
  }
  template <class Rule>  // Adam, AdamW
  double step(const Rule& rule, double g, std::size_t k, double) {
    m_[k] = rule.beta_1 * m_[k] + (1 - rule.beta_1) * g;
    v_[k] = rule.beta_2 * v_[k] + (1 - rule.beta_2) * g * g;
    v_max_[k] = std::max(v_max_[k], v_[k]);
    // Keras takes the powers of the betas as float32 numbers.
    const double alpha = rate(rule) * std::sqrt(1 - std::pow(static_cast<float>(rule.beta_2), t_)) /
                         (1 - std::pow(static_cast<float>(rule.beta_1), t_));
    return -alpha * m_[k] / (std::sqrt(rule.amsgrad ? v_max_[k] : v_[k]) + rule.epsilon);
  }

  Optimizer optimizer_;
  int t_ = 0;
  std::vector<double> m_, v_, v_max_;
  std::map<std::size_t, std::vector<double>> rows_, columns_;  // of Adafactor, by the kernel's offset
};

}  // namespace telar::oracle
