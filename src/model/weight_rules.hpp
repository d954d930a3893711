// What layers say of their variables besides their first values.
#pragma once

#include <optional>
#include <string_view>

#include <telar/layers.hpp>

#include "compute/program.hpp"

namespace telar {

/// Of the layer's variable `name` ("kernel"), or null.
[[nodiscard]] const Regularizer* regularizer_of(const Layer& layer, std::string_view name) noexcept;
[[nodiscard]] const Constraint* constraint_of(const Layer& layer, std::string_view name) noexcept;

[[nodiscard]] compute::Penalty penalty_of(const Regularizer& regularizer) noexcept;
/// Of a kernel, or of a vector as a kernel of one row.
[[nodiscard]] compute::ConstrainOp constrain_op(const Constraint& constraint, const compute::Kernel& kernel,
                                                bool is_vector) noexcept;

/// Throws Error (usage) at `where` if the variable `name` of `axes` axes cannot be held to the constraint.
void check_constraint(const Constraint& constraint, std::string_view name, std::size_t axes, const std::string& where);

}  // namespace telar
