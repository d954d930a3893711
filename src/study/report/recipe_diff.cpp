#include "study/report/recipe_diff.hpp"

#include <algorithm>
#include <cstdint>

namespace telar {

namespace {

constexpr std::size_t kMostLines = 2000;

std::vector<std::string> lines_of_text(const std::string& text) {
  std::vector<std::string> lines;
  for (std::size_t begin = 0; begin < text.size() && lines.size() < kMostLines;) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    lines.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return lines;
}

}  // namespace

std::vector<DiffLine> line_diff(const std::string& before, const std::string& after) {
  const std::vector<std::string> a = lines_of_text(before), b = lines_of_text(after);
  // common[i, j]: the most lines that a from i and b from j have in common, in order.
  const std::size_t width = b.size() + 1;
  std::vector<std::uint16_t> common((a.size() + 1) * width);
  for (std::size_t i = a.size(); i-- > 0;)
    for (std::size_t j = b.size(); j-- > 0;)
      common[i * width + j] = a[i] == b[j] ? static_cast<std::uint16_t>(common[(i + 1) * width + j + 1] + 1)
                                           : std::max(common[(i + 1) * width + j], common[i * width + j + 1]);

  std::vector<DiffLine> diff;
  for (std::size_t i = 0, j = 0; i < a.size() || j < b.size();) {
    if (i < a.size() && j < b.size() && a[i] == b[j]) {
      diff.push_back({DiffLine::Kind::same, a[i++]});
      ++j;
    } else if (i < a.size() && (j == b.size() || common[(i + 1) * width + j] >= common[i * width + j + 1])) {
      diff.push_back({DiffLine::Kind::removed, a[i++]});
    } else {
      diff.push_back({DiffLine::Kind::added, b[j++]});
    }
  }
  return diff;
}

}  // namespace telar
