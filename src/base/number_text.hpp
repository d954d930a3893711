#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace telar {

/// The shortest decimal that reads back as the same double: "0.001", "1e-06", "10", "nan".
[[nodiscard]] std::string number_text(double value);

/// The same as Python prints it: "1.0", where number_text gives "1".
[[nodiscard]] std::string python_number_text(double value);

/// "8 seeds", "1 seed".
[[nodiscard]] std::string counted(std::int64_t n, std::string_view what);

}  // namespace telar
