// What paired differences allow to say of a change.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/paired.hpp"

namespace telar {

enum class Verdict { better, worse, equivalent, undecided };
/// "better", "worse", "equivalent" or "undecided".
[[nodiscard]] const char* to_string(Verdict verdict) noexcept;

/// The probability of calling any change of a comparison better or worse that is neither, looks included.
inline constexpr double kAlpha = 0.05;
/// After how many seeds a comparison is judged, and how much of kAlpha is spent by then.
struct Look {
  int seeds = 0;
  double spent = kAlpha;
};
/// One look after `seeds`; without, after 10, 16 and 24, and no further than it takes.
[[nodiscard]] std::vector<Look> planned_looks(std::optional<int> seeds);

/// The fewest seeds that can give a verdict on one of `changes`: the first n at which the smallest p of the sign-flip
/// test, 2 / 2^n, is at most kAlpha / changes. 6, 7 and 8 for 1, 2 to 3 and 4 to 6 changes.
[[nodiscard]] int fewest_seeds(int changes);

/// A change's results beside the baseline's, seed by seed.
struct PairedResults {
  std::vector<double> differences{};  ///< of the seeds at which both have a result: above 0 where the change is better
  double resolution = 0;              ///< what they are rounded to
  int only_change_failed = 0;         ///< seeds at which only the change's training diverged
  int only_baseline_failed = 0;
};

/// What they say.
struct Judgement {
  Verdict verdict = Verdict::undecided;
  bool too_few_seeds = false;  ///< for any verdict
  Summary delta;               ///< of the differences
  double p = 1;                ///< of the sign-flip test
  std::int64_t draws = 0;      ///< SignFlipTest::draws
  double p_holm = 1;           ///< adjusted for all changes
  double p_equivalence = 1;    ///< of two one-sided tests
  Share better;                ///< of the seeds
  int only_change_failed = 0;  ///< as in PairedResults
  int only_baseline_failed = 0;

  /// Seeds that say something of the change.
  [[nodiscard]] std::int64_t seeds() const noexcept { return delta.n + only_change_failed + only_baseline_failed; }
};

/// How many seeds would decide an undecided one of `changes` with a probability of 80 % if mean and spread are as seen;
/// absent if that is more than kMostPairs, or if no number of seeds would.
[[nodiscard]] std::optional<std::int64_t> seeds_needed(const Judgement& judgement, double band, int changes);

/// Judges all changes of a comparison look by look: which are settled stay so.
///
/// A change is equivalent if two one-sided t tests put it within the band; else better or worse if the sign-flip test
/// finds a difference. Both go through the changes as Holm's procedure does, each step at the level that
/// sequential_levels gives for its share of the error (Ye, Li, Liu and Yao 2013, "A group sequential Holm procedure
/// with multiple primary endpoints"). A seed that failed on one side only is a difference too, one that outweighs all
/// that are measured: failures alone are judged as by McNemar's exact test. Then nothing is equivalent.
class Judge {
 public:
  /// `band` as in equivalence_p, 0: nothing is equivalent.
  Judge(std::vector<Look> looks, int changes, double band);

  /// At look number `look`, from 0: what is not settled is judged by `results`, in the order of changes.
  void judge(std::size_t look, std::span<const PairedResults> results);
  /// What can be said without a look: everything but verdicts, for changes that are not settled.
  void describe(std::span<const PairedResults> results);

  [[nodiscard]] const std::vector<Judgement>& judgements() const noexcept { return judgements_; }
  [[nodiscard]] bool settled(std::size_t change) const { return judgements_[change].verdict != Verdict::undecided; }
  [[nodiscard]] bool all_settled() const;

 private:
  [[nodiscard]] std::vector<bool> rejected(std::size_t look, const std::vector<double>& p, std::size_t left) const;

  std::vector<Look> looks_;
  double band_;
  std::vector<std::vector<double>> levels_;  // of the looks; for 1, 2, ... hypotheses that are left
  std::vector<Judgement> judgements_;
};

}  // namespace telar
