// The copies of a kernel that are written anew after its update.
#if defined(TELAR_COPIES_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef TELAR_COPIES_INL_H_
#undef TELAR_COPIES_INL_H_
#else
#define TELAR_COPIES_INL_H_
#endif

#include "compute/kernels/elementwise-inl.h"
#include "compute/kernels/transpose-inl.h"

HWY_BEFORE_NAMESPACE();
namespace telar::compute::HWY_NAMESPACE {

/// Where element (i, 32 panel) of a kernel with `out` columns is in its transposed copy; the next columns follow at
/// distance kPanel.
HWY_INLINE float* PlaceInCopy(float* copy, std::size_t out, std::size_t panel, std::size_t i) {
  return copy + ((i / kPanel) * out + panel * kPanel) * kPanel + i % kPanel;
}

/// Writes rows [first, first + rows) of panel `panel` of `kernel` into its transposed copy. first is a multiple of 16.
HWY_INLINE void Transpose(const Frame& frame, const Kernel& kernel, const Kernel& transposed, std::size_t panel,
                          std::size_t first, std::size_t rows) {
  const std::size_t in = static_cast<std::size_t>(kernel.in), out = static_cast<std::size_t>(kernel.out);
  const float* HWY_RESTRICT from = frame.at(kernel.at) + panel * in * kPanel;
  float* HWY_RESTRICT copy = frame.at(transposed.at);
  const std::size_t columns = std::min<std::size_t>(kPanel, out - panel * kPanel);
  std::size_t i = first;
#if HWY_TARGET != HWY_SCALAR
  for (; i + kLanes <= first + rows; i += kLanes)
    for (std::size_t c = 0; c < columns; c += kLanes) {
      float* HWY_RESTRICT to = PlaceInCopy(copy, out, panel, i) + c * kPanel;
      const std::size_t count = std::min(kLanes, columns - c);
      TransposeBlock(from + i * kPanel + c, kPanel, [&](std::size_t j, V x) HWY_ATTR {
        if (j < count) hn::Store(x, d, to + j * kPanel);
      });
    }
#endif
  for (; i < first + rows; ++i)
    for (std::size_t c = 0; c < columns; ++c) PlaceInCopy(copy, out, panel, i)[c * kPanel] = from[i * kPanel + c];
}

/// The same rows into every copy of the kernel that an operation updates.
template <class UpdatingOp>
HWY_INLINE void RenewCopies(const UpdatingOp& op, const Frame& frame, std::size_t panel, std::size_t first,
                            std::size_t rows) {
  if (op.rounded) {
    const std::size_t begin = (panel * static_cast<std::size_t>(op.kernel.in) + first) * kPanel;
    const float* HWY_RESTRICT from = frame.at(op.kernel.at) + begin;
    float* HWY_RESTRICT to = frame.at(op.rounded->at) + begin;
    for (std::size_t i = 0; i < rows * kPanel; i += kLanes)
      hn::Store(RoundToBfloat16(hn::Load(d, from + i)), d, to + i);
  }
  if (op.transposed) Transpose(frame, op.rounded ? *op.rounded : op.kernel, *op.transposed, panel, first, rows);
}

}  // namespace telar::compute::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif
