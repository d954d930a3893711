// Which instruction set the kernels use.
#pragma once

#include <string_view>
#include <vector>

#include "compute/frame.hpp"

namespace telar::compute {

/// `scalar` is portable code with the same roundings, many times slower: for checks, not for work.
enum class Isa { scalar, avx2, avx512, avx512_bf16, neon };

/// `avx512_bf16` is avx512 with products of bfloat16 pairs: it keeps rounded copies in pairs (packing.hpp).
[[nodiscard]] constexpr bool keeps_pairs(Isa isa) noexcept { return isa == Isa::avx512_bf16; }

[[nodiscard]] std::string_view name_of(Isa isa) noexcept;
/// What this processor and this build can run, slowest first.
[[nodiscard]] std::vector<Isa> available_isas();
/// TELAR_ISA if set, else the fastest available. Throws Error (usage) if TELAR_ISA is unknown or unavailable, Error
/// (failure) on an x86 processor without AVX2 and FMA unless TELAR_ISA=scalar.
[[nodiscard]] Isa current_isa();
/// The same for products of bfloat16: avx512_bf16 in place of avx512 where that is faster and TELAR_ISA does not
/// choose.
[[nodiscard]] Isa current_isa_for_bfloat16();

/// Makes one piece of an operation's output.
using RunOp = void (*)(const Op&, const Frame&, const Piece&);
[[nodiscard]] RunOp run_op(Isa isa);

}  // namespace telar::compute
