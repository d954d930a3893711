// What the trials of a search have come to, kept in order as it comes: what there is to decide takes no longer as they
// grow.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "tune/ranking.hpp"

namespace telar {

/// A sum of numbers that each have a place, by a fixed tree over the places: it does not depend on the order in which
/// they came, and a new one takes as many additions as the tree is high.
class PlacedSum {
 public:
  void set(std::size_t place, double value);
  [[nodiscard]] double total() const noexcept { return levels_.empty() ? 0 : levels_.back()[0]; }

 private:
  std::vector<std::vector<double>> levels_;  // the numbers, sums of two, sums of four, ...
};

class Standings {
 public:
  /// `eta`: of the trials at a rung, one in so many goes on.
  Standings(const Objectives& objectives, int eta) : objectives_(objectives), eta_(static_cast<std::size_t>(eta)) {}

  /// A trial as it is now: a new one, the next in number, or one that is known, with more rungs or another state.
  void update(const Trial& trial);

  [[nodiscard]] std::size_t size() const noexcept { return trials_.size(); }
  /// Trials that have an estimate.
  [[nodiscard]] std::size_t ranked() const noexcept { return trials_.size() - without_.size(); }
  /// Trial::estimate as estimate_trials would write it.
  [[nodiscard]] std::vector<double> estimate(const Trial& trial) const;

  /// The trial that should go on: from the highest of `rungs` rungs but the last at which it is among the best one in
  /// eta of those that came there, and waits; the first one that `wanted` accepts. Absent if there is none.
  [[nodiscard]] std::optional<std::size_t> promotable(int rungs, const std::function<bool(std::size_t)>& wanted) const;

  /// The trial with the best estimate that waits below the last of `rungs` rungs; of those that `wanted` accepts, which
  /// is asked for the first few of each rung. For one objective; absent if there is none.
  [[nodiscard]] std::optional<std::size_t> best_waiting(int rungs,
                                                        const std::function<bool(std::size_t)>& wanted) const;

  /// The trials without an estimate by number, then those with one from the best on: what is at `places`, counted
  /// from the first with an estimate (negative: without one), in rising order, none twice.
  [[nodiscard]] std::vector<std::size_t> at_places(const std::vector<std::ptrdiff_t>& places) const;

  /// Logarithm of the seconds that an epoch of the trial takes; NaN if it has none.
  [[nodiscard]] double log_epoch_seconds(std::size_t trial) const { return trials_[trial].log_epoch_seconds; }

 private:
  /// More is better, and of equals the earlier trial.
  struct Entry {
    double merit = 0;
    std::size_t trial = 0;
    friend bool operator<(const Entry& a, const Entry& b) {
      return a.merit != b.merit ? a.merit > b.merit : a.trial < b.trial;
    }
  };
  using Sorted = std::vector<Entry>;

  struct Rung {
    std::size_t came = 0;                    // with those that diverged
    Sorted all;                              // that have a result here, by the first objective
    Sorted last, waiting;                    // of these, those that have come no further; that are paused
    PlacedSum gain;                          // of each trial, from here to the next rung
    std::size_t gained = 0;                  // trials in it
    std::vector<Merits> merits;              // of several objectives: of `all`, in the order in which they came
    std::vector<std::size_t> trials;         // the same
    mutable std::vector<std::size_t> order;  // by best_first, made when it is asked for
  };
  struct Known {
    std::size_t rungs = 0;  // counted
    int last = -1;          // the rung where it stands in `last`
    double merit = 0;       // there
    bool waits = false;
    std::vector<double> values{};  // of the last rung, where there are several objectives
    double log_epoch_seconds = 0;
  };

  static void insert(Sorted& sorted, const Entry& entry);
  static void erase(Sorted& sorted, const Entry& entry);
  Rung& rung(int number);
  [[nodiscard]] std::vector<double> gains() const;
  [[nodiscard]] std::optional<std::size_t> promotable_from(const Rung& rung,
                                                           const std::function<bool(std::size_t)>& wanted) const;
  [[nodiscard]] std::vector<std::size_t> best_of_one(const std::vector<std::size_t>& places) const;
  [[nodiscard]] std::vector<std::size_t> best_of_several(const std::vector<std::size_t>& places) const;

  const Objectives& objectives_;
  std::size_t eta_;
  std::vector<Known> trials_;
  std::vector<Rung> rungs_;
  std::vector<std::size_t> without_;  // an estimate, by number
};

}  // namespace telar
