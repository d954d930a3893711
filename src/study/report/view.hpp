// What the templates in page/ are filled with: texts and lists of texts, everything formatted.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "study/report/content.hpp"

namespace telar {

/// The colours c0 to c7 of page/style.css tell recipes apart.
inline constexpr std::size_t kReportColors = 8;
/// Points of a curve that a chart and its table show; of longer ones every second, third, ... and the last.
inline constexpr std::size_t kMostShownPoints = 120;
/// Text of somebody else's, such as a name, is cut after so many bytes.
inline constexpr std::size_t kMostShownText = 120;
/// Matrices of more classes are left out; the pairs most often confused stay.
inline constexpr int kMostShownClasses = 30;

/// Well-formed UTF-8 without control characters, no longer than kMostShownText but for "…".
[[nodiscard]] std::string shown(const std::string& text);
/// The same of up to four times as much.
[[nodiscard]] std::string shown_sentence(const std::string& text);

/// {"text", "kind"}: a cell of a table. `kind` is a class of page/style.css, or empty.
[[nodiscard]] Json view_cell(std::string text, std::string kind = {});
/// {"head", "color", "cells"}: a row, with the colour of recipe number `recipe`; without one for -1.
[[nodiscard]] Json view_row(std::string head, Json cells, int recipe = -1);
/// {"caption", "columns", "rows"}
[[nodiscard]] Json view_table(std::string caption, std::vector<std::string> columns, Json rows);

/// Figures, and beside them the data that page/report.js draws them from.
struct Figures {
  Json charts = Json::array();
  /// {"id", "shape", "title", "note", "label", "table"} of a chart, whose data are {"id", ...} of `chart`.
  Json add(std::string title, std::string note, std::string label, Json table, Json chart);
};

// Each returns what its template shows, or null.
[[nodiscard]] Json view_verdicts(const ReportContent& content, Figures& figures);
[[nodiscard]] Json view_why(const ReportContent& content);
[[nodiscard]] Json view_scores(const ReportContent& content, Figures& figures);
[[nodiscard]] Json view_learning(const ReportContent& content, Figures& figures);
[[nodiscard]] Json view_classes(const ReportContent& content);
[[nodiscard]] Json view_networks(const ReportContent& content, Figures& figures);
[[nodiscard]] Json view_layers(const ReportContent& content, Figures& figures);
[[nodiscard]] Json view_recipes(const ReportContent& content);
[[nodiscard]] Json view_origins(const ReportContent& content);

/// All of it, and "charts": what page/report.js reads.
[[nodiscard]] Json view_report(const ReportContent& content);

}  // namespace telar
