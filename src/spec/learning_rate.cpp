#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numbers>

#include <telar/learning_rate.hpp>

namespace telar {

namespace {

/// From a at share 0 to b at share 1.
double half_cosine(double a, double b, double share) noexcept {
  return b + (a - b) * 0.5 * (1.0 + std::cos(std::numbers::pi * share));
}

double quotient(double step, int steps, bool staircase) noexcept {
  const double q = step / steps;
  return staircase ? std::floor(q) : q;
}

double value_at(const ExponentialDecay& s, double step) noexcept {
  return s.initial_learning_rate * std::pow(s.decay_rate, quotient(step, s.decay_steps, s.staircase));
}

double value_at(const PiecewiseConstantDecay& s, double step) noexcept {
  const auto below = std::count_if(s.boundaries.begin(), s.boundaries.end(), [=](int b) { return b < step; });
  return s.values[static_cast<std::size_t>(below)];
}

double value_at(const PolynomialDecay& s, double step) noexcept {
  double steps = s.decay_steps;
  if (s.cycle)
    steps *= std::max(1.0, std::ceil(step / steps));
  else
    step = std::min(step, steps);
  return (s.initial_learning_rate - s.end_learning_rate) * std::pow(1.0 - step / steps, s.power) + s.end_learning_rate;
}

double value_at(const InverseTimeDecay& s, double step) noexcept {
  return s.initial_learning_rate / (1.0 + s.decay_rate * quotient(step, s.decay_steps, s.staircase));
}

double value_at(const CosineDecay& s, double step) noexcept {
  double start = s.initial_learning_rate;
  if (s.warmup_target) {
    if (step < s.warmup_steps) return start + (*s.warmup_target - start) * step / s.warmup_steps;
    start = *s.warmup_target;
    step -= s.warmup_steps;
  }
  return half_cosine(start, start * s.alpha, std::min(step / s.decay_steps, 1.0));
}

double value_at(const CosineDecayRestarts& s, double step) noexcept {
  double share = step / s.first_decay_steps, restarts = std::floor(share);
  if (s.t_mul == 1) {
    share -= restarts;
  } else {
    // Restart i begins at first_decay_steps (t_mul^i - 1) / (t_mul - 1).
    const auto begin = [&](double i) { return (std::pow(s.t_mul, i) - 1) / (s.t_mul - 1); };
    restarts = std::floor(std::log(1 + share * (s.t_mul - 1)) / std::log(s.t_mul));
    if (begin(restarts + 1) <= share) ++restarts;  // the logarithm was rounded down across a whole number
    share = std::max(0.0, (share - begin(restarts)) / std::pow(s.t_mul, restarts));
  }
  const double peak = std::pow(s.m_mul, restarts) * (1.0 - s.alpha);
  return s.initial_learning_rate * (half_cosine(peak, 0.0, share) + s.alpha);
}

double value_at(const LinearWarmup& s, double step) noexcept {
  return s.initial_learning_rate + (s.learning_rate - s.initial_learning_rate) * std::min(step / s.warmup_steps, 1.0);
}

double value_at(const OneCycle& s, double step) noexcept {
  const double top = s.warmup_fraction * s.total_steps, peak = s.max_learning_rate;
  if (step < top) return half_cosine(peak / s.initial_divisor, peak, step / top);
  // A cycle that is all warm-up ends at its peak.
  if (top >= s.total_steps) return peak;
  return half_cosine(peak, peak / s.final_divisor, std::min((step - top) / (s.total_steps - top), 1.0));
}

}  // namespace

double LearningRate::at(std::int64_t step) const noexcept {
  if (const double* number = std::get_if<double>(&value)) return *number;
  return std::visit([step](const auto& s) { return value_at(s, static_cast<double>(step)); }, *schedule());
}

}  // namespace telar
