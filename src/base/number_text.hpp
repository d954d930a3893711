#pragma once

#include <string>

namespace telar {

/// The shortest decimal that reads back as the same double: "0.001", "1e-06", "10", "nan".
[[nodiscard]] std::string number_text(double value);

}  // namespace telar
