#include "study/report/told.hpp"

#include <limits>

#include "study/stored_result.hpp"

namespace telar {

double told_number(const Json& object, const char* key) {
  const Json& value = json_at(object, {key});
  return value.is_number() ? value.get<double>() : std::numeric_limits<double>::quiet_NaN();
}

std::string told_text(const Json& object, const char* key) {
  const Json& value = json_at(object, {key});
  return value.is_string() ? value.get<std::string>() : std::string();
}

std::optional<int> told_count(const Json& object, const char* key) {
  const double value = told_number(object, key);
  if (!(value >= 0 && value <= 1 << 30)) return {};
  return static_cast<int>(value);
}

Interval told_interval(const Json& object, const char* key) {
  constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();
  const Json& value = json_at(object, {key});
  const bool told = value.is_array() && value.size() == 2 && value[0].is_number() && value[1].is_number();
  return told ? Interval{value[0].get<double>(), value[1].get<double>()} : Interval{kUnknown, kUnknown};
}

}  // namespace telar
