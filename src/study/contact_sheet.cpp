#include "study/contact_sheet.hpp"

#include <algorithm>

#include <telar/error.hpp>

#include "data/picture_codecs.hpp"
#include "data/picture_likeness.hpp"
#include "model/model.hpp"
#include "study/data_report.hpp"

namespace telar {

namespace {

constexpr int kGap = 2;  // pixels around each picture
constexpr std::uint8_t kGround = 128;

/// Positions of the samples of each class; of all of them without classes.
std::vector<std::vector<std::size_t>> by_class(const Dataset& data) {
  std::vector<std::vector<std::size_t>> classes(static_cast<std::size_t>(std::max(data.classes(), 1)));
  for (std::size_t i = 0; i < data.size(); ++i)
    classes[data.classes() > 0 ? class_of(data.storage(), data.rows()[i]) : 0].push_back(i);
  return classes;
}

void paste(const Picture& picture, int top, int left, Picture& sheet) {
  const auto channels = static_cast<std::size_t>(picture.channels);
  const std::size_t line = static_cast<std::size_t>(picture.width) * channels;
  for (int y = 0; y < picture.height; ++y) {
    const auto from = picture.bytes.begin() + static_cast<std::ptrdiff_t>(static_cast<std::size_t>(y) * line);
    const std::size_t at =
        static_cast<std::size_t>(top + y) * static_cast<std::size_t>(sheet.width) + static_cast<std::size_t>(left);
    std::copy_n(from, line, sheet.bytes.begin() + static_cast<std::ptrdiff_t>(at * channels));
  }
}

}  // namespace

ContactSheet contact_sheet(const Dataset& data) {
  if (!holds_pictures(data))
    throw Error(ErrorCode::usage, data.name(),
                "samples of shape " + shape_text(data.shape()) + " are no pictures that a contact sheet could show",
                "it shows bytes of shape (height, width) or (height, width, 3)");
  ContactSheet sheet;
  std::vector<std::vector<std::size_t>> rows;
  const std::vector<std::string>& names = data.class_names();
  for (std::size_t c = 0; const std::vector<std::size_t>& positions : by_class(data)) {
    if (!positions.empty()) {
      rows.push_back(positions);
      if (data.classes() > 0) sheet.rows.push_back(c < names.size() ? names[c] : std::to_string(c));
    }
    ++c;
  }
  const Picture first = picture_of(data, 0);
  const std::size_t height = rows.size() * static_cast<std::size_t>(first.height + kGap) + kGap;
  const std::size_t width =
      static_cast<std::size_t>(kSheetColumns) * static_cast<std::size_t>(first.width + kGap) + kGap;
  if (height > kMostPixels / width)
    throw Error(ErrorCode::usage, data.name(),
                "a contact sheet of " + std::to_string(rows.size()) + " classes would have " + std::to_string(width) +
                    " x " + std::to_string(height) + " pixels; at most " + std::to_string(kMostPixels) + " are drawn");
  sheet.picture = {static_cast<int>(height), static_cast<int>(width), first.channels, {}};
  sheet.picture.bytes.assign(height * width * static_cast<std::size_t>(first.channels), kGround);
  for (std::size_t r = 0; r < rows.size(); ++r) {
    const std::size_t shown = std::min(rows[r].size(), static_cast<std::size_t>(kSheetColumns));
    for (std::size_t k = 0; k < shown; ++k)
      paste(picture_of(data, rows[r][k * rows[r].size() / shown]), kGap + static_cast<int>(r) * (first.height + kGap),
            kGap + static_cast<int>(k) * (first.width + kGap), sheet.picture);
  }
  return sheet;
}

}  // namespace telar
