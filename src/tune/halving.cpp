#include "tune/halving.hpp"

#include <algorithm>
#include <cmath>

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
  // Bracket s of Hyperband begins with (rungs / (s + 1)) eta^s trials, s rungs below the last.
  std::vector<double> counts;
  double all = 0;
  for (int rung = 0; rung < rungs_; ++rung) {
    const int below = rungs_ - 1 - rung;
    counts.push_back(static_cast<double>(rungs_) / (below + 1) * std::pow(eta_, below));
    all += counts.back();
  }
  // A golden-ratio sequence spreads each kind evenly over the trials. Trial 0 starts at the bottom.
  constexpr double kGolden = 0.6180339887498949;
  double share = std::fmod(trial * kGolden, 1.0) * all;
  for (int rung = 0; rung < rungs_; ++rung) {
    if (share < counts[static_cast<std::size_t>(rung)]) return rung;
    share -= counts[static_cast<std::size_t>(rung)];
  }
  return 0;
}

std::optional<std::size_t> Halving::promotable(std::span<const Trial> trials, const Objectives& objectives) const {
  for (int rung = rungs_ - 2; rung >= 0; --rung) {
    std::vector<std::size_t> there;
    std::vector<Merits> merits;
    std::size_t came = 0;  // those that diverged count too
    for (std::size_t i = 0; i < trials.size(); ++i)
      for (const TrialRung& at : trials[i].rungs) {
        if (at.rung != rung) continue;
        ++came;
        if (at.values.empty()) continue;
        there.push_back(i);
        merits.push_back(objectives.merits(at.values));
      }
    const std::size_t most = came / static_cast<std::size_t>(eta_);
    const std::vector<std::size_t> order = best_first(merits);
    for (std::size_t place = 0; place < std::min(most, order.size()); ++place) {
      const Trial& trial = trials[there[order[place]]];
      if (trial.state == Trial::State::paused && trial.rungs.back().rung == rung) return there[order[place]];
    }
  }
  return {};
}

}  // namespace telar
