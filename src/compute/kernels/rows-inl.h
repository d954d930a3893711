// Walks along a row: vector by vector in the order of its 16 virtual lanes, and to its largest number.
#if defined(TELAR_ROWS_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef TELAR_ROWS_INL_H_
#undef TELAR_ROWS_INL_H_
#else
#define TELAR_ROWS_INL_H_
#endif

#include "compute/frame.hpp"
#include "compute/kernels/math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace telar::compute::HWY_NAMESPACE {

/// The rows of `m` that are those of the piece's samples: [begin, end).
struct RowRange {
  std::size_t begin, end;
};
HWY_INLINE RowRange RowsOf(const Matrix& m, const Piece& piece) {
  const std::size_t each = static_cast<std::size_t>(m.rows_each);
  return {piece.row * each, (piece.row + piece.rows) * each};
}

/// Calls f(column, the vector at it, the mask of those inside the row) for all vectors of the row's 16-lane groups.
template <class F>
HWY_INLINE void ForRow(const float* row, std::size_t columns, const F& f) {
  for (std::size_t c = 0; c < columns; c += 16)
    for (std::size_t v = 0; v < kLaneVectors; ++v) {
      const std::size_t at = c + v * kLanes;
      const auto inside = hn::FirstN(d, columns > at ? std::min(kLanes, columns - at) : 0);
      f(at, v, hn::Load(d, row + at), inside);
    }
}

struct RowMaximum {
  float value;
  std::size_t index;  ///< of the first of equal ones
};
HWY_INLINE RowMaximum Maximum(const float* row, std::size_t columns) {
  RowMaximum m{row[0], 0};
  for (std::size_t c = 1; c < columns; ++c)
    if (row[c] > m.value) m = {row[c], c};
  return m;
}

}  // namespace telar::compute::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif
