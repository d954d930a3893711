// Where in the space the next trial is.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "base/random.hpp"
#include "tune/space.hpp"
#include "tune/standings.hpp"

namespace telar {

/// What a search has seen.
struct SeenTrials {
  const Standings& standings;
  std::span<const Coordinates> at;  ///< of the trials, in their order
};

class Sampler {
 public:
  /// Whether there is no need of a trial somewhere; empty: there is everywhere.
  using Taken = std::function<bool(const Coordinates&)>;

  Sampler(const SearchSpace& space, TuneOptions::Sampler kind, std::uint64_t seed);

  /// Coordinates of trial `number`, the same for the same trials. `cost_matters` in [0, 1]: how much of a preference
  /// for what is soon trained. The first trials, and every tenth, are spread evenly over the space. Absent if all that
  /// was drawn is taken.
  [[nodiscard]] std::optional<Coordinates> next(int number, const SeenTrials& seen, double cost_matters,
                                                const Taken& taken = {}) const;
  /// Coordinates of a trial of a search that has seen none.
  [[nodiscard]] Coordinates first() const { return spread(0); }

 private:
  [[nodiscard]] Coordinates spread(int number) const;
  [[nodiscard]] std::optional<Coordinates> modelled(int number, const SeenTrials& seen, double cost_matters,
                                                    const Taken& taken) const;

  const SearchSpace& space_;
  TuneOptions::Sampler kind_;
  double root_;  // of the R sequence
  Random random_;
};

}  // namespace telar
