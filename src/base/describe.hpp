// How a plain aggregate tells its fields to whoever asks: readers, writers, range checks, the options reference.
//
// Each aggregate T of the spec floor has one overload of `describe(T&, visitor)`, which calls
//   visitor.field("name", member, "one line for people", range)
// for each field in the order a reader wants. Nothing else may list fields. `T` may be const: readers of values visit
// const objects. Each T and each enum also has its names in `type_name` and `enum_names`.
#pragma once

#include <concepts>
#include <limits>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace telar {

/// The values a number may take.
struct Range {
  double low = -std::numeric_limits<double>::infinity();
  double high = std::numeric_limits<double>::infinity();
  bool low_open = false;   ///< `low` itself is outside
  bool high_open = false;  ///< `high` itself is outside

  [[nodiscard]] constexpr bool contains(double x) const noexcept {  // false for NaN
    return (low_open ? x > low : x >= low) && (high_open ? x < high : x <= high);
  }
  /// "in [0, 1)", "at least 1", "greater than 0", "finite".
  [[nodiscard]] std::string text() const;
};

inline constexpr double kMaxFinite = std::numeric_limits<double>::max();
inline constexpr Range kLastAxis{-1, -1};
inline constexpr Range kFinite{-kMaxFinite, kMaxFinite};
inline constexpr Range kPositive{0, kMaxFinite, true};
inline constexpr Range kNotNegative{0, kMaxFinite};
inline constexpr Range kUnitInterval{0, 1};
inline constexpr Range kBelowOne{0, 1, false, true};
inline constexpr Range kCount{1, 1 << 24};  ///< sizes: units, batch_size
inline constexpr Range kWhole{0, 1 << 30};  ///< numbers of epochs

/// The class name as Keras spells it.
template <class T>
inline constexpr std::string_view type_name = "?";

/// False of what holds functions: no file can say it.
template <class T>
inline constexpr bool is_for_files = true;

template <class T, class U>
concept Is = std::same_as<std::remove_const_t<T>, U>;

}  // namespace telar
