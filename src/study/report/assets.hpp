// The files that a report is made of, as they were when telar was built: what lies in page/, and Chart.js.
#pragma once

#include <span>
#include <string_view>

namespace telar {

struct ReportAsset {
  std::string_view name;  ///< of the file, without its folder
  std::string_view text;
};

/// All of them. cmake/TelarEmbed.cmake writes the definition.
[[nodiscard]] std::span<const ReportAsset> report_assets() noexcept;

/// The text of one, which must be there.
[[nodiscard]] std::string_view report_asset(std::string_view name);

}  // namespace telar
