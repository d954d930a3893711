// telar tune: search, choose on fresh seeds, prove on others.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "study/comparison.hpp"
#include "study/tune/search_file.hpp"

namespace telar {

struct TuningPlan {
  SearchFile search;
  std::optional<double> seconds{};              ///< of all: searching takes about 60 %, choosing and proving the rest
  std::optional<int> trials{};                  ///< at least one of the two
  std::filesystem::path store = "runs", out{};  ///< of studies; of this one, empty: a new folder in the store
  bool resume = false;                          ///< `out`, or the newest unfinished study of this search in the store
  int workers = 1;
  std::vector<std::string> command{};
};

/// A trial's training in full on a seed that the search did not use.
struct FinalistRun {
  std::uint64_t seed = 0;
  double value = 0;
  std::filesystem::path directory{};
};
struct Finalist {
  int trial = 0;
  std::vector<FinalistRun> runs{};
  Summary summary{};
};

/// How many of the best trials are trained again, and with how many fresh seeds.
struct ChoosingPlan {
  std::size_t finalists = 0;  ///< 0: there is no time to choose, the search's own order stands
  int seeds = 0;
};

/// `full_seconds`: of one training in full of each candidate, best first; `seconds`: that there are for all of them on
/// one core. All candidates with two seeds, or as many as there is time for if these are two at least; else as many
/// with one seed.
[[nodiscard]] ChoosingPlan plan_choosing(std::span<const double> full_seconds, double seconds);

/// A study as far as it came.
struct TuningStudy {
  enum class Ended { budget, trials, space, interrupted };  ///< space: every point of it was tried
  Ended ended = Ended::budget;
  std::vector<std::string> objectives{};
  bool more_is_better = true;
  Tuning tuning{};
  std::vector<int> rungs{};           ///< epochs of the default recipe at each rung
  std::vector<Finalist> finalists{};  ///< best first
  std::optional<int> best{};          ///< a trial
  Recipe best_recipe{};
  std::vector<RecipeDifference> differences{};
  std::optional<Comparison> proof{};  ///< the default and the best, on seeds that nothing has used before
  std::vector<std::string> problems{};
  double seconds = 0;
  std::filesystem::path directory{};
};

/// What somebody who waits may want to see.
struct TuningProgress {
  const Trial& trial;         ///< that has changed
  const Trial* best;          ///< so far; null: none
  double seconds = 0;         ///< of the search
  double search_seconds = 0;  ///< it will take; 0: not known
};

/// What the study needs of whoever runs it.
struct TuningHooks {
  ComparisonHooks compare;
  std::function<void(const TuningProgress&)> progress;
};

/// Leaves in its folder: trials.jsonl as it comes, then runs/ and proof/, best.toml and tuning.json. A study that was
/// cut off goes on from trials.jsonl: trials come out the same, those that waited are trained again if their turn
/// comes. Throws Error (usage) before the first training for every mistake in space and recipe.
[[nodiscard]] TuningStudy run_tuning(const TuningPlan& plan, const TuningHooks& hooks);

/// telar.tune/1.
[[nodiscard]] Json tuning_document(const TuningPlan& plan, const TuningStudy& study);

}  // namespace telar
