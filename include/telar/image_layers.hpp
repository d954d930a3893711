// Layers that vary the images of a training batch (keras.io/api/layers/preprocessing_layers/image_augmentation). They
// take samples (height, width) or (height, width, channels) and stand in front of the first layer with weights, with
// none but Rescaling, Reshape and each other before them. In evaluate, predict and Predictor they change nothing. A
// `seed` makes their draws those of the seed alone, in any network; without one they follow from the network's seed and
// the layer's name.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>

namespace telar {

/// horizontal: left and right change places; vertical: top and bottom; horizontal_and_vertical: both or neither.
enum class FlipMode { horizontal, vertical, horizontal_and_vertical };

/// Turns each image round with probability 1/2.
struct RandomFlip {
  FlipMode mode = FlipMode::horizontal_and_vertical;
  std::optional<std::uint64_t> seed{};
  std::string name{};
};

/// What is beyond the edge of a b c d: constant k k|a b c d|k k, nearest a a|a b c d|d d, reflect b a|a b c d|d c,
/// wrap c d|a b c d|a b.
enum class FillMode { constant, nearest, reflect, wrap };
enum class Interpolation { nearest, bilinear };

/// Shares of an extent, in [-1, 1]: a number f stands for [-|f|, |f|]. There is no default.
struct ShiftRange {
  double low = std::numeric_limits<double>::quiet_NaN();
  double high = std::numeric_limits<double>::quiet_NaN();

  ShiftRange() = default;
  ShiftRange(double factor) : low(-std::abs(factor)), high(std::abs(factor)) {}
  ShiftRange(double one, double other) : low(std::min(one, other)), high(std::max(one, other)) {}
  [[nodiscard]] bool is_given() const noexcept { return !std::isnan(low) && !std::isnan(high); }
};

/// Moves each image down and to the right by shares of its height and width that are drawn from the two ranges.
struct RandomTranslation {
  ShiftRange height_factor{};
  ShiftRange width_factor{};
  FillMode fill_mode = FillMode::reflect;
  Interpolation interpolation = Interpolation::bilinear;
  std::optional<std::uint64_t> seed{};
  double fill_value = 0.0;  ///< with FillMode::constant
  std::string name{};
};

}  // namespace telar
