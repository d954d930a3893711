// Which trials are good: one scale for all rungs, one order for all objectives.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include <telar/tuning.hpp>

#include "tune/merits.hpp"

namespace telar {

/// Which way each objective goes.
class Objectives {
 public:
  /// Throws Error (usage) unless the first is a quantity of the epochs and the others are "weights" or "latency", each
  /// once.
  explicit Objectives(const std::vector<std::string>& names);

  [[nodiscard]] const std::vector<std::string>& names() const noexcept { return names_; }
  [[nodiscard]] bool more_is_better(std::size_t objective) const noexcept { return objective == 0 && up_; }
  [[nodiscard]] Merits merits(std::span<const double> values) const;

 private:
  std::vector<std::string> names_;
  bool up_;
};

/// Writes Trial::estimate of all. Trials that were at a rung and at the next tell what the step from one to the other
/// is worth on average; what did not get there is taken to gain as much. So a trial at a low rung is not bad for that.
void estimate_trials(std::span<Trial> trials);

/// Positions in `merits`, best first: by the first merit, or with several by how many fronts of what nothing else is
/// better than have to be taken away before it is in one (Deb et al. 2002), and within a front by the first merit.
[[nodiscard]] std::vector<std::size_t> best_first(std::span<const Merits> merits);

/// Positions that nothing is better than in one merit and at least as good in all others; of equals, all.
[[nodiscard]] std::vector<std::size_t> pareto_front(std::span<const Merits> merits);

}  // namespace telar
