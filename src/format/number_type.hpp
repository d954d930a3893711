// Types of the numbers in arrays of others, and reading them.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string_view>

#include "data/idx_header.hpp"

namespace telar {

static_assert(std::endian::native == std::endian::little, "numbers of the other order are turned");

/// How a number lies in a file.
struct NumberType {
  enum class Kind : std::uint8_t {
    boolean,  ///< 0: false; read as 0 and 1
    natural,
    whole,
    real
  };
  Kind kind = Kind::real;
  std::size_t size = 4;  ///< in bytes: 1, 2, 4 or 8
  bool big_endian = false;
};

/// From what NumPy writes: "<f4", "|u1", ">i8". Booleans, whole numbers of 1 to 8 bytes, floating-point numbers of 4
/// and 8; nothing for all others.
[[nodiscard]] std::optional<NumberType> number_type_of(std::string_view npy_type) noexcept;
[[nodiscard]] NumberType number_type_of(IdxType type) noexcept;

/// Calls take(number) with every number in `bytes`, a multiple of the type's size, in the C++ type that it has.
template <class Take>
void each_number(std::span<const std::byte> bytes, const NumberType& type, Take&& take) {
  const auto each = [&]<class T>(T) {
    for (std::size_t at = 0; at < bytes.size(); at += sizeof(T)) {
      std::array<std::byte, sizeof(T)> one{};
      std::memcpy(one.data(), bytes.data() + at, sizeof(T));
      if (type.big_endian) std::ranges::reverse(one);
      take(std::bit_cast<T>(one));
    }
  };
  using Kind = NumberType::Kind;
  if (type.kind == Kind::boolean) {
    for (const std::byte byte : bytes) take(static_cast<std::uint8_t>(byte == std::byte{0} ? 0 : 1));
  } else if (type.kind == Kind::real) {
    type.size == 4 ? each(float{}) : each(double{});
  } else {
    const bool natural = type.kind == Kind::natural;
    switch (type.size) {
      case 1:
        return natural ? each(std::uint8_t{}) : each(std::int8_t{});
      case 2:
        return natural ? each(std::uint16_t{}) : each(std::int16_t{});
      case 4:
        return natural ? each(std::uint32_t{}) : each(std::int32_t{});
      default:
        return natural ? each(std::uint64_t{}) : each(std::int64_t{});
    }
  }
}

}  // namespace telar
