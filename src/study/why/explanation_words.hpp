// An explanation in sentences.
#pragma once

#include <string>

#include "study/why/explanation.hpp"

namespace telar {

/// "weights that still move at the end".
[[nodiscard]] std::string mechanism_words(Mechanism mechanism);

/// What a test found, behind the mechanism's words: "consistent: with the mean of the weights ... the difference is
/// -0.31 pp [-0.52, -0.10] instead of -1.92 pp; it accounts for 84 % of it".
[[nodiscard]] std::string test_words(const MechanismTest& test, const std::string& metric);

/// "The smallest change that makes it better than baseline: ..."; empty if none was found.
[[nodiscard]] std::string remedy_words(const Explanation& explanation, const std::string& baseline,
                                       const std::string& metric);

}  // namespace telar
