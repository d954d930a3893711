#include "study/verdict.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "base/power.hpp"
#include "base/sequential_levels.hpp"

namespace telar {

namespace {

/// The differences, and for each seed that failed on one side alone one that is larger than all of them together.
std::vector<double> with_failures(const PairedResults& results) {
  double all = 1;
  for (const double difference : results.differences) all += std::abs(difference);
  std::vector<double> values = results.differences;
  values.insert(values.end(), static_cast<std::size_t>(results.only_change_failed), -2 * all);
  values.insert(values.end(), static_cast<std::size_t>(results.only_baseline_failed), 2 * all);
  return values;
}

Judgement described(const PairedResults& results, double band) {
  Judgement j;
  j.delta = summarize(results.differences);
  j.better = share_above_zero(results.differences);
  j.only_change_failed = results.only_change_failed;
  j.only_baseline_failed = results.only_baseline_failed;
  const SignFlipTest test = sign_flip_test(with_failures(results), results.resolution);
  j.p = test.p;
  j.draws = test.draws;
  if (j.seeds() == j.delta.n) j.p_equivalence = equivalence_p(results.differences, band);
  return j;
}

bool is_worse(const PairedResults& results) {
  const std::vector<double> values = with_failures(results);
  return std::accumulate(values.begin(), values.end(), 0.0) < 0;
}

}  // namespace

const char* to_string(Verdict verdict) noexcept {
  switch (verdict) {
    case Verdict::better:
      return "better";
    case Verdict::worse:
      return "worse";
    case Verdict::equivalent:
      return "equivalent";
    case Verdict::undecided:
      break;
  }
  return "undecided";
}

std::vector<Look> planned_looks(std::optional<int> seeds) {
  if (seeds) return {{*seeds, kAlpha}};
  // With more of the error early, a difference that decides is rarely missed and often found at the first look.
  return {{10, 0.027}, {16, 0.039}, {24, kAlpha}};
}

int fewest_seeds(int changes) {
  int seeds = 1;
  while (std::exp2(1 - seeds) > kAlpha / changes) ++seeds;
  return seeds;
}

std::optional<std::int64_t> seeds_needed(const Judgement& judgement, double band, int changes) {
  const Summary& delta = judgement.delta;
  const auto at_least = std::max<std::int64_t>(judgement.seeds() + 1, fewest_seeds(changes));
  // Without spread the first seeds that allow a verdict give it, unless there is nothing to find.
  if (delta.n > 1 && delta.sd == 0 && delta.mean == 0 && band == 0) return {};
  if (delta.n < 2 || !std::isfinite(delta.sd) || !(delta.sd > 0)) return at_least;
  const double alpha = kAlpha / changes, effect = std::abs(delta.mean) / delta.sd;
  const std::int64_t seeds =
      std::min(pairs_for_difference(effect, alpha), pairs_for_equivalence(effect, band / delta.sd, alpha));
  if (seeds > kMostPairs) return {};
  return std::max(seeds, at_least);
}

Judge::Judge(std::vector<Look> looks, int changes, double band)
    : looks_(std::move(looks)), band_(band), judgements_(static_cast<std::size_t>(changes)) {
  std::vector<int> sizes;
  for (const Look& look : looks_) sizes.push_back(look.seeds);
  for (int left = 1; left <= changes; ++left) {
    std::vector<double> spent;
    for (const Look& look : looks_) spent.push_back(look.spent / left);
    // One look needs no recursion, and keeps Holm's own levels.
    levels_.push_back(looks_.size() == 1 ? spent : sequential_levels(sizes, spent));
  }
}

std::vector<bool> Judge::rejected(std::size_t look, const std::vector<double>& p, std::size_t left) const {
  std::vector<std::size_t> order(p.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, {}, [&](std::size_t i) { return p[i]; });
  std::vector<bool> yes(p.size());
  for (const std::size_t i : order) {
    if (left == 0 || !(p[i] <= levels_[left - 1][look])) break;
    yes[i] = true;
    --left;
  }
  return yes;
}

void Judge::judge(std::size_t look, std::span<const PairedResults> results) {
  describe(results);
  const std::size_t changes = judgements_.size();
  std::vector<double> different(changes, 1), equivalent(changes, 1);
  std::size_t left_different = changes, left_equivalent = changes;
  for (std::size_t i = 0; i < changes; ++i) {
    const Verdict verdict = judgements_[i].verdict;
    if (verdict == Verdict::better || verdict == Verdict::worse) --left_different;
    if (verdict == Verdict::equivalent) --left_equivalent;
    if (verdict != Verdict::undecided || judgements_[i].too_few_seeds) continue;
    different[i] = judgements_[i].p;
    equivalent[i] = judgements_[i].p_equivalence;
  }
  const std::vector<bool> is_different = rejected(look, different, left_different),
                          is_equivalent = rejected(look, equivalent, left_equivalent);
  for (std::size_t i = 0; i < changes; ++i) {
    Judgement& j = judgements_[i];
    if (is_equivalent[i])
      j.verdict = Verdict::equivalent;
    else if (is_different[i])
      j.verdict = is_worse(results[i]) ? Verdict::worse : Verdict::better;
  }
}

void Judge::describe(std::span<const PairedResults> results) {
  const int changes = static_cast<int>(judgements_.size());
  for (std::size_t i = 0; i < judgements_.size(); ++i) {
    if (settled(i)) continue;
    judgements_[i] = described(results[i], band_);
    judgements_[i].too_few_seeds = judgements_[i].seeds() < fewest_seeds(changes);
  }
  std::vector<double> p;
  for (const Judgement& j : judgements_) p.push_back(j.p);
  const std::vector<double> adjusted = holm(p);
  for (std::size_t i = 0; i < judgements_.size(); ++i)
    if (!settled(i)) judgements_[i].p_holm = adjusted[i];
}

bool Judge::all_settled() const {
  return std::ranges::none_of(judgements_, [](const Judgement& j) { return j.verdict == Verdict::undecided; });
}

}  // namespace telar
