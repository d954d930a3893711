// Random numbers as a function: Philox4x32-10 keyed by (seed, purpose, name), addressed by counters. The same question
// always has the same answer, whoever asks, in whatever order and on however many threads.
#pragma once

#include <Random123/philox.h>
#include <array>
#include <cstdint>
#include <string_view>

namespace telar {

/// What a stream is for; streams of different purposes never meet.
enum class Purpose : std::uint32_t { initializer = 1, shuffle = 2, dropout = 3, split = 4, search = 5 };

/// One stream of random numbers.
class Random {
 public:
  /// `name`: what distinguishes streams of one purpose, such as a variable's path "dense_1/kernel".
  constexpr Random(std::uint64_t seed, Purpose purpose, std::string_view name) noexcept
      : key_(mix(mix(seed ^ 0x9E3779B97F4A7C15ull) ^ hash(name) ^
                 (std::uint64_t{static_cast<std::uint32_t>(purpose)} << 56))) {}

  [[nodiscard]] constexpr std::uint64_t key() const noexcept { return key_; }

  /// Four independent 32-bit numbers for block `index` of sub-stream `sub` (an epoch or a step).
  [[nodiscard]] std::array<std::uint32_t, 4> block(std::uint64_t index, std::uint64_t sub = 0) const noexcept {
    return block(key_, index, sub);
  }
  [[nodiscard]] static std::array<std::uint32_t, 4> block(std::uint64_t key, std::uint64_t index,
                                                          std::uint64_t sub) noexcept {
    const philox4x32_key_t k{{static_cast<std::uint32_t>(key), static_cast<std::uint32_t>(key >> 32)}};
    const philox4x32_ctr_t c{{static_cast<std::uint32_t>(index), static_cast<std::uint32_t>(index >> 32),
                              static_cast<std::uint32_t>(sub), static_cast<std::uint32_t>(sub >> 32)}};
    const philox4x32_ctr_t r = philox4x32(c, k);
    return {r.v[0], r.v[1], r.v[2], r.v[3]};
  }

  /// Number `index` of the sub-stream, 32 bits.
  [[nodiscard]] std::uint32_t bits(std::uint64_t index, std::uint64_t sub = 0) const noexcept {
    return block(index / 4, sub)[index % 4];
  }
  /// In [0, 1), a multiple of 2^-24.
  [[nodiscard]] float uniform(std::uint64_t index, std::uint64_t sub = 0) const noexcept {
    return static_cast<float>(bits(index, sub) >> 8) * 0x1p-24f;
  }
  /// In [0, n), n >= 1; the bias is below n / 2^64.
  [[nodiscard]] std::uint64_t below(std::uint64_t n, std::uint64_t index, std::uint64_t sub = 0) const noexcept {
    const auto b = block(index, sub);
    __extension__ using Wide = unsigned __int128;
    return static_cast<std::uint64_t>((Wide{(std::uint64_t{b[1]} << 32) | b[0]} * n) >> 64);
  }

 private:
  static constexpr std::uint64_t mix(std::uint64_t z) noexcept {  // the finaliser of SplitMix64
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ull;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBull;
    return z ^ (z >> 31);
  }
  static constexpr std::uint64_t hash(std::string_view s) noexcept {  // FNV-1a
    std::uint64_t h = 0xCBF29CE484222325ull;
    for (const char c : s) h = (h ^ static_cast<unsigned char>(c)) * 0x100000001B3ull;
    return h;
  }
  std::uint64_t key_;
};

/// A permutation of 0 .. n-1: Fisher-Yates from the top, one Philox block a step. `sub` picks one of many (the epoch).
template <class Int>
void shuffle(Int* begin, std::uint64_t n, const Random& random, std::uint64_t sub) noexcept {
  for (std::uint64_t i = n; i > 1; --i) {
    const std::uint64_t j = random.below(i, i, sub);
    const Int t = begin[i - 1];
    begin[i - 1] = begin[j];
    begin[j] = t;
  }
}

}  // namespace telar
