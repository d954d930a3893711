#include "study/comparison_words.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <fmt/format.h>
#include <string_view>
#include <utility>

#include "base/number_text.hpp"

namespace telar {

namespace {

std::string list_of(const std::vector<std::string>& names) {
  std::string list;
  for (std::size_t i = 0; i < names.size(); ++i)
    list += (i == 0 ? "" : i + 1 == names.size() ? " and " : ", ") + names[i];
  return list;
}

std::int64_t failed(const ComparedRecipe& recipe) { return std::ranges::count_if(recipe.runs, &ComparedRun::failed); }

std::string needed_text(const Change& change) {
  if (!change.seeds_needed) return "if they differ at all, then by too little to find with 10,000 seeds";
  const std::int64_t more = *change.seeds_needed - change.judgement.seeds();
  return fmt::format("about {} more {} would tell (--seeds {})", more, more == 1 ? "seed" : "seeds",
                     *change.seeds_needed);
}

std::string evidence_of(const Comparison& comparison, const Change& change) {
  const Judgement& j = change.judgement;
  if (j.seeds() == 0) return "there is no seed at which both have a result";
  std::string text;
  if (j.seeds() > j.delta.n)
    text = fmt::format("its training alone diverged at {}, that of {} alone at {}",
                       counted(j.only_change_failed, "seed"), comparison.baseline.name, j.only_baseline_failed);
  if (j.delta.n == 0) return text + ", " + p_text(j.p);
  if (!text.empty()) text += "; else ";
  const Summary delta = comparison.delta_of(change);
  text += fmt::format("{} {}", comparison.metric, difference_text(comparison.metric, delta.mean));
  if (j.delta.n > 1) text += " " + interval_text(comparison.metric, delta.interval);
  text += " over " + counted(j.delta.n, "seed");
  if (j.verdict == Verdict::equivalent)
    return text + fmt::format(", within the band of {}", difference_text(comparison.metric, comparison.band).substr(1));
  text += ", " + p_text(j.p);
  if (comparison.changes.size() > 1) text += fmt::format(" ({} with Holm)", p_text(j.p_holm));
  return text;
}

}  // namespace

bool in_points(const std::string& metric) {
  constexpr std::array<std::string_view, 4> kShares{"accuracy", "precision", "recall", "f1_score"};
  return std::ranges::any_of(kShares, [&](std::string_view share) { return metric.ends_with(share); });
}

std::string difference_text(const std::string& metric, double difference) {
  return in_points(metric) ? fmt::format("{:+.2f} pp", 100 * difference) : fmt::format("{:+.4g}", difference);
}

std::string interval_text(const std::string& metric, const Interval& interval) {
  return in_points(metric) ? fmt::format("[{:+.2f}, {:+.2f}]", 100 * interval.low, 100 * interval.high)
                           : fmt::format("[{:+.4g}, {:+.4g}]", interval.low, interval.high);
}

std::string p_text(double p) { return p < 0.0001 ? "p < 0.0001" : fmt::format("p = {:.2g}", p); }

VerdictSentence verdict_sentence(const Comparison& comparison, const Change& change) {
  const std::string& baseline = comparison.baseline.name;
  const Judgement& j = change.judgement;
  VerdictSentence sentence{change.recipe.name, {}, evidence_of(comparison, change)};
  switch (j.verdict) {
    case Verdict::better:
      sentence.claim = "is better than " + baseline;
      break;
    case Verdict::worse:
      sentence.claim = "is worse than " + baseline;
      break;
    case Verdict::equivalent:
      sentence.claim = "is as good as " + baseline;
      break;
    case Verdict::undecided: {
      const int changes = static_cast<int>(comparison.changes.size());
      sentence.claim =
          j.too_few_seeds ? "was tried with too few seeds for a verdict" : "may be better or worse than " + baseline;
      if (j.too_few_seeds)
        sentence.evidence +=
            fmt::format("; {} at least {} seeds", changes == 1 ? "it takes" : fmt::format("{} changes take", changes),
                        fewest_seeds(changes));
      else if (j.seeds() == j.delta.n && j.delta.n > 0)
        sentence.evidence += "; " + needed_text(change);
    }
  }
  return sentence;
}

std::vector<std::string> remarks(const Comparison& comparison) {
  std::vector<std::string> all;
  const auto tell_failures = [&all](const ComparedRecipe& recipe) {
    if (const std::int64_t n = failed(recipe); n > 0)
      all.push_back(
          fmt::format("{}: {} of {} gave no result (diverged).", recipe.name, n, counted(recipe.runs.size(), "seed")));
  };
  tell_failures(comparison.baseline);
  for (const Change& change : comparison.changes) tell_failures(change.recipe);
  const auto tell_watchers = [&](const ComparedRecipe& recipe) {
    if (!recipe.watchers.empty())
      all.push_back(fmt::format(
          "{}: {} {} validation data, so {} may flatter it: look at the test set's difference as well.", recipe.name,
          list_of(recipe.watchers), recipe.watchers.size() == 1 ? "looks at" : "look at", comparison.metric));
  };
  for (const Change& change : comparison.changes) tell_watchers(change.recipe);
  tell_watchers(comparison.baseline);
  for (const std::string& problem : comparison.problems) all.push_back(problem);
  if (comparison.interrupted)
    all.emplace_back("Interrupted: the same command goes on from the seeds that are finished.");
  if (const std::optional<TestReadings>& readings = comparison.readings) {
    const std::string now = comparison.fresh_readings > 0 ? "The test set was read once, after the verdicts"
                                                          : "The test set was not read again";
    all.push_back(fmt::format("{}; so far {} and {} have a score on it.", now,
                              counted(readings->comparisons, "comparison"), counted(readings->runs, "run")));
  }
  return all;
}

}  // namespace telar
