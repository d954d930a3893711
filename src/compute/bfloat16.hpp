// bfloat16: the upper half of a float32.
#pragma once

#include <bit>
#include <cmath>
#include <cstdint>

namespace telar::compute {

/// Bits of the nearest bfloat16, ties to even.
[[nodiscard]] inline std::uint16_t bfloat16_bits(float x) noexcept {
  const auto bits = std::bit_cast<std::uint32_t>(x);
  if (std::isnan(x)) return static_cast<std::uint16_t>(bits >> 16 | 0x40u);
  return static_cast<std::uint16_t>((bits + 0x7FFFu + (bits >> 16 & 1u)) >> 16);
}

/// x rounded to bfloat16, in its own type.
template <class T>
[[nodiscard]] T rounded_to_bfloat16(T x) noexcept {
  return static_cast<T>(std::bit_cast<float>(std::uint32_t{bfloat16_bits(static_cast<float>(x))} << 16));
}

}  // namespace telar::compute
