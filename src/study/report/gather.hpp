// From folders to what a report says of them.
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "study/recipe.hpp"
#include "study/report/content.hpp"

namespace telar {

struct ReportSettings {
  std::filesystem::path data_dir{};  ///< overrides where the recipes' data are looked for
  DataReading reading{};
  int threads = 1;
};

/// Each subject is a run folder, a folder of run folders, or a study: telar.compare/1 in a file, or a folder with
/// comparison.json, and with it those of its runs that are still there. Networks are looked at on the test set where it
/// is there; where it is not, NetworkView::problem says so. Throws Error (data) for a subject that is none of these or
/// is damaged, (usage) for none or two studies.
[[nodiscard]] ReportContent gather_report(const std::vector<std::filesystem::path>& subjects,
                                          const ReportSettings& settings);

/// The quantities that the epochs of these runs logged, without learning_rate, then learning_rate.
[[nodiscard]] std::vector<LearningCurve> curves_of(std::span<const TrainResult> runs);

/// Learning rates that fell or rose, stops, and the best epoch by val_loss.
[[nodiscard]] std::vector<TrainingEvent> events_of(const TrainResult& run);

/// Mean difference of `quantity` ("val_accuracy", or "validation.accuracy" as in summarize_runs) over common seeds.
[[nodiscard]] Summary paired_difference(const RecipeRuns& recipe, const RecipeRuns& first, const std::string& quantity);

}  // namespace telar
