// From a loss to the operation that computes it.
#pragma once

#include <variant>

#include <telar/losses.hpp>

#include "compute/program.hpp"

namespace telar {

using LossOperation = std::variant<compute::CrossEntropyOp, compute::LossOp>;

/// The loss as an operation that has no place in an arena yet.
[[nodiscard]] LossOperation loss_op(const Loss& loss);

}  // namespace telar
