// The definition of every operation, in plain loops, for any scalar: float to compare kernels with, double for gradient
// checks. Same arena, same offsets, same program; nothing here is fast.
#pragma once

#include <algorithm>
#include <cmath>
#include <vector>

#include "base/random.hpp"
#include "compute/loss_of_batch.hpp"
#include "compute/packing.hpp"
#include "compute/program.hpp"

namespace telar::compute::reference {

/// One step at a time over an arena of T.
template <class T>
class Machine {
 public:
  explicit Machine(Program program) : program_(std::move(program)), arena_(program_.arena, T(0)) {}

  [[nodiscard]] const Program& program() const noexcept { return program_; }
  [[nodiscard]] std::vector<T>& arena() noexcept { return arena_; }
  void write_weights(const float* canonical) { pack(program_, canonical, arena_.data()); }
  template <class Out>
  void read_weights(Out* canonical) const {
    unpack(program_, arena_.data(), -1, canonical);
  }
  template <class Out>
  void read_slot(int slot, Out* canonical) const {
    unpack(program_, arena_.data(), slot, canonical);
  }

  StepResult run(Phase phase, const StepInput& input) {
    input_ = &input;
    StepResult result;
    for (const Op& op : program_.steps[static_cast<std::size_t>(phase)]) {
      if (const auto* guard = std::get_if<GuardOp>(&op)) {
        result.loss = loss_of_batch(&arena_[guard->row_loss], input, guard->reduction);
        result.finite = std::isfinite(result.loss);
        if (!result.finite) return result;
      }
      std::visit([this](const auto& o) { apply(o); }, op);
    }
    if (phase == Phase::evaluate) result.loss = loss_of_batch(&arena_[program_.row_loss], input, program_.reduction);
    return result;
  }

  [[nodiscard]] T& at(const Matrix& m, int row, int column) {
    return arena_[m.at + static_cast<std::size_t>(row) * static_cast<std::size_t>(m.stride) +
                  static_cast<std::size_t>(column)];
  }
  [[nodiscard]] T& at(const Vector& v, int i) { return arena_[v.at + static_cast<std::size_t>(i)]; }

 private:
  [[nodiscard]] int rows() const { return input_->rows; }
  template <class F>
  void each(const Matrix& m, const F& f) {
    for (int r = 0; r < rows(); ++r)
      for (int c = 0; c < m.columns; ++c) f(r, c);
  }

  static T act(Act a, T x) {
    switch (a) {
      case Act::linear:
        return x;
      case Act::relu:
        return x < 0 ? T(0) : x;
      case Act::sigmoid:
        return T(1) / (T(1) + std::exp(-x));
      case Act::tanh:
        return std::tanh(x);
    }
    return x;
  }
  /// act' in terms of y = act(x).
  static T slope(Act a, T y) {
    switch (a) {
      case Act::linear:
        return T(1);
      case Act::relu:
        return y > 0 ? T(1) : T(0);
      case Act::sigmoid:
        return y * (T(1) - y);
      case Act::tanh:
        return T(1) - y * y;
    }
    return T(1);
  }

  void update(std::size_t offset, T g) {
    using Kind = UpdateRule::Kind;
    const UpdateRule& rule = program_.rule;
    const std::size_t stride = program_.slot_stride;
    T& w = arena_[offset];
    const T rate = static_cast<T>(input_->rate), momentum = static_cast<T>(rule.momentum);
    const auto slot = [&](std::size_t s) -> T& { return arena_[offset + s * stride]; };
    switch (rule.kind) {
      case Kind::gradient:
        slot(1) = g;
        return;
      case Kind::sgd:
        w -= rate * g;
        return;
      case Kind::momentum:
        w += slot(1) = momentum * slot(1) - rate * g;
        return;
      case Kind::nesterov:
        slot(1) = momentum * slot(1) - rate * g;
        w += momentum * slot(1) - rate * g;
        return;
      case Kind::adam:
      case Kind::amsgrad: {
        T &m = slot(1), &v = slot(2);
        m += (g - m) * static_cast<T>(rule.one_minus_beta_1);
        v += (g * g - v) * static_cast<T>(rule.one_minus_beta_2);
        T second = v;
        if (rule.kind == Kind::amsgrad) second = slot(3) = std::max(slot(3), v);
        w -= rate * (m / (std::sqrt(second) + static_cast<T>(rule.epsilon)));
        return;
      }
    }
  }

