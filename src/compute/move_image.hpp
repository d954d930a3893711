// FlipOp and TranslateOp of one image, for any scalar: plain code that the reference and the kernels share. Nothing is
// summed, and all instruction sets run the same.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>

#include "base/random.hpp"
#include "compute/program.hpp"

namespace telar::compute {

template <class T>
void flip(const FlipOp& op, int row, std::uint64_t step, const T* in, T* out) noexcept {
  const auto [height, width, channels] = op.shape;
  const std::size_t line = static_cast<std::size_t>(width) * static_cast<std::size_t>(channels);
  const bool turned = Random::block(op.key, static_cast<std::uint64_t>(row), step)[0] >> 31 != 0;
  for (int y = 0; y < height; ++y, out += line) {
    const T* from = in + static_cast<std::size_t>(turned && op.vertical ? height - 1 - y : y) * line;
    if (!turned || !op.horizontal) {
      std::copy_n(from, line, out);
      continue;
    }
    for (std::size_t x = 0; x < line; x += static_cast<std::size_t>(channels))
      std::copy_n(from + (line - x - static_cast<std::size_t>(channels)), channels, out + x);
  }
}

namespace move_image_detail {

/// Which of n pixels stands at place i of a line without end; -1: the fill value does.
[[nodiscard]] inline int pixel(int i, int n, TranslateOp::Fill fill) noexcept {
  if (i >= 0 && i < n) return i;
  const auto modulo = [](int a, int b) { return (a % b + b) % b; };
  switch (fill) {
    case TranslateOp::Fill::nearest:
      return i < 0 ? 0 : n - 1;
    case TranslateOp::Fill::wrap:
      return modulo(i, n);
    case TranslateOp::Fill::reflect: {
      const int there_and_back = modulo(i, 2 * n);
      return there_and_back < n ? there_and_back : 2 * n - 1 - there_and_back;
    }
    case TranslateOp::Fill::constant:
      break;
  }
  return -1;
}

/// A shift along one axis: place i takes pixel i + whole, and the share `rest` of the next one.
struct Shift {
  int whole;
  float rest;
  Shift(float low, float high, std::uint32_t bits, int extent, bool bilinear) noexcept {
    const float drawn = static_cast<float>(bits >> 8) * 0x1p-24f;
    const float back = -(low + (high - low) * drawn) * static_cast<float>(extent);
    const float floor = std::floor(bilinear ? back : back + 0.5f);
    whole = static_cast<int>(floor);
    rest = bilinear ? back - floor : 0.0f;
  }
};

}  // namespace move_image_detail

template <class T>
void translate(const TranslateOp& op, int row, std::uint64_t step, const T* in, T* out) noexcept {
  using move_image_detail::pixel;
  const int height = op.shape.height, width = op.shape.width, channels = op.shape.channels;
  const auto bits = Random::block(op.key, static_cast<std::uint64_t>(row), step);
  const move_image_detail::Shift down(op.low_y, op.high_y, bits[0], height, op.bilinear),
      right(op.low_x, op.high_x, bits[1], width, op.bilinear);
  const T fy = static_cast<T>(down.rest), fx = static_cast<T>(right.rest), fill = static_cast<T>(op.fill_value);
  const auto at = [=](int y, int x) {
    return static_cast<std::size_t>(y * width + x) * static_cast<std::size_t>(channels);
  };
  const auto mean = [=](T upper_left, T upper_next, T lower_left, T lower_next) {
    T above = upper_left, below = lower_left;
    if (fx != 0) {
      above = (T(1) - fx) * above + fx * upper_next;
      below = (T(1) - fx) * below + fx * lower_next;
    }
    return fy != 0 ? (T(1) - fy) * above + fy * below : above;
  };
  // Where four neighbours are pixels of the image they are read side by side; elsewhere one by one.
  const int first = std::clamp(-right.whole, 0, width), last = std::clamp(width - 1 - right.whole, first, width);
  for (int y = 0; y < height; ++y, out += at(1, 0)) {
    const int upper = pixel(y + down.whole, height, op.fill), lower = pixel(y + down.whole + 1, height, op.fill);
    const auto one_by_one = [&](int x) {
      const int left = pixel(x + right.whole, width, op.fill), next = pixel(x + right.whole + 1, width, op.fill);
      for (int c = 0; c < channels; ++c) {
        const auto value = [&](int at_y, int at_x) {
          return at_y < 0 || at_x < 0 ? fill : in[at(at_y, at_x) + static_cast<std::size_t>(c)];
        };
        out[at(0, x) + static_cast<std::size_t>(c)] =
            mean(value(upper, left), value(upper, next), value(lower, left), value(lower, next));
      }
    };
    const bool inside = upper >= 0 && lower >= 0 && first < last;
    for (int x = 0; x < (inside ? first : width); ++x) one_by_one(x);
    if (!inside) continue;
    const T *above = in + at(upper, first + right.whole), *below = in + at(lower, first + right.whole);
    const std::size_t numbers = at(0, last - first), next = static_cast<std::size_t>(channels);
    T* to = out + at(0, first);
    for (std::size_t i = 0; i < numbers; ++i) to[i] = mean(above[i], above[i + next], below[i], below[i + next]);
    for (int x = last; x < width; ++x) one_by_one(x);
  }
}

}  // namespace telar::compute
