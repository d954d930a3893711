// Between the canonical layout of weights (flat, kernels (in, out) row-major) and their packed one in the arena.
#pragma once

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

/// Canonical to packed, derived copies included.
template <class T>
void pack(const Program& program, const float* canonical, T* arena) {
  for (const PackedVariable& variable : program.variables)
    for_elements(variable, [&](std::size_t packed, std::size_t from, std::ptrdiff_t transposed) {
      arena[packed] = static_cast<T>(canonical[from]);
      if (transposed >= 0) arena[transposed] = static_cast<T>(canonical[from]);
    });
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
