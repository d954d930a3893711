// Operations that work element by element: affine maps, activations, rounding, dropout.
#include "compute/kernels/targets.hpp"
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "compute/kernels/elementwise.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "base/random.hpp"
#include "compute/kernels/elementwise-inl.h"
#include "compute/kernels/philox-inl.h"
#include "compute/kernels/run-inl.h"

HWY_BEFORE_NAMESPACE();
namespace telar::compute::HWY_NAMESPACE {

/// Calls f(first of the piece's columns in the row, row) for the piece's rows of each matrix, at the same place in all.
template <class F, class... M>
HWY_INLINE void ForRows(const Frame& frame, const Piece& piece, const F& f, const M&... matrices) {
  for (std::size_t r = piece.row; r < piece.row + piece.rows; ++r)
    f(frame.at(matrices.at) + r * static_cast<std::size_t>(matrices.stride) + piece.panel * kPanel...);
}

void Run(const AffineOp& op, const Frame& frame, const Piece& piece) {
  const V scale = hn::Set(d, op.scale), offset = hn::Set(d, op.offset);
  const auto row = [&](const float* in, float* out) HWY_ATTR {
    for (std::size_t i = 0; i < piece.panels * kPanel; i += kLanes)
      hn::Store(hn::Add(hn::Mul(hn::Load(d, in + i), scale), offset), d, out + i);
  };
  ForRows(frame, piece, row, op.in, op.out);
}

void Run(const AddOp& op, const Frame& frame, const Piece& piece) {
  const auto row = [&](const float* in, const float* other, float* out) HWY_ATTR {
    for (std::size_t i = 0; i < piece.panels * kPanel; i += kLanes)
      hn::Store(hn::Add(hn::Load(d, in + i), hn::Load(d, other + i)), d, out + i);
  };
  ForRows(frame, piece, row, op.in, op.other, op.out);
}

/// float32 that bfloat16 could hold, row by row.
void Run(const RoundOp& op, const Frame& frame, const Piece& piece) {
  const auto row = [&](const float* in, float* out) HWY_ATTR {
    for (std::size_t i = 0; i < piece.panels * kPanel; i += kLanes)
      hn::Store(RoundToBfloat16(hn::Load(d, in + i)), d, out + i);
  };
  ForRows(frame, piece, row, op.in, op.out);
}

void Run(const AffineGradOp& op, const Frame& frame, const Piece& piece) {
  const V scale = hn::Set(d, op.scale);
  const auto row = [&](float* delta) HWY_ATTR {
    for (std::size_t i = 0; i < piece.panels * kPanel; i += kLanes)
      hn::Store(hn::Mul(hn::Load(d, delta + i), scale), d, delta + i);
  };
  ForRows(frame, piece, row, op.delta);
}

void Run(const ActivationOp& op, const Frame& frame, const Piece& piece) {
  const auto row = [&](const float* in, float* out)
                       HWY_ATTR { Activate(op.act, nullptr, in, out, piece.panels * kPanel); };
  ForRows(frame, piece, row, op.in, op.out);
}

void Run(const ActivationGradOp& op, const Frame& frame, const Piece& piece) {
  const auto row = [&](const float* y, float* delta) HWY_ATTR { Derive(op.act, y, delta, piece.panels * kPanel); };
  ForRows(frame, piece, row, op.y, op.delta);
}

void Run(const DropoutOp& op, const Frame& frame, const Piece& piece) {
  const hn::RebindToUnsigned<D> du;
  const std::size_t columns = static_cast<std::size_t>(op.in.columns), first = piece.panel * kPanel,
                    last = std::min(columns, first + piece.panels * kPanel);
  const float keep_scale = op.rate < 1 ? 1.0f / (1.0f - op.rate) : 0.0f;
  // u < rate drops, with u in [0, 1) a multiple of 2^-32.
  const auto threshold_bits = static_cast<std::uint32_t>(op.rate < 1 ? static_cast<double>(op.rate) * 0x1p32 : 0.0);
  const V keep = hn::Set(d, keep_scale);
  const auto threshold = hn::Set(du, threshold_bits);
  constexpr std::size_t kNumbers = 4 * kLanes;
  HWY_ALIGN std::uint32_t numbers[kNumbers];
  std::size_t r = piece.row;
  const auto row = [&](const float* in, float* out, float* mask) HWY_ATTR {
    const std::uint64_t begin = op.sharing.rows ? 0 : r * columns;
    ++r;
    if (op.sharing.axes > 0) {
      std::uint64_t drawer = ~std::uint64_t{0};
      float drawn = 0;
      for (std::size_t c = first; c < last; ++c) {
        if (const std::uint64_t own = begin + op.sharing.column(c); own != drawer) {
          drawer = own;
          drawn = Random::block(op.key, own / 4, frame.input->step)[own % 4] < threshold_bits ? 0.0f : keep_scale;
        }
        mask[c - first] = drawn;
        out[c - first] = drawn == 0 ? 0.0f : in[c - first] * drawn;
      }
      return;
    }
    for (std::size_t c = first; c < last;) {
      const std::uint64_t block = (begin + c) / 4;
      PhiloxBlocks(op.key, block, frame.input->step, numbers);
      const std::uint32_t* bits = numbers + (begin + c) % 4;
      const std::size_t end = std::min<std::size_t>(last, block * 4 + kNumbers - begin);
      for (; c + kLanes <= end; c += kLanes, bits += kLanes) {
        const V drawn = hn::IfThenZeroElse(hn::RebindMask(d, hn::Lt(hn::LoadU(du, bits), threshold)), keep);
        const V x = hn::LoadU(d, in + (c - first));
        hn::StoreU(drawn, d, mask + (c - first));
        hn::StoreU(hn::IfThenZeroElse(hn::Eq(drawn, hn::Zero(d)), hn::Mul(x, drawn)), d, out + (c - first));
      }
      // What is beyond the piece may be another thread's.
      for (; c < end; ++c, ++bits) {
        const float drawn = *bits < threshold_bits ? 0.0f : keep_scale;
        mask[c - first] = drawn;
        out[c - first] = drawn == 0 ? 0.0f : in[c - first] * drawn;
      }
    }
  };
  ForRows(frame, piece, row, op.in, op.out, op.mask);
}

void Run(const DropoutGradOp& op, const Frame& frame, const Piece& piece) {
  const auto row = [&](float* delta, const float* mask) HWY_ATTR {
    for (std::size_t i = 0; i < piece.panels * kPanel; i += kLanes)
      hn::Store(hn::Mul(hn::Load(d, delta + i), hn::Load(d, mask + i)), d, delta + i);
  };
  ForRows(frame, piece, row, op.delta, op.mask);
}

}  // namespace telar::compute::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
