// How much of the error each look at growing data may spend.
#pragma once

#include <span>
#include <vector>

namespace telar {

/// The two-sided levels of the tests at looks after `sizes` samples, ascending, such that a mean of normal differences
/// without effect is found different at or before look i with probability spent[i]: the recursion of Armitage,
/// McPherson and Rowe 1969, "Repeated significance tests on accumulating data", with the errors spent as Lan and DeMets
/// 1983 do. `spent` ascends, in (0, 1). Exact to 1e-10.
[[nodiscard]] std::vector<double> sequential_levels(std::span<const int> sizes, std::span<const double> spent);

}  // namespace telar
