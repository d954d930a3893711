// The steps of variables whose gradients wait: for their norm, or for a rule that looks at whole variables.
#pragma once

#include <functional>
#include <vector>

#include "compute/program.hpp"

namespace telar {

struct PlanOptions;

/// A variable that training changes; a vector is a kernel of one row.
struct WaitingVariable {
  compute::Kernel kernel;
  std::optional<compute::Kernel> transposed{}, rounded{};
  bool is_vector = false;
  bool by_adam = false;  ///< of Muon
};

/// Appends what follows the gradients of a rule that waits: norms and their factors, directions, steps. `take(n)` gives
/// the offset of n floats of the arena.
void add_waiting_updates(std::vector<compute::Op>& ops, const std::vector<WaitingVariable>& variables,
                         const PlanOptions& options, std::size_t slot_stride,
                         const std::function<std::size_t(std::size_t)>& take);

}  // namespace telar
