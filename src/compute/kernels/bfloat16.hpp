// The three products on pairs of bfloat16, by AVX-512's vdpbf16ps.
#pragma once

#include "compute/frame.hpp"

namespace telar::compute {

/// Whether this processor has the instruction, and this build its kernels.
[[nodiscard]] bool has_bfloat16() noexcept;
/// Whether it has, and a vdpbf16ps takes as long as a multiply-add of floats, as on AMD's processors; on Intel's it
/// takes more than twice as long, for twice the work.
[[nodiscard]] bool bfloat16_is_fast() noexcept;
/// Isa::avx512_bf16: RoundOp and the products of bfloat16 here, everything else as for Isa::avx512.
void run_bfloat16(const Op& op, const Frame& frame, const Piece& piece);

}  // namespace telar::compute
