// Why a change is better or worse: how its trainings differ from the baseline's, and what is left of the difference
// with a mechanism switched off.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "study/documents.hpp"
#include "study/why/landscape.hpp"
#include "study/why/measures.hpp"
#include "study/why/mechanism.hpp"

namespace telar {

/// One finished training of a comparison.
struct MeasuredRun {
  std::uint64_t seed = 0;
  double value = 0;  ///< the metric
  TrainResult result{};
  std::optional<Measures> measures{};
  std::optional<Landscape> landscape{};  ///< with --explain
  std::optional<History> averaged{};     ///< the same, validated with moving averages of its weights; with --explain
};

/// A recipe and its trainings that gave a result.
struct MeasuredRecipe {
  Recipe recipe;
  std::vector<MeasuredRun> runs{};
};

/// A measure of both, over the seeds that have it in both.
struct MeasuredDifference {
  std::string name;   ///< "gap_at_equal_loss"
  std::string words;  ///< "val_loss less loss, at equal loss"
  Summary baseline{}, change{};
  Summary delta{};  ///< change less baseline, within the seeds
};

struct Explanation {
  std::vector<MeasuredDifference> measures{};
  std::vector<MechanismTest> tests{};
  std::optional<Mechanism> remedy{};  ///< the smallest step that makes the change better than the baseline
};

/// What differs between the trainings. `metric`: "val_accuracy".
[[nodiscard]] std::vector<MeasuredDifference> measured_differences(const MeasuredRecipe& baseline,
                                                                   const MeasuredRecipe& change,
                                                                   const std::string& metric);

/// A recipe to be trained with the seeds given.
struct VariantRecipe {
  Recipe recipe;
  std::vector<std::uint64_t> seeds;
};
/// Each variant's trainings that gave a result; less of them if the user stops it.
using TrainVariants = std::function<std::vector<std::vector<MeasuredRun>>(const std::vector<VariantRecipe>&)>;

struct ExplainSettings {
  std::string metric;  ///< "val_accuracy"
  bool more_is_better = true;
  double band = 0;          ///< differences of the metric within it do not matter
  std::size_t samples = 0;  ///< of the training set
  TrainVariants train{};    ///< null: only what needs no training
};

/// One explanation for each change. The mechanisms that the measures suggest are switched off, the others told as not
/// tested.
[[nodiscard]] std::vector<Explanation> explain(const MeasuredRecipe& baseline, std::span<const MeasuredRecipe> changes,
                                               std::span<const Verdict> verdicts, const ExplainSettings& settings);

/// `why` of a change in telar.compare/1.
[[nodiscard]] Json explanation_document(const Explanation& explanation, const std::string& baseline,
                                        const std::string& metric);

}  // namespace telar
