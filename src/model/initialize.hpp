// First values of variables.
#pragma once

#include <span>
#include <vector>

#include <telar/initializers.hpp>

#include "base/random.hpp"

namespace telar {

/// Fills `values` (of the given shape, C order). Element i draws number i of `random`, so a value does not depend on
/// how many are drawn. Keras's fans: (in, out) of a matrix, n and n of a vector.
void initialize(const Initializer& initializer, const std::vector<int>& shape, const Random& random,
                std::span<float> values);

}  // namespace telar
