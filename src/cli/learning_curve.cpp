#include "cli/learning_curve.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

namespace telar::cli {

namespace {

constexpr int kRows = 8;
constexpr int kDotsDown = 4, kDotsAcross = 2;  // of one braille character
constexpr int kTickColumns = 8;                // at least

/// Dots that braille characters draw. (0, 0) is at the top left.
class Canvas {
 public:
  Canvas(int columns, int rows) : columns_(columns), cells_(index(0, rows)) {}

  void set(int x, int y) { cell(x / kDotsAcross, y / kDotsDown) |= bit(x % kDotsAcross, y % kDotsDown); }
  [[nodiscard]] bool any(int column, int row) const { return at(column, row) != 0; }
  /// The dots of both canvases in one character.
  [[nodiscard]] static std::string text(const Canvas& a, const Canvas& b, int column, int row) {
    const int dots = a.at(column, row) | b.at(column, row);
    if (dots == 0) return " ";
    // U+2800 + dots in UTF-8.
    return {'\xE2', static_cast<char>(0xA0 + (dots >> 6)), static_cast<char>(0x80 + (dots & 0x3F))};
  }

 private:
  // Unicode numbers the dots 1-3 down the left, 4-6 down the right, then 7 and 8 at the bottom.
  static std::uint8_t bit(int x, int y) {
    constexpr std::uint8_t bits[kDotsAcross][kDotsDown] = {{1, 2, 4, 64}, {8, 16, 32, 128}};
    return bits[x][y];
  }
  [[nodiscard]] std::size_t index(int column, int row) const {
    return static_cast<std::size_t>(row) * static_cast<std::size_t>(columns_) + static_cast<std::size_t>(column);
  }
  std::uint8_t& cell(int column, int row) { return cells_[index(column, row)]; }
  [[nodiscard]] std::uint8_t at(int column, int row) const { return cells_[index(column, row)]; }

  int columns_;
  std::vector<std::uint8_t> cells_;
};

/// From values to rows of dots; low values are at the bottom.
struct Scale {
  double low = std::numeric_limits<double>::infinity();
  double high = -std::numeric_limits<double>::infinity();

  void include(const std::vector<double>& values) {
    for (const double v : values) {
      if (!std::isfinite(v)) continue;
      low = std::min(low, v);
      high = std::max(high, v);
    }
  }
  [[nodiscard]] bool empty() const { return low > high; }
  [[nodiscard]] double share(double v) const { return high > low ? (v - low) / (high - low) : 0.5; }
  [[nodiscard]] int dot(double v) const {
    return static_cast<int>(std::lround((1 - share(v)) * (kRows * kDotsDown - 1)));
  }
  [[nodiscard]] int row(double v) const { return dot(v) / kDotsDown; }
  /// The value in the middle of a row of characters.
  [[nodiscard]] double value(int row) const { return high - (high - low) * row / (kRows - 1); }
};

void draw(Canvas& canvas, const std::vector<double>& values, const Scale& scale, int columns, bool dashed) {
  const int width = columns * kDotsAcross;
  const auto x_of = [&](std::size_t i) {
    return values.size() > 1 ? static_cast<int>(i * static_cast<std::size_t>(width - 1) / (values.size() - 1)) : 0;
  };
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (!std::isfinite(values[i])) continue;
    canvas.set(x_of(i), scale.dot(values[i]));
    if (i + 1 == values.size() || !std::isfinite(values[i + 1])) continue;
    const int x0 = x_of(i), x1 = x_of(i + 1), y0 = scale.dot(values[i]), y1 = scale.dot(values[i + 1]);
    const int steps = std::max(x1 - x0, std::abs(y1 - y0));
    for (int s = 1; s < steps; ++s) {
      const int x = x0 + static_cast<int>(std::lround(static_cast<double>(x1 - x0) * s / steps));
      const int y = y0 + static_cast<int>(std::lround(static_cast<double>(y1 - y0) * s / steps));
      if (!dashed || x / kDotsAcross % 2 == 0) canvas.set(x, y);
    }
  }
}

/// What stands at the right end of a line: its name and last value.
struct Label {
  int row;
  std::string text;
};

std::optional<Label> label(const std::vector<double>& values, const Scale& scale, const std::string& name) {
  const auto last = std::find_if(values.rbegin(), values.rend(), [](double v) { return std::isfinite(v); });
  if (last == values.rend()) return {};
  return Label{scale.row(*last), " " + name + " " + number(*last)};
}

}  // namespace

std::string learning_curve(const History& history, const std::string& quantity, int columns, const Style& style,
                           const Axis& axis) {
  const std::vector<double> train = history[quantity], validation = history["val_" + quantity];
  Scale scale;
  scale.include(train);
  scale.include(validation);
  if (scale.empty()) return {};

  std::optional<Label> train_label = label(train, scale, quantity);
  std::optional<Label> validation_label = label(validation, scale, "val_" + quantity);
  if (train_label && validation_label && train_label->row == validation_label->row) {
    // The lower one gives way, unless it stands on the floor already.
    const bool train_lower = train.back() < validation.back();
    int& lower = (train_lower ? train_label : validation_label)->row;
    int& upper = (train_lower ? validation_label : train_label)->row;
    if (lower + 1 < kRows) {
      ++lower;
    } else {
      --upper;
    }
  }
  const int label_columns = static_cast<int>(
      std::max(train_label ? train_label->text.size() : 0, validation_label ? validation_label->text.size() : 0));
  std::array<std::string, kRows> ticks;
  int tick_columns = kTickColumns;
  for (const int row : {0, kRows / 2, kRows - 1}) {
    ticks[static_cast<std::size_t>(row)] = number(scale.value(row));
    tick_columns = std::max(tick_columns, static_cast<int>(ticks[static_cast<std::size_t>(row)].size()));
  }
  const int width = std::clamp(columns - tick_columns - 2 - label_columns, 10, 60);

  Canvas solid(width, kRows), dashed(width, kRows);
  draw(solid, train, scale, width, false);
  draw(dashed, validation, scale, width, true);

  std::string text;
  for (int row = 0; row < kRows; ++row) {
    const std::string& tick = ticks[static_cast<std::size_t>(row)];
    text += style.dim(fmt::format("{:>{}} {}", tick, tick_columns, tick.empty() ? "│" : "┤"));
    for (int column = 0; column < width; ++column) {
      const std::string cell = Canvas::text(solid, dashed, column, row);
      if (cell == " ") {
        text += cell;
      } else {
        text += dashed.any(column, row) ? style.yellow(cell) : style.blue(cell);
      }
    }
    if (train_label && train_label->row == row) text += style.blue(train_label->text);
    if (validation_label && validation_label->row == row) text += style.yellow(validation_label->text);
    text.erase(text.find_last_not_of(' ') + 1);
    text += '\n';
  }
  std::string floor = fmt::format("{:>{}}", "└", tick_columns + 2);
  for (int column = 0; column < width; ++column) floor += "─";
  text += style.dim(floor) + "\n";
  std::string under = fmt::format("{:>{}}  {}", axis.name, tick_columns, axis.first);
  const std::string last = axis.last.empty() ? std::to_string(history.epochs.size()) : axis.last;
  if (history.epochs.size() > 1) under += fmt::format("{:>{}}", last, width - static_cast<int>(axis.first.size()));
  text += style.dim(under);
  return text + "\n";
}

}  // namespace telar::cli
