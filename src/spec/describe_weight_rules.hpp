// The one place that lists the fields of regularisers and constraints.
#pragma once

#include <telar/constraints.hpp>
#include <telar/regularizers.hpp>

#include "base/describe.hpp"

namespace telar {

template <>
inline constexpr std::string_view type_name<L1> = "L1";
template <>
inline constexpr std::string_view type_name<L2> = "L2";
template <>
inline constexpr std::string_view type_name<L1L2> = "L1L2";
template <>
inline constexpr std::string_view type_name<OrthogonalRegularizer> = "OrthogonalRegularizer";
template <>
inline constexpr std::string_view type_name<MaxNorm> = "MaxNorm";
template <>
inline constexpr std::string_view type_name<NonNeg> = "NonNeg";
template <>
inline constexpr std::string_view type_name<UnitNorm> = "UnitNorm";
template <>
inline constexpr std::string_view type_name<MinMaxNorm> = "MinMaxNorm";

template <class T, class V>
requires Is<T, L1> || Is<T, L2> || Is<T, L1L2>
void describe(T& s, V&& v) {
  if constexpr (requires { s.l1; }) v.field("l1", s.l1, "Factor of the sum of sizes.", kNotNegative);
  if constexpr (requires { s.l2; }) v.field("l2", s.l2, "Factor of the sum of squares.", kNotNegative);
}

template <Is<OrthogonalRegularizer> T, class V>
void describe(T& s, V&& v) {
  v.field("factor", s.factor, "Factor of the mean size of the cosines.", kNotNegative);
  v.field("mode", s.mode, "What is held at right angles.");
}

inline constexpr std::string_view kNormAxisDoc = "0: norms of a kernel's columns, or of a whole bias; 1: of its rows.";
inline constexpr Range kAxis{0, 1};

template <Is<MaxNorm> T, class V>
void describe(T& s, V&& v) {
  v.field("max_value", s.max_value, "Largest norm.", kNotNegative);
  v.field("axis", s.axis, kNormAxisDoc, kAxis);
}

template <Is<NonNeg> T, class V>
void describe(T&, V&&) {}

template <Is<UnitNorm> T, class V>
void describe(T& s, V&& v) {
  v.field("axis", s.axis, kNormAxisDoc, kAxis);
}

template <Is<MinMaxNorm> T, class V>
void describe(T& s, V&& v) {
  v.field("min_value", s.min_value, "Smallest norm.", kNotNegative);
  v.field("max_value", s.max_value, "Largest norm.", kNotNegative);
  v.field("rate", s.rate, "How much of the way is taken in a step.", kUnitInterval);
  v.field("axis", s.axis, kNormAxisDoc, kAxis);
}

}  // namespace telar
