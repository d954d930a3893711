// Asynchronous successive halving: who may go on, and with how many epochs.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "tune/ranking.hpp"

namespace telar {

/// Rungs 0, 1, ... of a ladder; at the last one a training is complete.
class Halving {
 public:
  /// `epochs`: of a training in full. eta 1: one rung.
  Halving(int epochs, int eta, int min_epochs);

  [[nodiscard]] int rungs() const noexcept { return rungs_; }
  /// Of a training that has `full` epochs, the epochs by the end of the rung: full / eta for each rung below the last,
  /// at least 1.
  [[nodiscard]] int epochs_at(int rung, int full) const noexcept;
  /// The rung at which new trial number `trial` is first compared: as often as Hyperband's brackets (Li et al. 2017)
  /// have one there, so that what is slow to show is not always overlooked.
  [[nodiscard]] int first_rung(int trial) const noexcept;
  /// The trial that should go on: from the highest rung at which it is among the best one in eta of those that came
  /// there, and waits. Absent if there is none.
  [[nodiscard]] std::optional<std::size_t> promotable(std::span<const Trial> trials,
                                                      const Objectives& objectives) const;

 private:
  int eta_, rungs_ = 1;
};

}  // namespace telar
