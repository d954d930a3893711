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

/// "0.8843  [0.8779, 0.8904]"
std::string estimate_text(const Estimate& e, const Style& style) {
  return fmt::format("{:.4f}  {}", e.value, style.dim(fmt::format("[{:.4f}, {:.4f}]", e.low, e.high)));
}

std::size_t longest_name(std::span<const ClassAccuracy> classes) {
  std::size_t longest = 0;
  for (const ClassAccuracy& c : classes) longest = std::max(longest, c.name.size());
  return longest;
}

}  // namespace

std::string class_report(std::span<const ClassAccuracy> classes, const Style& style) {
  constexpr int kBarCells = 20;
  const std::size_t width = longest_name(classes);
  std::string text;
  for (const ClassAccuracy& c : classes) {
    if (c.samples == 0) {
      text += fmt::format("  {:<{}}  no samples\n", c.name, width);
      continue;
    }
    text += fmt::format("  {:<{}}  {}", c.name, width, estimate_text(c.accuracy, style));
    if (c.correct > 0) text += "  " + style.green(fine_bar(c.accuracy.value, kBarCells));
    text += '\n';
  }
  return text;
}

std::string precision_report(std::span<const ClassAccuracy> classes, const Style& style) {
  const std::size_t width = longest_name(classes);
  constexpr const char* kNothing = "none taken for it";
  std::string text;
  for (const ClassAccuracy& c : classes) {
    const bool precise = !std::isnan(c.precision.value), scored = !std::isnan(c.f1.value);
    text += fmt::format("  {:<{}}  {}", c.name, width, precise ? estimate_text(c.precision, style) : kNothing);
    if (scored) text += std::string(precise ? 4 : 11, ' ') + "F1 " + estimate_text(c.f1, style);
    text += '\n';
  }
  return text;
}

}  // namespace telar::cli
