#include "base/describe.hpp"

#include <cmath>

#include "base/number_text.hpp"

namespace telar {

std::string Range::text() const {
  const bool bounded_below = low > -kMaxFinite, bounded_above = high < kMaxFinite;
  if (low == high) return number_text(low);
  if (bounded_below && bounded_above)
    return std::string("in ") + (low_open ? "(" : "[") + number_text(low) + ", " + number_text(high) +
           (high_open ? ")" : "]");
  if (bounded_below) return (low_open ? "greater than " : "at least ") + number_text(low);
  if (bounded_above) return (high_open ? "less than " : "at most ") + number_text(high);
  return std::isfinite(low) || std::isfinite(high) ? "finite" : "any number";
}

}  // namespace telar
