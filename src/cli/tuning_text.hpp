// A search on the terminal.
#pragma once

#include <string>

#include "cli/style.hpp"
#include "study/tune/tuning_study.hpp"

namespace telar::cli {

/// "trial 17: val_accuracy 0.8912 after 3 epochs": a trial that has reached a rung or ended.
[[nodiscard]] std::string trial_line(const TuningProgress& progress);
/// The same with the best so far, a bar, and the time left, on one line.
[[nodiscard]] std::string progress_line(const TuningProgress& progress, const Style& style);
/// What the study came to.
[[nodiscard]] std::string tuning_text(const TuningPlan& plan, const TuningStudy& study, const Style& style);

}  // namespace telar::cli
