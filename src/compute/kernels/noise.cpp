// Noise: added, multiplied, and the dropout that goes with selu.
#include "compute/kernels/targets.hpp"
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "compute/kernels/noise.cpp"
#include <cstring>
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "compute/kernels/philox-inl.h"
#include "compute/kernels/run-inl.h"

HWY_BEFORE_NAMESPACE();
namespace telar::compute::HWY_NAMESPACE {

void Run(const NoiseOp& op, const Frame& frame, const Piece& piece) {
  const hn::RebindToUnsigned<D> du;
  const std::size_t columns = static_cast<std::size_t>(op.in.columns), first = piece.panel * kPanel,
                    last = std::min(columns, first + piece.panels * kPanel);
  constexpr std::size_t kNumbers = 4 * kLanes;
  HWY_ALIGN std::uint32_t numbers[kNumbers + kLanes] = {};
  HWY_ALIGN float x[kNumbers] = {}, y[kNumbers], mask[kNumbers];
  const AlphaDropoutScale scale(op.amount);
  const V amount = hn::Set(d, op.amount), one = hn::Set(d, 1.0f), factor = hn::Set(d, scale.factor);
  const double probability = op.kind == NoiseOp::Kind::alpha ? static_cast<double>(op.amount) : 0;
  const auto lost = hn::Set(du, static_cast<std::uint32_t>(probability * 0x1p32));
  const auto vector = [&](const std::uint32_t* at, std::size_t i) HWY_ATTR {
    const auto bits = hn::LoadU(du, at);
    const V in = hn::Load(d, x + i);
    if (op.kind == NoiseOp::Kind::add) {
      hn::Store(Fma(amount, StandardNormal(bits), in), d, y + i);
    } else if (op.kind == NoiseOp::Kind::multiply) {
      const V m = Fma(amount, StandardNormal(bits), one);
      hn::Store(m, d, mask + i);
      hn::Store(hn::Mul(in, m), d, y + i);
    } else {
      const auto is_lost = hn::RebindMask(d, hn::Lt(bits, lost));
      hn::Store(hn::IfThenZeroElse(is_lost, factor), d, mask + i);
      hn::Store(Fma(hn::IfThenElse(is_lost, hn::Set(d, scale.limit), in), factor, hn::Set(d, scale.shift)), d, y + i);
    }
  };
  for (std::size_t r = piece.row; r < piece.row + piece.rows; ++r) {
    const float* in = frame.at(op.in.at) + r * static_cast<std::size_t>(op.in.stride);
    float* out = frame.at(op.out.at) + r * static_cast<std::size_t>(op.out.stride);
    float* masks =
        op.kind == NoiseOp::Kind::add ? nullptr : frame.at(op.mask.at) + r * static_cast<std::size_t>(op.mask.stride);
    const std::uint64_t begin = r * columns;
    for (std::size_t c = first; c < last;) {
      const std::uint64_t block = (begin + c) / 4;
      PhiloxBlocks(op.key, block, frame.input->step, numbers);
      // Through a buffer: what is beyond the piece may be another thread's.
      const std::size_t count = std::min<std::size_t>(last, block * 4 + kNumbers - begin) - c;
      std::memcpy(x, in + c, count * sizeof(float));
      for (std::size_t i = 0; i < count; i += kLanes) vector(numbers + (begin + c) % 4 + i, i);
      std::memcpy(out + c, y, count * sizeof(float));
      if (masks != nullptr) std::memcpy(masks + c, mask, count * sizeof(float));
      c += count;
    }
  }
}

}  // namespace telar::compute::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
