// Philox4x32-10 on vectors, and standard normal numbers made of it.
#if defined(TELAR_PHILOX_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef TELAR_PHILOX_INL_H_
#undef TELAR_PHILOX_INL_H_
#else
#define TELAR_PHILOX_INL_H_
#endif

#include "base/random.hpp"
#include "compute/kernels/math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace telar::compute::HWY_NAMESPACE {

/// Numbers 4 b .. 4 (b + kLanes) - 1 of Philox4x32-10 (Salmon et al. 2011), from block b: what Random::block gives.
HWY_INLINE void PhiloxBlocks(std::uint64_t key, std::uint64_t block, std::uint64_t sub,
                             std::uint32_t* HWY_RESTRICT out) {
#if HWY_TARGET == HWY_SCALAR
  const auto numbers = Random::block(key, block, sub);
  std::copy(numbers.begin(), numbers.end(), out);
#else
  const hn::RebindToUnsigned<D> du;
  const hn::Repartition<std::uint64_t, D> dw;
  using U = hn::Vec<decltype(du)>;
  const auto word = [](std::uint64_t x) { return static_cast<std::uint32_t>(x); };
  // Blocks are counted in 64 bits; the lanes' low words may pass 2^32.
  HWY_ALIGN std::uint32_t low[kLanes], high[kLanes];
  for (std::size_t i = 0; i < kLanes; ++i) low[i] = word(block + i), high[i] = word((block + i) >> 32);
  U c0 = hn::Load(du, low), c1 = hn::Load(du, high), c2 = hn::Set(du, word(sub)), c3 = hn::Set(du, word(sub >> 32));
  const U m0 = hn::Set(du, 0xD2511F53u), m1 = hn::Set(du, 0xCD9E8D57u);
  const auto high_product = [&](U a, U b) HWY_ATTR {
    const auto even = hn::MulEven(a, b);
    const auto odd = hn::MulEven(hn::BitCast(du, hn::ShiftRight<32>(hn::BitCast(dw, a))), b);
    return hn::OddEven(hn::BitCast(du, odd), hn::BitCast(du, hn::ShiftRight<32>(even)));
  };
  std::uint32_t k0 = word(key), k1 = word(key >> 32);
  for (int round = 0; round < 10; ++round, k0 += 0x9E3779B9u, k1 += 0xBB67AE85u) {
    const U h0 = high_product(c0, m0), h1 = high_product(c2, m1), l0 = hn::Mul(c0, m0), l1 = hn::Mul(c2, m1);
    c0 = hn::Xor(hn::Xor(h1, c1), hn::Set(du, k0));
    c2 = hn::Xor(hn::Xor(h0, c3), hn::Set(du, k1));
    c1 = l1;
    c3 = l0;
  }
  hn::StoreInterleaved4(c0, c1, c2, c3, du, out);
#endif
}

/// Standard normal numbers from random bits, as NoiseOp defines them, at most 5e-6 off: |z| by an own polynomial in
/// sqrt(0.69 - log P(|Z| > |z|)).
HWY_INLINE V StandardNormal(hn::Vec<hn::RebindToUnsigned<D>> bits) {
  const hn::RebindToUnsigned<D> du;
  const hn::RebindToSigned<D> di;
  const V m = hn::ConvertTo(d, hn::BitCast(di, hn::And(bits, hn::Set(du, 0x7FFFFFFFu))));
  const V p = hn::Mul(hn::Add(m, hn::Set(d, 0.5f)), hn::Set(d, 0x1p-31f));
  const V s = hn::Sub(hn::Sqrt(hn::Sub(hn::Set(d, 0.69f), Log(p))), hn::Set(d, 2.5f));
  const V size = Polynomial(s, hn::Set(d, -1.548917453e-06f), 9.301506907e-06f, -1.335018806e-05f, -9.373808098e-06f,
                            -1.355923087e-05f, 0.0002114228992f, -0.0005598710268f, 0.001385917421f, -0.004309359007f,
                            0.01381008234f, -0.04513337836f, 1.57166779f, 2.890298367f);
  return hn::BitCast(d, hn::Xor(hn::BitCast(du, size), hn::And(bits, hn::Set(du, 0x80000000u))));
}

}  // namespace telar::compute::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif
