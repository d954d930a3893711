// The definitions of operations that look at a whole variable before its step, as those in reference.hpp.
#pragma once

#include <cmath>
#include <type_traits>

#include "compute/program.hpp"
#include "compute/variable_factor.hpp"

namespace telar::compute::reference {

template <class O>
concept IsOfWholeVariables = std::is_same_v<O, MeansOp> || std::is_same_v<O, DirectionOp> ||
    std::is_same_v<O, FactorOp> || std::is_same_v<O, NormaliseOp> || std::is_same_v<O, ProductOp>;

template <class T>
struct WholeVariables {
  const Program& program;
  const StepInput& input;
  T* arena;

  /// Array s of the rule at an offset.
  [[nodiscard]] T& slot(std::size_t offset, int s) const {
    return arena[offset + static_cast<std::size_t>(s + 1) * program.slot_stride];
  }
  [[nodiscard]] T gradient(std::size_t offset, const std::optional<std::size_t>& factor) const {
    const T kept = slot(offset, program.rule.gradient_slot()), g = factor ? kept * arena[*factor] : kept;
    const T clip = static_cast<T>(program.rule.clip);
    return g > clip ? clip : g < -clip ? -clip : g;
  }

  void apply(const MeansOp& op) const {
    const Kernel& k = op.kernel;
    const T epsilon = static_cast<T>(program.rule.epsilon), share = static_cast<T>(input.correction);
    const int outer = op.of_rows ? k.in : k.out, inner = op.of_rows ? k.out : k.in;
    for (int a = 0; a < outer; ++a) {
      T sum = 0;
      for (int b = 0; b < inner; ++b) {
        const T g = gradient(op.of_rows ? k.index(a, b) : k.index(b, a), op.clip);
        sum += g * g + epsilon;
      }
      T& kept = op.of_rows ? slot(k.index(a, 0), 0) : slot(k.index(0, a), 1);
      kept += (sum / static_cast<T>(inner) - kept) * share;
    }
  }

  void apply(const DirectionOp& op) const {
    const Kernel& k = op.kernel;
    const std::size_t blocks = blocks_of(k);
    for (std::size_t b = 0; b < blocks; ++b) arena[op.sums + b] = arena[op.weight_sums + b] = 0;
    for (int o = 0; o < k.out; ++o)
      for (int i = 0; i < k.in; ++i) {
        const std::size_t at = k.index(i, o), block = block_of(k, i, o);
        const T u = direction(op, i, o), w = arena[at] - (k.decays ? static_cast<T>(input.decay) * arena[at] : T(0));
        slot(at, program.rule.gradient_slot()) = u;
        arena[op.sums + block] += u * u;
        arena[op.weight_sums + block] += w * w;
      }
  }

  [[nodiscard]] T direction(const DirectionOp& op, int i, int o) const {
    using Kind = UpdateRule::Kind;
    const UpdateRule& rule = program.rule;
    const std::size_t at = op.kernel.index(i, o);
    const T g = gradient(at, op.clip), correction = static_cast<T>(input.correction);
    T &m = slot(at, 0), &v = slot(at, 1);
    if (rule.kind == Kind::lamb) {
      m += (g - m) * static_cast<T>(rule.one_minus_beta_1);
      v += (g * g - v) * static_cast<T>(rule.one_minus_beta_2);
      return m * static_cast<T>(input.gradient_rate) / (std::sqrt(v * correction) + static_cast<T>(rule.epsilon));
    }
    if (rule.kind == Kind::muon) {
      m = static_cast<T>(rule.momentum) * m + g;
      return rule.looks_ahead ? g + static_cast<T>(rule.momentum) * m : m;
    }
    const auto over_root = [g](T square) { return square == 0 ? T(0) : g / std::sqrt(square); };
    if (op.mean) return over_root(slot(op.kernel.index(i, 0), 0) / arena[*op.mean] * slot(op.kernel.index(0, o), 1));
    m += (g * g + static_cast<T>(rule.epsilon) - m) * correction;
    return over_root(m);
  }

  void apply(const FactorOp& op) const { arena[op.factor] = static_cast<T>(factor_of(op, program.rule, arena)); }

  void apply(const NormaliseOp& op) const {
    for (int i = 0; i < op.in.in; ++i)
      for (int o = 0; o < op.in.out; ++o)
        arena[op.transposed.index(o, i)] = arena[op.out.index(i, o)] = arena[op.in.index(i, o)] * arena[op.factor];
  }

  void apply(const ProductOp& op) const {
    for (int i = 0; i < op.out.in; ++i)
      for (int o = 0; o < op.out.out; ++o) {
        T sum = 0;
        for (int k = 0; k < op.a.in; ++k) sum = std::fma(arena[op.a.index(k, i)], arena[op.b.index(k, o)], sum);
        sum *= static_cast<T>(op.scale);
        if (op.add) sum += static_cast<T>(op.add_scale) * arena[op.add->index(i, o)];
        arena[op.out.index(i, o)] = sum;
        if (op.transposed) arena[op.transposed->index(o, i)] = sum;
      }
  }
};

}  // namespace telar::compute::reference
