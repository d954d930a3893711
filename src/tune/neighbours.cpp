#include "tune/neighbours.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <utility>

namespace telar {

double squared_distance(const SearchSpace& space, const Coordinates& a, const Coordinates& b) {
  constexpr double kOther = 0.5;
  double sum = 0;
  for (std::size_t p = 0; p < a.size(); ++p) {
    if (std::isnan(a[p]) && std::isnan(b[p])) continue;
    const double step = std::isnan(a[p]) || std::isnan(b[p]) ? kOther
                        : space.options(p) > 0               ? (a[p] == b[p] ? 0 : kOther)
                                                             : a[p] - b[p];
    sum += step * step;
  }
  return sum;
}

void order_by_neighbours(const SearchSpace& space, const Objectives& objectives, std::span<const Trial> trials,
                         std::span<const Coordinates> at, std::vector<std::size_t>& ranking) {
  constexpr double kNear = 0.1, kPrior = 1;
  constexpr std::size_t kMost = 256;
  const auto merit = [&](std::size_t trial) { return objectives.merits(trials[trial].estimate)[0]; };
  std::vector<std::pair<std::size_t, double>> completed;  // best first
  for (const std::size_t trial : ranking)
    if (trials[trial].state == Trial::State::completed) completed.emplace_back(trial, merit(trial));
  if (completed.empty()) return;
  const double median = completed[completed.size() / 2].second;
  const double least = median - (completed.front().second - median);

  std::vector<std::pair<double, std::size_t>> order;
  for (const std::size_t trial : std::span(ranking).first(std::min(ranking.size(), kMost))) {
    double sum = merit(trial) + kPrior * median, weights = 1 + kPrior;
    for (const auto& [other, value] : completed) {
      if (other == trial) continue;
      const double weight = std::exp(-squared_distance(space, at[trial], at[other]) / (2 * kNear * kNear));
      sum += weight * std::max(value, least);
      weights += weight;
    }
    order.emplace_back(sum / weights, trial);
  }
  std::ranges::stable_sort(order, std::greater<>(), &std::pair<double, std::size_t>::first);
  for (std::size_t i = 0; i < order.size(); ++i) ranking[i] = order[i].second;
}

}  // namespace telar
