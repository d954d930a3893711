// "Did it improve?": recipes trained with the same seeds, judged by the differences within the seeds.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "study/documents.hpp"
#include "study/recipe.hpp"
#include "study/recipe_values.hpp"
#include "study/test_reading.hpp"
#include "study/training.hpp"
#include "study/verdict.hpp"
#include "study/why/explanation.hpp"

namespace telar {

/// What is to be compared, and how.
struct ComparisonPlan {
  Recipe baseline;              ///< its seed is the first one
  std::vector<Recipe> changes;  ///< at least one; their seeds do not count
  std::string metric;           ///< "val_accuracy"; empty: the first accuracy that is measured, else "val_loss"
  double band = 0.002;          ///< differences of the metric within it do not matter
  std::optional<int> seeds;     ///< one look after so many; absent: planned_looks
  std::filesystem::path store = "runs", out;  ///< of the runs; of the comparison, empty: a new folder in the store
  std::filesystem::path tensorboard{};        ///< logs of all runs, and what the recipes say otherwise; empty: none
  int threads = 1;                            ///< for measuring runs and reading the test set
  std::vector<std::string> command;           ///< words of the command line
  bool explain = false;                       ///< train what shows which mechanism a difference goes with
};

/// One training of a recipe.
struct ComparedRun {
  std::uint64_t seed = 0;
  std::filesystem::path directory{};
  std::string ended{};            ///< as History has it; empty: it has not ended yet
  bool reused = false;            ///< it was in the store
  std::optional<double> value{};  ///< the metric; absent: it failed
  std::optional<double> test{};   ///< the same of the test set, once it was read

  [[nodiscard]] bool finished() const noexcept { return !ended.empty(); }
  [[nodiscard]] bool failed() const noexcept { return finished() && !value; }
};

/// A recipe and its trainings, seed by seed.
struct ComparedRecipe {
  std::string name{}, file{};
  std::vector<ComparedRun> runs{};
  std::vector<std::string> watchers{};  ///< its callbacks that look at validation data: then the metric flatters it
};

/// What the test set says of a change. It decides nothing.
struct TestComparison {
  Summary delta{};  ///< change less baseline
  double p = 1;     ///< of the sign-flip test
  /// Images that only one of the two takes for what they are.
  struct Images {
    std::uint64_t seed = 0;
    std::int64_t gained = 0, lost = 0;
    double p = 1;  ///< McNemar's mid-p
  };
  std::vector<Images> images{};  ///< of each seed; empty for a regression
  double p_images = 1;           ///< of all seeds: clustered_mcnemar_p
};

/// BCa intervals are told from so many seeds on: for fewer they are too short.
inline constexpr std::size_t kSeedsForBootstrap = 20;

struct Change {
  ComparedRecipe recipe{};
  std::vector<RecipeDifference> differences{};  ///< from the baseline
  Judgement judgement{};                        ///< its differences are above 0 where the change is better
  std::optional<Interval> bootstrap{};          ///< BCa, of change less baseline; from kSeedsForBootstrap on
  std::optional<std::int64_t> seeds_needed{};   ///< in all; undecided alone
  std::optional<TestComparison> test{};
  std::optional<Explanation> why{};  ///< absent: interrupted
};

/// A comparison as far as it came: all that a report of it is made of.
struct Comparison {
  std::string metric{};
  bool more_is_better = true;
  double band = 0;
  std::vector<Look> looks{};  ///< that were planned
  std::size_t looks_made = 0;
  bool interrupted = false;
  ComparedRecipe baseline{};
  std::vector<Change> changes{};
  std::optional<TestReadings> readings{};  ///< absent: the test set was not read
  std::int64_t fresh_readings = 0;         ///< runs whose test set was read for this comparison
  std::vector<std::string> problems{};     ///< runs that the test set could not be read with, a sentence each
  std::filesystem::path directory{};

  /// A judgement's delta as change less baseline.
  [[nodiscard]] Summary delta_of(const Change& change) const;
};

/// Trains all jobs, or those that are reached before the user wants to stop; `upcoming`: those that may follow.
using TrainJobs = std::function<void(std::vector<SeedJob>& jobs, std::size_t upcoming)>;

/// What a comparison needs of whoever runs it.
struct ComparisonHooks {
  TrainJobs train;
  std::function<bool()> stopped;  ///< whether the user wants to stop; asked from several threads at once
  DataReading reading{};          ///< of the recipes' data
  std::function<void(std::size_t done, std::size_t of)> measured{};  ///< runs; by one thread at a time; may be empty
};

/// Trains what the store does not have, look by look, until every change is settled or the looks are over, then
/// measures why they differ, reads the test set with every network, and leaves comparison.json. Runs go into the store,
/// and what was cut off in it goes on. Throws Error (usage) before the first training: recipes that differ in data or
/// split, or that cannot be judged by the metric.
[[nodiscard]] Comparison compare(const ComparisonPlan& plan, const ComparisonHooks& hooks);

/// telar.compare/1.
[[nodiscard]] Json comparison_document(const Comparison& comparison);

}  // namespace telar
