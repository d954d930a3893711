// A report as files.
#pragma once

#include <string>

#include "study/report/content.hpp"
#include "study/report/tuning_content.hpp"

namespace telar {

/// One HTML page that needs nothing else: styles, scripts and pictures are in it, and its policy lets it fetch nothing.
[[nodiscard]] std::string report_page(const ReportContent& content);
[[nodiscard]] std::string tuning_page(const TuningContent& content);

/// The same without pictures and charts, in Markdown.
[[nodiscard]] std::string report_markdown(const ReportContent& content);
[[nodiscard]] std::string tuning_markdown(const TuningContent& content);

/// telar.report/1. `page` is the file of the page.
[[nodiscard]] Json report_document(const ReportContent& content, const std::string& page);
[[nodiscard]] Json tuning_report_document(const TuningContent& content, const std::string& page);

}  // namespace telar
