#include "cli/class_report.hpp"

#include <algorithm>
#include <cmath>

namespace telar::cli {

namespace {

/// Eighths of a cell: U+258F (one) to U+2588 (all eight).
std::string fine_bar(double share, int cells) {
  const int eighths = static_cast<int>(std::lround(std::clamp(share, 0.0, 1.0) * cells * 8));
  std::string text;
  for (int i = 0; i < eighths / 8; ++i) text += "█";
  constexpr const char* parts[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
  return text + parts[eighths % 8];
}

}  // namespace

std::string class_report(std::span<const ClassAccuracy> classes, const Style& style) {
  constexpr int kBarCells = 20;
  std::size_t width = 0;
  for (const ClassAccuracy& c : classes) width = std::max(width, c.name.size());
  std::string text;
  for (const ClassAccuracy& c : classes) {
    if (c.samples == 0) {
      text += fmt::format("  {:<{}}  no samples\n", c.name, width);
      continue;
    }
    const std::string interval = fmt::format("[{:.4f}, {:.4f}]", c.accuracy.low, c.accuracy.high);
    text += fmt::format("  {:<{}}  {:.4f}  {}", c.name, width, c.accuracy.value, style.dim(interval));
    if (c.correct > 0) text += "  " + style.green(fine_bar(c.accuracy.value, kBarCells));
    text += '\n';
  }
  return text;
}

}  // namespace telar::cli