  void apply(const GatherOp& op) {
    each(op.out, [&](int r, int c) {
      const std::size_t from = input_->index[r] * input_->sample_size + static_cast<std::size_t>(c);
      const T x = input_->bytes != nullptr ? static_cast<T>(input_->bytes[from]) : static_cast<T>(input_->floats[from]);
      at(op.out, r, c) = x * static_cast<T>(op.scale) + static_cast<T>(op.offset);
    });
  }
  void apply(const AffineOp& op) {
    each(op.out, [&](int r, int c) {
      at(op.out, r, c) = at(op.in, r, c) * static_cast<T>(op.scale) + static_cast<T>(op.offset);
    });
  }
  void apply(const DenseOp& op) {
    each(op.out, [&](int r, int c) {
      T sum = 0;
      for (int k = 0; k < op.kernel.in; ++k) sum = std::fma(at(op.in, r, k), arena_[op.kernel.index(k, c)], sum);
      at(op.out, r, c) = act(op.act, op.bias ? sum + at(op.bias, c) : sum);
    });
  }
  void apply(const ActivationOp& op) {
    each(op.out, [&](int r, int c) { at(op.out, r, c) = act(op.act, at(op.in, r, c)); });
  }
  void apply(const SoftmaxOp& op) {
    for (int r = 0; r < rows(); ++r) {
      const auto [maximum, sum] = exponentials(op.in, r);
      for (int c = 0; c < op.in.columns; ++c) at(op.out, r, c) = std::exp(at(op.in, r, c) - maximum) / sum;
    }
  }
  void apply(const DropoutOp& op) {
    const std::uint64_t threshold = static_cast<std::uint64_t>(static_cast<double>(op.rate) * 0x1p32);
    each(op.in, [&](int r, int c) {
      const std::uint64_t index =
          static_cast<std::uint64_t>(r) * static_cast<std::uint64_t>(op.in.columns) + static_cast<std::uint64_t>(c);
      const bool dropped = Random::block(op.key, index / 4, input_->step)[index % 4] < threshold;
      at(op.mask, r, c) = dropped ? T(0) : static_cast<T>(1.0f / (1.0f - op.rate));
      at(op.out, r, c) = dropped ? T(0) : at(op.in, r, c) * at(op.mask, r, c);
    });
  }
  void apply(const BatchNormOp& op) {
    const T n = static_cast<T>(rows());
    for (int c = 0; c < op.in.columns; ++c) {
      T mean = 0, variance = 0;
      if (op.batch) {
        for (int r = 0; r < rows(); ++r) mean += at(op.in, r, c) / n;
        for (int r = 0; r < rows(); ++r) variance += (at(op.in, r, c) - mean) * (at(op.in, r, c) - mean) / n;
        const T keep = static_cast<T>(op.momentum), take = static_cast<T>(1.0f - op.momentum);
        at(op.moving_mean, c) = at(op.moving_mean, c) * keep + mean * take;
        at(op.moving_variance, c) = at(op.moving_variance, c) * keep + variance * take;
      } else {
        mean = at(op.moving_mean, c);
        variance = at(op.moving_variance, c);
      }
      const T inverse = T(1) / std::sqrt(variance + static_cast<T>(op.epsilon));
      if (op.saved_mean) at(op.saved_mean, c) = mean, at(op.saved_inverse, c) = inverse;
      const T gamma = op.gamma ? at(op.gamma, c) : T(1), beta = op.beta ? at(op.beta, c) : T(0);
      for (int r = 0; r < rows(); ++r) at(op.out, r, c) = (at(op.in, r, c) - mean) * (gamma * inverse) + beta;
    }
  }
  void apply(const CrossEntropyOp& op) {
    const double divisor = loss_divisor(*input_, op.reduction);
    const int classes = op.in.columns;
    for (int r = 0; r < rows(); ++r) {
      const std::uint32_t sample = input_->index[r];
      const T weight = input_->weights != nullptr ? static_cast<T>(input_->weights[sample]) : T(1);
      const T factor = weight / static_cast<T>(divisor), smoothing = static_cast<T>(op.smoothing);
      std::vector<T> target(static_cast<std::size_t>(classes)), slope_of(target.size());
      for (int c = 0; c < classes; ++c) {
        const T t = input_->targets != nullptr
                        ? static_cast<T>(
                              input_->targets[sample * static_cast<std::size_t>(classes) + static_cast<std::size_t>(c)])
                        : static_cast<T>(input_->labels[sample] == c);
        target[static_cast<std::size_t>(c)] = t * (T(1) - smoothing) + smoothing / static_cast<T>(classes);
      }
      T loss = 0;
      int best = 0;
      for (int c = 1; c < classes; ++c)
        if (at(op.in, r, c) > at(op.in, r, best)) best = c;
      if (op.logits) {
        const auto [maximum, sum] = exponentials(op.in, r);
        T mass = 0;  // of the targets, 1 as a rule
        for (const T t : target) mass += t;
        for (int c = 0; c < classes; ++c) {
          const T t = target[static_cast<std::size_t>(c)], x = at(op.in, r, c) - maximum;
          loss += t * (std::log(sum) - x);
          if (op.delta) at(*op.delta, r, c) = (std::exp(x) / sum * mass - t) * factor;
        }
      } else {
        T total = 0, dot = 0;
        for (int c = 0; c < classes; ++c) total += at(op.in, r, c);
        for (int c = 0; c < classes; ++c) {
          const T t = target[static_cast<std::size_t>(c)], q = at(op.in, r, c) / total;
          const T clipped = std::clamp(q, static_cast<T>(1e-7f), static_cast<T>(1.0f - 1e-7f));
          loss -= t * std::log(clipped);
          slope_of[static_cast<std::size_t>(c)] = clipped == q ? -t / q : T(0);
          dot += slope_of[static_cast<std::size_t>(c)] * q;
        }
        if (op.delta)
          for (int c = 0; c < classes; ++c)
            at(*op.delta, r, c) = (slope_of[static_cast<std::size_t>(c)] - dot) / total * factor;
      }
      arena_[op.row_loss + static_cast<std::size_t>(r)] = weight * loss;
      arena_[op.row_class + static_cast<std::size_t>(r)] = static_cast<T>(best);
    }
  }
  void apply(const GuardOp&) {}

