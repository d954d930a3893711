#include "base/number_text.hpp"

#include <fmt/format.h>

namespace telar {

std::string number_text(double value) { return fmt::format("{}", value); }

}  // namespace telar
