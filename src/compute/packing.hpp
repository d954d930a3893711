// Between the canonical layout of weights (flat, kernels (in, out) row-major) and their packed one in the arena.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>

#include "compute/bfloat16.hpp"
#include "compute/program.hpp"

namespace telar::compute {

/// Calls f(packed offset, canonical offset, transposed offset or -1) for every element of the variable.
template <class F>
void for_elements(const PackedVariable& variable, const F& f) {
  constexpr std::ptrdiff_t kNone = -1;
  if (const auto* kernel = std::get_if<Kernel>(&variable.packed)) {
    std::size_t canonical = variable.canonical;
    for (int i = 0; i < kernel->in; ++i)
      for (int o = 0; o < kernel->out; ++o, ++canonical)
        f(kernel->index(i, o), canonical,
          variable.transposed ? static_cast<std::ptrdiff_t>(variable.transposed->index(o, i)) : kNone);
  } else {
    const auto& vector = std::get<Vector>(variable.packed);
    for (int i = 0; i < vector.size; ++i)
      f(vector.at + static_cast<std::size_t>(i), variable.canonical + static_cast<std::size_t>(i), kNone);
  }
}

/// Canonical to the copies in C order (PackedVariable::flat), of the variables (slot -1) or of one of their slots.
template <class T>
void pack_flat(const Program& program, const float* canonical, int slot, T* arena) {
  const std::size_t shift = static_cast<std::size_t>(slot + 1) * program.slot_stride;
  for (const PackedVariable& variable : program.variables)
    if (variable.flat)
      std::copy_n(canonical + variable.canonical, variable.flat->size, arena + variable.flat->at + shift);
}

/// Canonical to packed, derived copies included.
template <class T>
void pack(const Program& program, const float* canonical, T* arena) {
  for (const PackedVariable& variable : program.variables) {
    const bool rounded = variable.rounded.has_value();
    const std::size_t to_rounded = rounded ? variable.rounded->at - std::get<Kernel>(variable.packed).at : 0;
    for_elements(variable, [&](std::size_t packed, std::size_t from, std::ptrdiff_t transposed) {
      const T value = static_cast<T>(canonical[from]), copy = rounded ? rounded_to_bfloat16(value) : value;
      arena[packed] = value;
      if (rounded) arena[packed + to_rounded] = copy;
      if (transposed >= 0) arena[transposed] = copy;
    });
  }
  pack_flat(program, canonical, -1, arena);
}

/// Rounded copies as kernels want them that multiply pairs of bfloat16: rows 2 i and 2 i + 1 of a panel are one row of
/// 32 pairs, a pair to a float's place. An odd number of rows ends in zeros.
inline void pack_pairs(const Program& program, const float* canonical, float* arena) {
  for (const PackedVariable& variable : program.variables) {
    if (!variable.rounded) continue;
    const auto& kernel = std::get<Kernel>(variable.packed);
    const auto clear = [&](const Kernel& copy) { std::fill_n(arena + copy.at, copy.size(), 0.0f); };
    const auto put = [&](const Kernel& copy, int i, int o, float value) {
      const Kernel pairs{copy.at, (copy.in + 1) / 2, copy.out};
      const std::uint16_t bits = bfloat16_bits(value);
      std::memcpy(reinterpret_cast<char*>(arena + pairs.index(i / 2, o)) + i % 2 * 2, &bits, sizeof bits);
    };
    clear(*variable.rounded);
    if (variable.transposed) clear(*variable.transposed);
    const float* value = canonical + variable.canonical;
    for (int i = 0; i < kernel.in; ++i)
      for (int o = 0; o < kernel.out; ++o, ++value) {
        put(*variable.rounded, i, o, *value);
        if (variable.transposed) put(*variable.transposed, o, i, *value);
      }
  }
}

/// Packed to canonical, of the variables (slot -1) or of one of their slots.
template <class T, class Out>
void unpack(const Program& program, const T* arena, int slot, Out* canonical) {
  const std::size_t shift = static_cast<std::size_t>(slot + 1) * program.slot_stride;
  for (const PackedVariable& variable : program.variables)
    for_elements(variable, [&](std::size_t packed, std::size_t to, std::ptrdiff_t) {
      canonical[to] = static_cast<Out>(arena[packed + shift]);
    });
}

}  // namespace telar::compute
