// Asynchronous successive halving: the rungs, and with how many epochs.
#pragma once

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
  /// have one there, so that what is slow to show is not always overlooked. But the first 30 begin at the lowest: half
  /// the time of a search of few trainings would else go to points of which a few epochs tell that they are bad.
  [[nodiscard]] int first_rung(int trial) const noexcept;

 private:
  int eta_, rungs_ = 1;
};

}  // namespace telar
