#include <algorithm>

#include "cli/style.hpp"

namespace telar::cli {

std::string aligned(const std::vector<std::vector<std::string>>& rows, const Style& style) {
  std::vector<std::size_t> widths;
  for (const std::vector<std::string>& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t c = 0; c < row.size(); ++c) widths[c] = std::max(widths[c], row[c].size());
  }
  std::string text;
  for (std::size_t r = 0; r < rows.size(); ++r) {
    std::string line;
    for (std::size_t c = 0; c < rows[r].size(); ++c) {
      const std::string& cell = rows[r][c];
      if (c > 0) line += "  ";
      const bool left = c == 0 || c + 1 == widths.size();
      line += left ? fmt::format("{:<{}}", cell, widths[c]) : fmt::format("{:>{}}", cell, widths[c]);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    text += (r == 0 ? style.bold(line) : line) + "\n";
  }
  return text;
}

}  // namespace telar::cli
