#include "tune/halving.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

namespace telar {

Halving::Halving(int epochs, int eta, int min_epochs) : eta_(eta) {
  if (eta < 2) return;
  for (double left = static_cast<double>(epochs) / eta; left >= min_epochs * 0.9; left /= eta) ++rungs_;
}

int Halving::epochs_at(int rung, int full) const noexcept {
  const double epochs = full * std::pow(eta_, rung - rungs_ + 1);
  return std::clamp(static_cast<int>(std::lround(epochs)), 1, full);
}

int Halving::first_rung(int trial) const noexcept {
  constexpr int kAtTheBottom = 30;
  if (trial < kAtTheBottom) return 0;
  // Bracket s of Hyperband begins with (rungs / (s + 1)) eta^s trials, s rungs below the last.
  std::vector<double> counts;
  double all = 0;
  for (int rung = 0; rung < rungs_; ++rung) {
    const int below = rungs_ - 1 - rung;
    counts.push_back(static_cast<double>(rungs_) / (below + 1) * std::pow(eta_, below));
    all += counts.back();
  }
  // A golden-ratio sequence spreads each kind evenly over the trials.
  constexpr double kGolden = 0.6180339887498949;
  double share = std::fmod(trial * kGolden, 1.0) * all;
  for (int rung = 0; rung < rungs_; ++rung) {
    if (share < counts[static_cast<std::size_t>(rung)]) return rung;
    share -= counts[static_cast<std::size_t>(rung)];
  }
  return 0;
}

}  // namespace telar
