// Square blocks of a matrix, transposed in registers.
#if defined(TELAR_TRANSPOSE_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef TELAR_TRANSPOSE_INL_H_
#undef TELAR_TRANSPOSE_INL_H_
#else
#define TELAR_TRANSPOSE_INL_H_
#endif

#include "compute/kernels/math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace telar::compute::HWY_NAMESPACE {

#if HWY_TARGET != HWY_SCALAR
/// Transposes kLanes vectors: out(c, vector c of the transpose).
template <class Out>
HWY_INLINE void TransposeBlock(const float* HWY_RESTRICT from, std::size_t row, const Out& out) {
  constexpr std::size_t kGroups = kLanes / 4;
  const hn::Repartition<double, D> dd;
  const auto pair = [&](V x) HWY_ATTR { return hn::BitCast(dd, x); };
  // q[g][j]: block b holds column 4 b + j of rows 4 g .. 4 g + 3.
  V q[kGroups][4];
  for (std::size_t g = 0; g < kGroups; ++g) {
    const float* p = from + 4 * g * row;
    const V r0 = hn::Load(d, p), r1 = hn::Load(d, p + row), r2 = hn::Load(d, p + 2 * row),
            r3 = hn::Load(d, p + 3 * row);
    const V lo01 = hn::InterleaveLower(d, r0, r1), hi01 = hn::InterleaveUpper(d, r0, r1);
    const V lo23 = hn::InterleaveLower(d, r2, r3), hi23 = hn::InterleaveUpper(d, r2, r3);
    q[g][0] = hn::BitCast(d, hn::InterleaveLower(dd, pair(lo01), pair(lo23)));
    q[g][1] = hn::BitCast(d, hn::InterleaveUpper(dd, pair(lo01), pair(lo23)));
    q[g][2] = hn::BitCast(d, hn::InterleaveLower(dd, pair(hi01), pair(hi23)));
    q[g][3] = hn::BitCast(d, hn::InterleaveUpper(dd, pair(hi01), pair(hi23)));
  }
  for (std::size_t j = 0; j < 4; ++j) {
    if constexpr (kGroups == 1) {
      out(j, q[0][j]);
    } else if constexpr (kGroups == 2) {
      out(j, hn::ConcatLowerLower(d, q[1][j], q[0][j]));
      out(4 + j, hn::ConcatUpperUpper(d, q[1][j], q[0][j]));
    } else {
      static_assert(kGroups == 1 || kGroups == 2 || kGroups == 4);
      const V even01 = hn::OddEvenBlocks(hn::SwapAdjacentBlocks(q[1][j]), q[0][j]),
              odd01 = hn::OddEvenBlocks(q[1][j], hn::SwapAdjacentBlocks(q[0][j])),
              even23 = hn::OddEvenBlocks(hn::SwapAdjacentBlocks(q[3][j]), q[2][j]),
              odd23 = hn::OddEvenBlocks(q[3][j], hn::SwapAdjacentBlocks(q[2][j]));
      out(j, hn::ConcatLowerLower(d, even23, even01));
      out(4 + j, hn::ConcatLowerLower(d, odd23, odd01));
      out(8 + j, hn::ConcatUpperUpper(d, even23, even01));
      out(12 + j, hn::ConcatUpperUpper(d, odd23, odd01));
    }
  }
}
#endif

}  // namespace telar::compute::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif
