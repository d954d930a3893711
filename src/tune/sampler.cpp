#include "tune/sampler.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "tune/neighbours.hpp"
#include "tune/parzen.hpp"

namespace telar {

namespace {

constexpr std::uint64_t kCandidates = 24;  // of a modelled trial; one Philox sub-stream each
constexpr std::size_t kToKnow = 10;        // results, before they make a model
constexpr int kStreams = 64;
constexpr int kApart = 1 << 20;  // more than there are trials
/// What deciding looks at does not grow with the search, or a search of short trainings would mostly decide.
constexpr std::size_t kMostGood = 25, kMostOthers = 64, kMostTimed = 32;

/// What an epoch takes, from the latest trials.
class EpochSeconds {
 public:
  EpochSeconds(const SearchSpace& space, const SeenTrials& seen) : space_(space) {
    for (std::size_t i = seen.standings.size(); i-- > 0 && timed_.size() < kMostTimed;)
      if (const double log_seconds = seen.standings.log_epoch_seconds(i); !std::isnan(log_seconds))
        timed_.emplace_back(&seen.at[i], log_seconds);
  }

  /// Seconds an epoch of a trial there takes, from those that were near; 0 if none was trained yet.
  [[nodiscard]] double expected(const Coordinates& at) const {
    constexpr double kNear = 0.15, kFar = 60 * kNear * kNear;  // squared: beyond, a weight is below 1e-13
    double sum = 0, weights = 0;
    for (const auto& [there, log_seconds] : timed_) {
      const double distance = squared_distance(space_, at, *there);
      const double weight = (distance < kFar ? std::exp(-distance / (2 * kNear * kNear)) : 0) + 1e-12;
      sum += weight * log_seconds;
      weights += weight;
    }
    return weights > 0 ? std::exp(sum / weights) : 0;
  }

 private:
  const SearchSpace& space_;
  std::vector<std::pair<const Coordinates*, double>> timed_;
};

/// The root of x^(d + 1) = x + 1: its powers make the R sequence (Roberts 2018, "The unreasonable effectiveness of
/// quasirandom sequences").
double plastic_number(std::size_t d) {
  double x = 2;
  for (int i = 0; i < 64; ++i) x = std::pow(1 + x, 1 / (static_cast<double>(d) + 1));
  return x;
}

}  // namespace

Sampler::Sampler(const SearchSpace& space, TuneOptions::Sampler kind, std::uint64_t seed)
    : space_(space), kind_(kind), root_(plastic_number(space.size())), random_(seed, Purpose::search, "points") {}

Coordinates Sampler::spread(int number) const {
  std::vector<double> draws(space_.size());
  for (std::size_t i = 0; i < draws.size(); ++i) {
    if (kind_ == TuneOptions::Sampler::random) {
      draws[i] = static_cast<double>(random_.uniform(i, static_cast<std::uint64_t>(number)));
      continue;
    }
    const double start = static_cast<double>(random_.uniform(i, std::uint64_t{1} << 62));
    draws[i] = std::fmod(start + number * std::pow(root_, -static_cast<double>(i + 1)), 1.0);
  }
  return space_.place(draws);
}

std::optional<Coordinates> Sampler::next(int number, const SeenTrials& seen, double cost_matters,
                                         const Taken& taken) const {
  if (kind_ == TuneOptions::Sampler::tpe && seen.standings.ranked() >= kToKnow && number % 10 != 9)
    return modelled(number, seen, cost_matters, taken);
  for (int c = 0; c < static_cast<int>(kCandidates); ++c) {
    Coordinates at = spread(number + c * kApart);
    if (!taken || !taken(at)) return at;
  }
  return {};
}

std::optional<Coordinates> Sampler::modelled(int number, const SeenTrials& seen, double cost_matters,
                                             const Taken& taken) const {
  const std::size_t ranked = seen.standings.ranked(), unknown = seen.standings.size() - ranked;
  const std::size_t count = std::min(std::clamp<std::size_t>((ranked + 6) / 7, 2, kMostGood), ranked);
  // The others, evenly from what has no result (diverged, over a cap, or still running: no second one at the same
  // place) to the worst.
  const std::size_t bad = unknown + ranked - count, others = std::min(bad, kMostOthers);
  std::vector<std::ptrdiff_t> places, behind;
  for (std::size_t i = 0; i < others; ++i) {
    const std::size_t place = i * bad / others;
    if (place < unknown)
      places.push_back(static_cast<std::ptrdiff_t>(place) - static_cast<std::ptrdiff_t>(unknown));
    else
      behind.push_back(static_cast<std::ptrdiff_t>(place - unknown + count));
  }
  const std::size_t without = places.size();
  for (std::size_t place = 0; place < count; ++place) places.push_back(static_cast<std::ptrdiff_t>(place));
  places.insert(places.end(), behind.begin(), behind.end());
  const std::vector<std::size_t> trials = seen.standings.at_places(places);
  std::vector<Coordinates> good_points, other_points;
  for (std::size_t i = 0; i < trials.size(); ++i)
    (i >= without && i < without + count ? good_points : other_points).push_back(seen.at[trials[i]]);
  const ParzenEstimator good(space_, std::move(good_points)), all_else(space_, std::move(other_points));
  const EpochSeconds seconds(space_, seen);

  std::optional<Coordinates> best;
  double highest = -std::numeric_limits<double>::infinity();
  for (std::uint64_t c = 0; c < kCandidates; ++c) {
    const Coordinates at =
        good.sample(random_, (std::uint64_t{1} << 32) + static_cast<std::uint64_t>(number) * kStreams + c);
    if (taken && taken(at)) continue;
    double merit = good.log_density(at) - all_else.log_density(at);
    if (cost_matters > 0) merit -= cost_matters * std::log(std::max(seconds.expected(at), 1e-9));
    if (merit > highest || !best) {
      highest = merit;
      best = at;
    }
  }
  return best;
}

}  // namespace telar