  void apply(const ActivationGradOp& op) {
    each(op.delta, [&](int r, int c) { at(op.delta, r, c) *= slope(op.act, at(op.y, r, c)); });
  }
  void apply(const SoftmaxGradOp& op) {
    for (int r = 0; r < rows(); ++r) {
      T dot = 0;
      for (int c = 0; c < op.y.columns; ++c) dot += at(op.delta, r, c) * at(op.y, r, c);
      for (int c = 0; c < op.y.columns; ++c) at(op.delta, r, c) = at(op.y, r, c) * (at(op.delta, r, c) - dot);
    }
  }
  void apply(const AffineGradOp& op) {
    each(op.delta, [&](int r, int c) { at(op.delta, r, c) *= static_cast<T>(op.scale); });
  }
  void apply(const DropoutGradOp& op) {
    each(op.delta, [&](int r, int c) { at(op.delta, r, c) *= at(op.mask, r, c); });
  }
  void apply(const BatchNormGradOp& op) {
    const T n = static_cast<T>(rows());
    for (int c = 0; c < op.in.columns; ++c) {
      const T mean = at(op.saved_mean, c), inverse = at(op.saved_inverse, c), gamma = op.gamma ? at(op.gamma, c) : T(1);
      T sum = 0, dot = 0;
      for (int r = 0; r < rows(); ++r) {
        sum += at(op.delta, r, c);
        dot += at(op.delta, r, c) * ((at(op.in, r, c) - mean) * inverse);
      }
      for (int r = 0; r < rows(); ++r) {
        T g = at(op.delta, r, c);
        if (op.batch) g -= sum / n + (at(op.in, r, c) - mean) * inverse * (dot / n);
        at(op.delta, r, c) = g * (gamma * inverse) * slope(op.act, at(op.in, r, c));
      }
      if (op.update && op.gamma) update(op.gamma.at + static_cast<std::size_t>(c), dot);
      if (op.update && op.beta) update(op.beta.at + static_cast<std::size_t>(c), sum);
    }
  }
  void apply(const DenseInputGradOp& op) {
    each(op.out, [&](int r, int c) {
      T sum = 0;
      for (int o = 0; o < op.transposed.in; ++o)
        sum = std::fma(at(op.delta, r, o), arena_[op.transposed.index(o, c)], sum);
      at(op.out, r, c) = op.act == Act::linear ? sum : sum * slope(op.act, at(op.y, r, c));
    });
  }
  void apply(const DenseUpdateOp& op) {
    for (int i = 0; i < op.kernel.in; ++i)
      for (int o = 0; o < op.kernel.out; ++o) {
        T g = 0;
        for (int r = 0; r < rows(); ++r) g = std::fma(at(op.in, r, i), at(op.delta, r, o), g);
        update(op.kernel.index(i, o), g);
        if (op.transposed) arena_[op.transposed->index(o, i)] = arena_[op.kernel.index(i, o)];
      }
    for (int o = 0; o < op.bias.size; ++o) {
      T g = 0;
      for (int r = 0; r < rows(); ++r) g += at(op.delta, r, o);
      update(op.bias.at + static_cast<std::size_t>(o), g);
    }
  }

  struct Exponentials {
    T maximum, sum;
  };
  Exponentials exponentials(const Matrix& m, int r) {
    T maximum = at(m, r, 0), sum = 0;
    for (int c = 1; c < m.columns; ++c) maximum = std::max(maximum, at(m, r, c));
    for (int c = 0; c < m.columns; ++c) sum += std::exp(at(m, r, c) - maximum);
    return {maximum, sum};
  }

  const Program program_;
  std::vector<T> arena_;
  const StepInput* input_ = nullptr;
};

}  // namespace telar::compute::reference
