// Where in the space the next trial is.
#pragma once

#include <span>
#include <vector>

#include "base/random.hpp"
#include "tune/ranking.hpp"
#include "tune/space.hpp"

namespace telar {

/// What a search has seen: coordinates of the trials, in their order.
struct SeenTrials {
  std::span<const Trial> trials;
  std::span<const Coordinates> at;
};

class Sampler {
 public:
  Sampler(const SearchSpace& space, const Objectives& objectives, TuneOptions::Sampler kind, std::uint64_t seed);

  /// Coordinates of trial `number`, the same for the same trials. `cost_matters` in [0, 1]: how much of a preference
  /// for what is soon trained. The first trials, and every tenth, are spread evenly over the space.
  [[nodiscard]] Coordinates next(int number, const SeenTrials& seen, double cost_matters) const;

  /// Seconds an epoch of a trial there takes, from those that were near; 0 if none was trained yet.
  [[nodiscard]] double expected_epoch_seconds(const Coordinates& at, const SeenTrials& seen) const;

 private:
  [[nodiscard]] Coordinates spread(int number) const;
  [[nodiscard]] Coordinates modelled(int number, const SeenTrials& seen, double cost_matters) const;

  const SearchSpace& space_;
  const Objectives& objectives_;
  TuneOptions::Sampler kind_;
  Random random_;
};

}  // namespace telar
