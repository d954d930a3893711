// Which instruction set the kernels use.
#pragma once

#include <string_view>
#include <vector>

#include "compute/frame.hpp"

namespace telar::compute {

/// `scalar` is portable code with the same roundings, many times slower: for checks, not for work.
enum class Isa { scalar, avx2, avx512, neon };

[[nodiscard]] std::string_view name_of(Isa isa) noexcept;
/// What this processor and this build can run, slowest first.
[[nodiscard]] std::vector<Isa> available_isas();
/// TELAR_ISA if set, else the fastest available. Throws Error (usage) if TELAR_ISA is unknown or unavailable, Error
/// (failure) on an x86 processor without AVX2 and FMA unless TELAR_ISA=scalar.
[[nodiscard]] Isa current_isa();

/// Runs this thread's share of one operation.
using RunOp = void (*)(const Op&, const Frame&);
[[nodiscard]] RunOp run_op(Isa isa);

}  // namespace telar::compute
