// What a report says before it is a page: plain values. What cannot be said is absent or empty.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/statistics.hpp"
#include "study/documents.hpp"
#include "study/recipe.hpp"
#include "study/why/layer_health.hpp"

namespace telar {

/// What is measured of a change and of its baseline, in numbers as the study has them.
struct JudgedMeasure {
  std::string words;
  double baseline = 0, change = 0, delta = 0;
  Interval interval;  ///< 95 %, of delta
};

/// Why a change differs, as far as the study says: `why` of a change in telar.compare/1.
struct JudgedReasons {
  struct Mechanism {
    std::string finding;  ///< "consistent", "contradicted", "open" or "not_tested"
    std::string words;
  };
  std::vector<Mechanism> mechanisms;
  std::vector<JudgedMeasure> measures;
  std::string remedy;  ///< a sentence, or empty
};

/// A change beside its baseline, as a study judged it: an element of `changes` in telar.compare/1.
struct JudgedChange {
  std::string recipe;
  std::string verdict;                ///< "better", "worse", "equivalent" or "undecided"
  double delta = 0;                   ///< mean of the paired differences, change minus baseline; NaN if there are none
  Interval interval;                  ///< 95 %, of delta
  double p = 1;                       ///< of the test that decided
  int seeds = 0;                      ///< pairs
  std::optional<int> seeds_needed{};  ///< undecided: how many would probably do
  std::vector<std::string> watchers{};  ///< its callbacks that look at validation data
  std::optional<double> test_delta{};   ///< the same difference on the test set, which decides nothing
  Interval test_interval{};             ///< 95 %, of test_delta
  JudgedReasons reasons{};
  std::optional<double> mean{};  ///< over its seeds
};

struct JudgedStudy {
  std::string baseline;
  std::string metric = "val_accuracy";
  std::optional<double> band{};  ///< differences within ± band count as none
  std::vector<JudgedChange> changes;
  std::vector<std::filesystem::path> runs{};       ///< folders of its trainings, the baseline's first
  std::optional<std::int64_t> earlier_readings{};  ///< comparisons that have read this test set
  std::optional<double> baseline_mean{};           ///< over its seeds
};

/// One quantity of an epoch, over the seeds that got there.
struct CurvePoint {
  int epoch = 1;  ///< from 1
  double mean = 0, low = 0, high = 0;
};
struct LearningCurve {
  std::string quantity;  ///< "val_accuracy"
  std::vector<CurvePoint> points;
};

/// Something that happened in a training.
struct TrainingEvent {
  std::uint64_t seed = 0;
  int epoch = 1;  ///< from 1
  std::string what;
};

/// A test sample that a network is wrong about.
struct Mistake {
  std::size_t sample = 0;  ///< its number in the test set
  std::string actual, predicted;
  double confidence = 0;         ///< the probability of `predicted`
  std::vector<std::byte> png{};  ///< its picture; empty if it is none
};

/// Test samples whose largest probability lies in (low, high].
struct CalibrationBin {
  double low = 0, high = 1;
  std::int64_t samples = 0;
  double confidence = 0, accuracy = 0;  ///< means; NaN without samples
};

/// A network at work on the test set.
struct NetworkView {
  std::string problem;     ///< why there is nothing to see; else empty
  std::uint64_t seed = 0;  ///< of the run
  std::size_t samples = 0, wrong = 0;
  std::vector<Mistake> mistakes;  ///< the most confident ones, in that order
  std::vector<CalibrationBin> calibration;
  double calibration_error = 0;  ///< expected, over these bins; NaN without them
  std::size_t layer_samples = 0;
  std::vector<LayerHealth> layers;
};

/// A number over the runs of a recipe, from the lowest to the highest; NaN where nothing measured it.
struct SeedSpread {
  double mean = std::numeric_limits<double>::quiet_NaN(), low = mean, high = mean;
};
/// Whether a layer is well, over the runs of a recipe.
struct LayerSpread {
  std::string layer;
  SeedSpread zeros{}, dead{};                  ///< shares: of outputs that are 0, of units that are 0 for all samples
  SeedSpread update_ratio{}, gradient_norm{};  ///< of its kernel, as in KernelMotion
};

/// Runs of one recipe, tested on the same samples, that differ in the seed alone.
struct RecipeRuns {
  std::string name;                                      ///< unlike that of the other recipes
  std::string hash;                                      ///< SHA-256 of the recipe without seed and folder of the data
  std::string tested_on;                                 ///< SHA-256 of the test samples; empty: not known
  Recipe recipe;                                         ///< that of the first run
  Json environment = Json::object();                     ///< likewise
  std::vector<TrainResult> runs;                         ///< by seed
  std::vector<std::pair<std::string, Summary>> summary;  ///< summarize_runs
  std::vector<LearningCurve> curves;
  std::vector<TrainingEvent> events;
  std::vector<std::string> warnings;  ///< of lint
  std::optional<Score> pooled;        ///< the confusions of all runs, added up; with classes
  NetworkView network;
  std::vector<LayerSpread> layers;  ///< of the runs with measures.json; if none has it, of the network
};

struct DiffLine {
  enum class Kind { same, removed, added };
  Kind kind = Kind::same;
  std::string text;
};

/// A recipe beside the first one.
struct Difference {
  std::string recipe;
  std::vector<DiffLine>
      lines;             ///< of the recipes, without what both leave at its default; empty if only the data differ
  std::string quantity;  ///< what `paired` is of: "val_accuracy"
  Summary paired;        ///< over the seeds that both have; n = 0 if there are none
};

struct ReportContent {
  std::optional<JudgedStudy> study;
  std::vector<RecipeRuns> recipes;      ///< the first one is what the others are seen beside
  std::vector<Difference> differences;  ///< one for each recipe but the first
  std::vector<std::string> notices;     ///< what a reader has to know first
};

/// "test.accuracy", or "test.loss" where there is no accuracy.
[[nodiscard]] std::string main_quantity(const ReportContent& content);
/// What the runs of a recipe say of a quantity; null if nothing.
[[nodiscard]] const Summary* summary_of(const RecipeRuns& recipe, const std::string& quantity);
/// The reading of "test.accuracy", "validation.loss", ... in a run; null if it has none.
[[nodiscard]] const Estimate* reading_of(const TrainResult& run, const std::string& quantity);
/// How sure a quantity of a recipe is: over its seeds, or of its only run over other samples.
[[nodiscard]] Interval interval_of(const RecipeRuns& recipe, const std::string& quantity);

}  // namespace telar
