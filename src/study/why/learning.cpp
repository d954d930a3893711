#include "study/why/learning.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace telar {

namespace {

constexpr double kNothing = std::numeric_limits<double>::quiet_NaN();
constexpr std::size_t kFewestForJitter = 5;

/// The smallest value, NaN aside.
double smallest(std::span<const double> values) {
  double least = kNothing;
  for (const double value : values)
    if (!(value >= least)) least = std::isnan(value) ? least : value;
  return least;
}

}  // namespace

double jitter(std::span<const double> values) {
  if (values.size() < kFewestForJitter) return kNothing;
  const std::size_t n = std::max(kFewestForJitter, values.size() / 2);
  const std::span<const double> last = values.last(n);
  double squares = 0;
  for (std::size_t i = 2; i < n; ++i) {
    const double bend = last[i - 2] - 2 * last[i - 1] + last[i];
    squares += bend * bend;
  }
  return std::sqrt(squares / (6 * static_cast<double>(n - 2)));  // independent noise: var(a - 2 b + c) is 6 of its own
}

double epochs_to(std::span<const double> values, double level) {
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (!(values[i] <= level)) continue;
    const double epoch = static_cast<double>(i) + 1;
    if (i == 0 || !std::isfinite(values[i - 1])) return epoch;
    return epoch - (level - values[i]) / (values[i - 1] - values[i]);
  }
  return kNothing;
}

double value_at(std::span<const double> values, double epoch) {
  if (!(epoch >= 1) || epoch > static_cast<double>(values.size())) return kNothing;
  const auto before = static_cast<std::size_t>(epoch) - 1;
  const double share = epoch - std::floor(epoch);
  return share == 0 ? values[before] : values[before] + share * (values[before + 1] - values[before]);
}

EqualLoss at_equal_loss(const History& first, const History& second) {
  const std::vector<double> loss_a = first["loss"], loss_b = second["loss"], val_a = first["val_loss"],
                            val_b = second["val_loss"];
  const double trained = std::max(smallest(loss_a), smallest(loss_b)),
               validated = std::max(smallest(val_a), smallest(val_b));
  return {value_at(val_a, epochs_to(loss_a, trained)) - trained, value_at(val_b, epochs_to(loss_b, trained)) - trained,
          epochs_to(val_a, validated), epochs_to(val_b, validated)};
}

double lost_since_best(std::span<const double> values) {
  return values.empty() ? kNothing : values.back() - smallest(values);
}

}  // namespace telar
