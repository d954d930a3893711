#include "data/picture.hpp"

#include <algorithm>
#include <cmath>

#include <telar/error.hpp>

#include "data/picture_codecs.hpp"

namespace telar {

namespace {

/// A pixel of the result: the sum of `weights` times the pixels of the original from `first` on.
struct Mixture {
  int first = 0;
  std::vector<double> weights;  // their sum is 1
};

std::vector<Mixture> mean_of_areas(int from, int to) {
  std::vector<Mixture> mixtures(static_cast<std::size_t>(to));
  const double step = static_cast<double>(from) / to;
  for (int i = 0; i < to; ++i) {
    Mixture& mixture = mixtures[static_cast<std::size_t>(i)];
    // Whole numbers decide which pixels an area touches: rounding must not add one.
    const std::int64_t begin = std::int64_t{i} * from, end = begin + from;
    mixture.first = static_cast<int>(begin / to);
    const auto last = static_cast<int>((end + to - 1) / to);
    for (int pixel = mixture.first; pixel < last; ++pixel) {
      const std::int64_t low = std::max(begin, std::int64_t{pixel} * to);
      const std::int64_t high = std::min(end, (std::int64_t{pixel} + 1) * to);
      mixture.weights.push_back(static_cast<double>(high - low) / to / step);
    }
  }
  return mixtures;
}

std::vector<Mixture> between_centres(int from, int to) {
  std::vector<Mixture> mixtures;
  for (int i = 0; i < to; ++i) {
    const double centre = std::clamp((i + 0.5) * from / to - 0.5, 0.0, static_cast<double>(from - 1));
    const int first = std::min(static_cast<int>(centre), std::max(from - 2, 0));
    const double second = centre - first;
    mixtures.push_back({first, from == 1 ? std::vector<double>{1} : std::vector<double>{1 - second, second}});
  }
  return mixtures;
}

std::vector<Mixture> mixtures_of_axis(int from, int to) {
  return to < from ? mean_of_areas(from, to) : between_centres(from, to);
}

std::uint8_t rounded(double value) { return static_cast<std::uint8_t>(std::clamp(value + 0.5, 0.0, 255.0)); }

}  // namespace

void check_picture_size(std::uint64_t width, std::uint64_t height, std::uint64_t bytes,
                        std::uint64_t most_pixels_per_byte, const std::string& file) {
  const std::string size = std::to_string(width) + " x " + std::to_string(height) + " pixels";
  if (width == 0 || height == 0) throw Error(ErrorCode::data, file, "a picture of " + size);
  if (width > kMostPixels || height > kMostPixels / width)
    throw Error(ErrorCode::data, file,
                "a picture of " + size + "; at most " + std::to_string(kMostPixels) + " pixels are read",
                "make it smaller");
  if (width * height / most_pixels_per_byte > bytes)
    throw Error(ErrorCode::data, file, "truncated: too small for the " + size + " that its header declares");
}

bool is_picture(std::span<const std::byte> start) noexcept { return is_png(start) || is_jpeg(start); }

Picture decode_picture(std::span<const std::byte> bytes, const std::string& file) {
  if (is_png(bytes)) return decode_png(bytes, file);
  if (is_jpeg(bytes)) return decode_jpeg(bytes, file);
  throw Error(ErrorCode::data, file, bytes.empty() ? "the file is empty" : "neither a PNG nor a JPEG picture");
}

Picture with_channels(const Picture& picture, int channels) {
  if (picture.channels == channels) return picture;
  Picture result{picture.height, picture.width, channels, {}};
  const std::size_t pixels = static_cast<std::size_t>(picture.height) * static_cast<std::size_t>(picture.width);
  result.bytes.resize(pixels * static_cast<std::size_t>(channels));
  for (std::size_t i = 0; i < pixels; ++i) {
    if (channels == 3) {
      std::fill_n(result.bytes.begin() + static_cast<std::ptrdiff_t>(3 * i), 3, picture.bytes[i]);
    } else {
      const std::uint8_t* rgb = &picture.bytes[3 * i];
      result.bytes[i] = static_cast<std::uint8_t>((299 * rgb[0] + 587 * rgb[1] + 114 * rgb[2] + 500) / 1000);
    }
  }
  return result;
}

Picture resized(const Picture& picture, int height, int width) {
  if (picture.height == height && picture.width == width) return picture;
  const std::vector<Mixture> rows = mixtures_of_axis(picture.height, height);
  const std::vector<Mixture> columns = mixtures_of_axis(picture.width, width);
  const auto channels = static_cast<std::size_t>(picture.channels);
  const std::size_t row_size = static_cast<std::size_t>(picture.width) * channels;
  Picture result{height, width, picture.channels, {}};
  result.bytes.reserve(static_cast<std::size_t>(height) * static_cast<std::size_t>(width) * channels);
  std::vector<double> line(row_size);
  for (const Mixture& row : rows) {
    std::ranges::fill(line, 0.0);
    for (std::size_t r = 0; r < row.weights.size(); ++r) {
      const std::uint8_t* source = &picture.bytes[(static_cast<std::size_t>(row.first) + r) * row_size];
      for (std::size_t i = 0; i < row_size; ++i) line[i] += row.weights[r] * source[i];
    }
    for (const Mixture& column : columns)
      for (std::size_t c = 0; c < channels; ++c) {
        double sum = 0;
        for (std::size_t i = 0; i < column.weights.size(); ++i)
          sum += column.weights[i] * line[(static_cast<std::size_t>(column.first) + i) * channels + c];
        result.bytes.push_back(rounded(sum));
      }
  }
  return result;
}

}  // namespace telar
