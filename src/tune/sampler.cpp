#include "tune/sampler.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "tune/parzen.hpp"

namespace telar {

namespace {

constexpr std::uint64_t kCandidates = 32;  // of a modelled trial; one Philox sub-stream each
constexpr int kStreams = 64;
/// What deciding looks at does not grow with the search, or a search of short trainings would mostly decide.
constexpr std::size_t kMostGood = 25, kMostOthers = 100, kMostTimed = 64;

double epoch_seconds(const Trial& trial) {
  double seconds = 0;
  for (const TrialRung& rung : trial.rungs) seconds += rung.seconds;
  return trial.rungs.empty() || trial.rungs.back().epochs == 0 ? 0 : seconds / trial.rungs.back().epochs;
}

/// The root of x^(d + 1) = x + 1: its powers make the R sequence (Roberts 2018, "The unreasonable effectiveness of
/// quasirandom sequences").
double plastic_number(std::size_t d) {
  double x = 2;
  for (int i = 0; i < 64; ++i) x = std::pow(1 + x, 1 / (static_cast<double>(d) + 1));
  return x;
}

}  // namespace

Sampler::Sampler(const SearchSpace& space, const Objectives& objectives, TuneOptions::Sampler kind, std::uint64_t seed)
    : space_(space), objectives_(objectives), kind_(kind), random_(seed, Purpose::search, "points") {}

Coordinates Sampler::spread(int number) const {
  std::vector<double> draws(space_.size());
  const double root = plastic_number(space_.size());
  for (std::size_t i = 0; i < draws.size(); ++i) {
    if (kind_ == TuneOptions::Sampler::random) {
      draws[i] = static_cast<double>(random_.uniform(i, static_cast<std::uint64_t>(number)));
      continue;
    }
    const double start = static_cast<double>(random_.uniform(i, std::uint64_t{1} << 62));
    draws[i] = std::fmod(start + number * std::pow(root, -static_cast<double>(i + 1)), 1.0);
  }
  return space_.place(draws);
}

Coordinates Sampler::next(int number, const SeenTrials& seen, double cost_matters) const {
  const auto known = std::ranges::count_if(seen.trials, [](const Trial& t) { return !t.estimate.empty(); });
  const int to_know = std::clamp(2 * static_cast<int>(space_.size()), 6, 16);
  if (kind_ != TuneOptions::Sampler::tpe || known < to_know || number % 10 == 9) return spread(number);
  return modelled(number, seen, cost_matters);
}

Coordinates Sampler::modelled(int number, const SeenTrials& seen, double cost_matters) const {
  std::vector<std::size_t> ranked, bad;
  std::vector<Merits> merits;
  for (std::size_t i = 0; i < seen.trials.size(); ++i) {
    const Trial& trial = seen.trials[i];
    if (!trial.estimate.empty()) {
      ranked.push_back(i);
      merits.push_back(objectives_.merits(trial.estimate));
    } else {
      bad.push_back(i);  // diverged, over a cap, or still running: no second one at the same place
    }
  }
  const std::vector<std::size_t> order = best_first(merits);
  const std::size_t count = std::clamp<std::size_t>((order.size() + 6) / 7, 2, kMostGood);
  std::vector<Coordinates> good_points, other_points;
  for (std::size_t place = 0; place < std::min(count, order.size()); ++place)
    good_points.push_back(seen.at[ranked[order[place]]]);
  for (std::size_t place = count; place < order.size(); ++place) bad.push_back(ranked[order[place]]);
  const std::size_t others = std::min(bad.size(), kMostOthers);  // evenly, from what has no result to the worst
  for (std::size_t i = 0; i < others; ++i) other_points.push_back(seen.at[bad[i * bad.size() / others]]);
  const ParzenEstimator good(space_, std::move(good_points)), all_else(space_, std::move(other_points));

  Coordinates best;
  double highest = -std::numeric_limits<double>::infinity();
  for (std::uint64_t c = 0; c < kCandidates; ++c) {
    const Coordinates at =
        good.sample(random_, (std::uint64_t{1} << 32) + static_cast<std::uint64_t>(number) * kStreams + c);
    double merit = good.log_density(at) - all_else.log_density(at);
    if (cost_matters > 0) merit -= cost_matters * std::log(std::max(expected_epoch_seconds(at, seen), 1e-9));
    if (merit > highest || best.empty()) {
      highest = merit;
      best = at;
    }
  }
  return best;
}

double Sampler::expected_epoch_seconds(const Coordinates& at, const SeenTrials& seen) const {
  constexpr double kNear = 0.15;
  double sum = 0, weights = 0;
  std::size_t timed = 0;
  for (std::size_t i = seen.trials.size(); i-- > 0 && timed < kMostTimed;) {  // the latest ones
    const double seconds = epoch_seconds(seen.trials[i]);
    if (seconds <= 0) continue;
    ++timed;
    double distance = 0;
    for (std::size_t p = 0; p < at.size(); ++p) {
      if (std::isnan(at[p]) && std::isnan(seen.at[i][p])) continue;
      const bool choice = space_.options(p) > 0;
      const double step = std::isnan(at[p]) || std::isnan(seen.at[i][p]) ? 0.5
                          : choice                                       ? (at[p] == seen.at[i][p] ? 0 : 0.5)
                                                                         : at[p] - seen.at[i][p];
      distance += step * step;
    }
    const double weight = std::exp(-distance / (2 * kNear * kNear)) + 1e-12;
    sum += weight * std::log(seconds);
    weights += weight;
  }
  return weights > 0 ? std::exp(sum / weights) : 0;
}

}  // namespace telar
