// A report in a few lines of the terminal.
#pragma once

#include <string>
#include <vector>

#include "cli/style.hpp"
#include "study/report/content.hpp"
#include "study/report/tuning_content.hpp"

namespace telar::cli {

/// Values as bars of one row, U+2581 to U+2588, from the lowest to the highest; at most `columns`, of more values every
/// second, third, ... and the last. What is not finite is a gap.
[[nodiscard]] std::string sparkline(const std::vector<double>& values, std::size_t columns);

/// The finding, a line for each change of a study, and for each recipe its score and how it was learned.
[[nodiscard]] std::string report_text(const ReportContent& content, const Style& style);

/// The same of a search: the finding, what is different in the best recipe, and the best trials.
[[nodiscard]] std::string tuning_text(const TuningContent& content, const Style& style);

}  // namespace telar::cli
