// A study that `telar compare` left, read back.
#pragma once

#include <string>
#include <vector>

#include "study/report/content.hpp"

namespace telar {

/// telar.compare/1 read back; what is missing or no number is NaN. Throws Error (data) at `where` if it is another
/// document.
[[nodiscard]] JudgedStudy read_study(const Json& document, const std::string& where);

/// What its reader has to know first: callbacks that make a change look better than it is, and how often the test set
/// was read.
[[nodiscard]] std::vector<std::string> notices_of(const JudgedStudy& study);

}  // namespace telar
