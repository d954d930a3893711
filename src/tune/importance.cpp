#include "tune/importance.hpp"

#include "tune/parzen.hpp"

namespace telar {

std::vector<std::optional<double>> importance(const SearchSpace& space, const Objectives& objectives,
                                              std::span<const Trial> trials, std::span<const Coordinates> at) {
  constexpr std::size_t kFewest = 8;
  std::vector<Coordinates> all;
  std::vector<Merits> merits;
  for (std::size_t i = 0; i < trials.size(); ++i) {
    if (trials[i].estimate.empty()) continue;
    all.push_back(at[i]);
    merits.push_back(objectives.merits(trials[i].estimate));
  }
  std::vector<std::optional<double>> shares(space.size());
  if (all.size() < kFewest) return shares;
  const std::vector<std::size_t> order = best_first(merits);
  std::vector<Coordinates> better;
  for (std::size_t place = 0; place < order.size() / 2; ++place) better.push_back(all[order[place]]);
  const ParzenEstimator good(space, std::move(better)), any(space, std::move(all));

  std::vector<double> divergence(space.size(), 0);
  double sum = 0;
  for (std::size_t p = 0; p < space.size(); ++p) {
    const std::size_t options = space.options(p), steps = options > 0 ? options : 100;
    for (std::size_t s = 0; s < steps; ++s) {
      const double x =
          options > 0 ? static_cast<double>(s) : (static_cast<double>(s) + 0.5) / static_cast<double>(steps);
      const double base = any.marginal(p, x), ratio = good.marginal(p, x) / base;
      divergence[p] += (ratio - 1) * (ratio - 1) * base / (options > 0 ? 1 : static_cast<double>(steps));
    }
    sum += divergence[p];
  }
  for (std::size_t p = 0; p < space.size() && sum > 0; ++p) shares[p] = divergence[p] / sum;
  return shares;
}

}  // namespace telar
