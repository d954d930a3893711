// What the engine does for each activation.
#pragma once

#include <optional>

#include <telar/layers.hpp>

#include "compute/program.hpp"

namespace telar {

/// What is done with each element; linear for an activation of whole rows.
[[nodiscard]] compute::Act act_of(Activation activation) noexcept;
/// What is done with each row, if anything.
[[nodiscard]] std::optional<compute::RowAct> row_act_of(Activation activation) noexcept;

}  // namespace telar
