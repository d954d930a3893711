#include "format/number_type.hpp"

namespace telar {

std::optional<NumberType> number_type_of(std::string_view npy_type) noexcept {
  using Kind = NumberType::Kind;
  if (npy_type.size() != 3 || std::string_view("<>|").find(npy_type[0]) == std::string_view::npos) return {};
  NumberType type{Kind::real, static_cast<std::size_t>(npy_type[2] - '0'), npy_type[0] == '>'};
  const bool small = type.size == 1 || type.size == 2, large = type.size == 4 || type.size == 8;
  switch (npy_type[1]) {
    case 'b':
      type.kind = Kind::boolean;
      return type.size == 1 ? std::optional(type) : std::nullopt;
    case 'u':
      type.kind = Kind::natural;
      return small || large ? std::optional(type) : std::nullopt;
    case 'i':
      type.kind = Kind::whole;
      return small || large ? std::optional(type) : std::nullopt;
    case 'f':
      return large ? std::optional(type) : std::nullopt;
    default:
      return {};
  }
}

NumberType number_type_of(IdxType type) noexcept {
  using Kind = NumberType::Kind;
  const bool real = type == IdxType::f32 || type == IdxType::f64;
  return {real ? Kind::real : type == IdxType::u8 ? Kind::natural : Kind::whole, size_of(type), true};
}

}  // namespace telar
