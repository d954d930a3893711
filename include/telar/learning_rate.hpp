// How large an optimiser's steps are: a number, or a schedule. Plain data, Keras's names, defaults and formulas
// (keras.io/api/optimizers/learning_rate_schedules), and two schedules of telar's own.
#pragma once

#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace telar {

/// Stands where a number has to be given: no range contains it.
inline constexpr double kRequired = std::numeric_limits<double>::quiet_NaN();

/// In all formulas `step` counts the steps of the optimiser since compile, from 0, through epochs and fits.

/// initial_learning_rate * decay_rate^(step / decay_steps); staircase: of the quotient's whole part.
struct ExponentialDecay {
  double initial_learning_rate = kRequired;
  int decay_steps = 0;
  double decay_rate = kRequired;
  bool staircase = false;
};

/// values[i], where i is the number of boundaries below step: a boundary itself still has the value before it.
/// One more value than boundaries, which rise.
struct PiecewiseConstantDecay {
  std::vector<int> boundaries{};
  std::vector<double> values{};
};

/// (initial_learning_rate - end_learning_rate) * (1 - step / decay_steps)^power + end_learning_rate, constant after
/// decay_steps. cycle: decay_steps becomes its smallest multiple that is not below step.
struct PolynomialDecay {
  double initial_learning_rate = kRequired;
  int decay_steps = 0;
  double end_learning_rate = 1e-4;
  double power = 1.0;
  bool cycle = false;
};

/// initial_learning_rate / (1 + decay_rate * step / decay_steps); staircase: with the quotient's whole part.
struct InverseTimeDecay {
  double initial_learning_rate = kRequired;
  int decay_steps = 0;
  double decay_rate = kRequired;
  bool staircase = false;
};

/// Loshchilov & Hutter 2017, without restarts: rate * ((1 - alpha) * (1 + cos(pi * step / decay_steps)) / 2 + alpha),
/// constant after decay_steps. With a warmup_target the rate first rises in a line from initial_learning_rate to it,
/// for warmup_steps steps; only then the decay starts, from there.
struct CosineDecay {
  double initial_learning_rate = kRequired;
  int decay_steps = 0;
  double alpha = 0.0;
  std::optional<double> warmup_target{};
  int warmup_steps = 0;
};

/// Loshchilov & Hutter 2017: CosineDecay over first_decay_steps, then anew over t_mul times as many steps from m_mul
/// times the rate, and so on. t_mul >= 1.
struct CosineDecayRestarts {
  double initial_learning_rate = kRequired;
  int first_decay_steps = 0;
  double t_mul = 2.0;
  double m_mul = 1.0;
  double alpha = 0.0;
};

/// telar's own: initial_learning_rate + (learning_rate - initial_learning_rate) * min(step / warmup_steps, 1).
struct LinearWarmup {
  double learning_rate = kRequired;
  int warmup_steps = 0;
  double initial_learning_rate = 0.0;
};

/// telar's own, after Smith & Topin 2019: half a cosine up from max_learning_rate / initial_divisor to
/// max_learning_rate during the first warmup_fraction of total_steps, then half a cosine down to
/// max_learning_rate / final_divisor, constant after total_steps. Half a cosine from a to b: b + (a - b) * (1 + cos(pi
/// * share)) / 2.
struct OneCycle {
  double max_learning_rate = kRequired;
  int total_steps = 0;
  double warmup_fraction = 0.3;
  double initial_divisor = 25.0;
  double final_divisor = 1e4;
};

using Schedule = std::variant<ExponentialDecay, PiecewiseConstantDecay, PolynomialDecay, InverseTimeDecay, CosineDecay,
                              CosineDecayRestarts, LinearWarmup, OneCycle>;

/// `.learning_rate = 0.01` or `.learning_rate = CosineDecay{.initial_learning_rate = 0.01, .decay_steps = 1000}`.
struct LearningRate {
  std::variant<double, Schedule> value;

  LearningRate(double number) : value(number) {}
  template <class T>
  requires std::is_constructible_v<Schedule, T> LearningRate(T schedule)
      : value(std::in_place_type<Schedule>, std::move(schedule)) {}

  /// Null if it is a number.
  [[nodiscard]] const Schedule* schedule() const noexcept { return std::get_if<Schedule>(&value); }
  /// False of kRequired.
  [[nodiscard]] bool is_given() const noexcept { return schedule() != nullptr || !std::isnan(std::get<double>(value)); }
  /// The number, or what the schedule has for this step, 0 or more.
  [[nodiscard]] double at(std::int64_t step) const noexcept;
};

}  // namespace telar
