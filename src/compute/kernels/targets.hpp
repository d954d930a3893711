// The instruction sets that kernels are compiled for: foreach_target.h includes a file once for each.
//
// SSE has no fused multiply-add: the portable target has the right roundings. The kernels need vectors of a known
// length, which SVE's are not: NEON serves such processors too. What AVX3_DL adds to AVX3 they do not use.
#pragma once

#define HWY_DISABLED_TARGETS (HWY_SSSE3 | HWY_SSE4 | HWY_AVX3_DL | HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128)
