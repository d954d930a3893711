#include "data/picture_likeness.hpp"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

namespace telar {

namespace {

constexpr double kDark = 64, kBright = 191, kMiddle = 127.5;  // of a border
constexpr double kOutside = 0.005;                            // share of the pictures beyond each end of a range

constexpr std::size_t kMostLookedAt = 10'000;

struct Brightness {
  double border = 0, mean = 0, bright = 0;
};

Brightness brightness_of(const Picture& picture) {
  const Picture grey = with_channels(picture, 1);
  Brightness sums;
  std::size_t at_border = 0, at = 0;
  for (int y = 0; y < grey.height; ++y)
    for (int x = 0; x < grey.width; ++x, ++at) {
      sums.mean += grey.bytes[at];
      sums.bright += grey.bytes[at] >= 128 ? 1 : 0;
      if (y > 0 && x > 0 && y < grey.height - 1 && x < grey.width - 1) continue;
      sums.border += grey.bytes[at];
      ++at_border;
    }
  const auto pixels = static_cast<double>(grey.bytes.size());
  return {sums.border / static_cast<double>(at_border), sums.mean / pixels, sums.bright / pixels};
}

/// The ends of the middle 99 %.
std::pair<double, double> middle(std::vector<double> values) {
  const auto last = static_cast<double>(values.size() - 1);
  const auto low = static_cast<std::ptrdiff_t>(std::floor(kOutside * last));
  const auto high = static_cast<std::ptrdiff_t>(std::ceil((1 - kOutside) * last));
  std::ranges::sort(values);
  return {values[static_cast<std::size_t>(low)], values[static_cast<std::size_t>(high)]};
}

std::string unlikeness(const Brightness& photo, const PictureTraits& training) {
  std::string text;
  if (photo.mean < training.mean_low || photo.mean > training.mean_high)
    text = fmt::format("its mean brightness is {:.0f}, that of 99 % of the training pictures {:.0f} to {:.0f}",
                       photo.mean, training.mean_low, training.mean_high);
  if (photo.bright < training.bright_low || photo.bright > training.bright_high)
    text += fmt::format("{}{:.0f} % of its pixels are bright, of 99 % of the training pictures {:.0f} to {:.0f} %",
                        text.empty() ? "" : "; ", 100 * photo.bright, 100 * training.bright_low,
                        100 * training.bright_high);
  return text;
}

}  // namespace

bool holds_pictures(const Dataset& data) {
  const std::vector<int>& shape = data.shape();
  return std::holds_alternative<std::vector<std::uint8_t>>(data.storage().features) &&
         (shape.size() == 2 || (shape.size() == 3 && (shape[2] == 1 || shape[2] == 3)));
}

Picture picture_of(const Dataset& data, std::size_t i) {
  const std::vector<int>& shape = data.shape();
  const auto& pixels = std::get<std::vector<std::uint8_t>>(data.storage().features);
  const auto first = pixels.begin() + static_cast<std::ptrdiff_t>(data.rows()[i] * data.sample_size());
  return {shape[0],
          shape[1],
          shape.size() == 3 ? shape[2] : 1,
          {first, first + static_cast<std::ptrdiff_t>(data.sample_size())}};
}

std::optional<PictureTraits> traits_of(const Dataset& data) {
  if (!holds_pictures(data) || data.empty()) return {};
  std::vector<double> means, brights;
  double border = 0;
  const std::size_t looked_at = std::min(data.size(), kMostLookedAt);
  for (std::size_t i = 0; i < looked_at; ++i) {
    const Brightness brightness = brightness_of(picture_of(data, i * data.size() / looked_at));
    border += brightness.border;
    means.push_back(brightness.mean);
    brights.push_back(brightness.bright);
  }
  const auto [mean_low, mean_high] = middle(std::move(means));
  const auto [bright_low, bright_high] = middle(std::move(brights));
  return PictureTraits{border / static_cast<double>(looked_at), mean_low, mean_high, bright_low, bright_high};
}

FittedPicture fit_picture(const Picture& photo, int height, int width, int channels,
                          const std::optional<PictureTraits>& training) {
  FittedPicture fitted{with_channels(photo, channels)};
  if (training) {
    const double border = brightness_of(fitted.picture).border;
    fitted.inverted =
        (training->border < kDark && border > kMiddle) || (training->border > kBright && border < kMiddle);
    if (fitted.inverted)
      for (std::uint8_t& byte : fitted.picture.bytes) byte = static_cast<std::uint8_t>(255 - byte);
  }
  fitted.picture = resized(fitted.picture, height, width);
  if (training) fitted.warning = unlikeness(brightness_of(fitted.picture), *training);
  return fitted;
}

}  // namespace telar
