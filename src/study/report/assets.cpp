#include "study/report/assets.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>

namespace telar {

std::string_view report_asset(std::string_view name) {
  const auto found = std::ranges::find(report_assets(), name, &ReportAsset::name);
  if (found == report_assets().end()) throw std::logic_error("no such asset: " + std::string(name));
  return found->text;
}

}  // namespace telar
