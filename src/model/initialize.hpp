// First values of variables.
#pragma once

#include <span>
#include <string>
#include <vector>

#include <telar/initializers.hpp>

#include "base/random.hpp"

namespace telar {

/// Fills `values` (of the given shape, C order). Element i draws number i of `random`, so a value does not depend on
/// how many are drawn. Keras's fans: (in, out) of a matrix, n and n of a vector.
/// An initialiser with a seed of its own draws from that instead.
void initialize(const Initializer& initializer, const std::vector<int>& shape, const Random& random,
                std::span<float> values);

/// Throws Error (usage) at `where` if the initialiser cannot fill a variable of that shape.
void check_initializer(const Initializer& initializer, const std::vector<int>& shape, const std::string& where);

}  // namespace telar
