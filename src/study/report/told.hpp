// Values of a document that anybody may have written. What is missing or of another type is NaN, empty or absent.
#pragma once

#include <optional>
#include <string>

#include "base/statistics.hpp"
#include "study/documents.hpp"

namespace telar {

[[nodiscard]] double told_number(const Json& object, const char* key);
[[nodiscard]] std::string told_text(const Json& object, const char* key);
/// A number from 0 to 2^30.
[[nodiscard]] std::optional<int> told_count(const Json& object, const char* key);
/// [low, high]
[[nodiscard]] Interval told_interval(const Json& object, const char* key);

}  // namespace telar
