#include "cli/confusion_matrix.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

namespace telar::cli {

namespace {

constexpr std::size_t kRowNameColumns = 12;
constexpr std::size_t kCellColumns = 6;
constexpr std::size_t kPairs = 3;

class Matrix {
 public:
  Matrix(const Score& score, std::span<const std::string> class_names) : score_(score), names_(class_names) {}

  [[nodiscard]] std::size_t width() const { return static_cast<std::size_t>(score_.classes); }
  [[nodiscard]] std::int64_t at(std::size_t row, std::size_t column) const {
    return score_.confusion[row * width() + column];
  }
  [[nodiscard]] double share(std::size_t row, std::size_t column) const {
    std::int64_t sum = 0;
    for (std::size_t c = 0; c < width(); ++c) sum += at(row, c);
    return sum > 0 ? static_cast<double>(at(row, column)) / static_cast<double>(sum) : 0;
  }
  [[nodiscard]] std::string name(std::size_t i) const { return i < names_.size() ? names_[i] : std::to_string(i); }

 private:
  const Score& score_;
  std::span<const std::string> names_;
};

/// Right answers on a green ground, wrong ones on a red one, the stronger the larger their share.
std::string shade(const std::string& text, double share, bool right, const Style& style) {
  // 232 (black) to 255 (white) are greys; these are steps of the 6 x 6 x 6 colour cube.
  constexpr int greens[] = {22, 22, 28, 28, 34};
  constexpr int reds[] = {52, 88, 124, 160, 196};
  if (share < 0.005) return text;
  const double strength = right ? share : std::min(1.0, share * 4);
  const int step = std::min(static_cast<int>(strength * 5), 4);
  return style.in(fmt::format("97;48;5;{}", right ? greens[step] : reds[step]), text);
}

std::string table(const Matrix& m, const Style& style) {
  std::string text = fmt::format("  {:<{}}", "true \\ as", kRowNameColumns);
  for (std::size_t c = 0; c < m.width(); ++c) {
    text += fmt::format("{:>{}}", m.name(c).substr(0, kCellColumns - 1), kCellColumns);
  }
  text = style.dim(text) + "\n";
  for (std::size_t r = 0; r < m.width(); ++r) {
    text += fmt::format("  {:<{}}", m.name(r).substr(0, kRowNameColumns), kRowNameColumns);
    for (std::size_t c = 0; c < m.width(); ++c) {
      const std::string cell =
          m.at(r, c) == 0 ? fmt::format("{:>{}}", "·", kCellColumns) : fmt::format("{:>{}}", m.at(r, c), kCellColumns);
      text += shade(cell, m.share(r, c), r == c, style);
    }
    text += '\n';
  }
  return text;
}

std::string most_confused(const Matrix& m) {
  struct Pair {
    std::int64_t count;
    std::size_t row, column;
  };
  std::vector<Pair> pairs;
  for (std::size_t r = 0; r < m.width(); ++r) {
    for (std::size_t c = 0; c < m.width(); ++c) {
      if (r != c && m.at(r, c) > 0) pairs.push_back({m.at(r, c), r, c});
    }
  }
  std::stable_sort(pairs.begin(), pairs.end(), [](const Pair& a, const Pair& b) { return a.count > b.count; });
  if (pairs.empty()) return {};
  std::string text;
  for (std::size_t i = 0; i < std::min(kPairs, pairs.size()); ++i) {
    text += fmt::format("{}{} for {} {}", i == 0 ? "" : ", ", m.name(pairs[i].row), m.name(pairs[i].column),
                        pairs[i].count);
  }
  return "  Most often mistaken: " + text + "\n";
}

}  // namespace

std::string confusion_matrix(const Score& score, std::span<const std::string> class_names, int columns,
                             const Style& style) {
  if (score.classes == 0) return {};
  const Matrix matrix(score, class_names);
  const bool fits =
      2 + kRowNameColumns + kCellColumns * matrix.width() <= static_cast<std::size_t>(std::max(columns, 0));
  return (fits ? table(matrix, style) : "") + most_confused(matrix);
}

}  // namespace telar::cli
