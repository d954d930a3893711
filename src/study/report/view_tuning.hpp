// What page/tuning.html and page/tuning.md are filled with.
#pragma once

#include "study/report/tuning_content.hpp"
#include "study/report/view.hpp"

namespace telar {

/// Rows of the table of trials, and of other lists of trials.
inline constexpr std::size_t kMostTrialRows = 30;
/// Trials that parallel coordinates draw, and that the other charts do.
inline constexpr std::size_t kMostTrialLines = 200, kMostTrialPoints = 600;
/// Parameters that have an axis and a column.
inline constexpr std::size_t kMostAxes = 16;

// Each returns what its template shows, or null.
[[nodiscard]] Json view_best(const TuningContent& content);
[[nodiscard]] Json view_trials(const TuningContent& content, Figures& figures);
[[nodiscard]] Json view_importance(const TuningContent& content, Figures& figures);
[[nodiscard]] Json view_race(const TuningContent& content, Figures& figures);
[[nodiscard]] Json view_front(const TuningContent& content, Figures& figures);
[[nodiscard]] Json view_search(const TuningContent& content);

/// All of it, and "charts": what page/report.js and page/tuning.js read.
[[nodiscard]] Json view_tuning(const TuningContent& content);

/// Where the values of an objective lie, with a little room. A tenth of them that is far worse than the others is left
/// out, since a few failures would press the rest into a line. [0, 1] without finite values.
[[nodiscard]] Interval usual_range(std::vector<double> values, bool more_is_better);

}  // namespace telar
