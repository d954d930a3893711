// The CPU: compiles a Program into an Executable for a team of threads.
#pragma once

#include <memory>

#include "compute/isa.hpp"
#include "compute/program.hpp"

namespace telar::compute {

/// `threads` >= 1. The results do not depend on `threads` nor on `isa`. Throws Error (resource) if memory is short.
[[nodiscard]] std::unique_ptr<Executable> compile_for_cpu(Program program, int threads, Isa isa);

}  // namespace telar::compute
