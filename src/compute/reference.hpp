// The definition of every operation, in plain loops, for any scalar: float to compare kernels with, double for gradient
// checks. Same arena, same offsets, same program; nothing here is fast.
#pragma once

#include <algorithm>
#include <boost/math/special_functions/erf.hpp>
#include <cmath>
#include <functional>
#include <span>
#include <type_traits>
#include <vector>

#include "base/random.hpp"
#include "compute/clip_factor.hpp"
#include "compute/custom_rows.hpp"
#include "compute/loss_of_batch.hpp"
#include "compute/move_image.hpp"
#include "compute/packing.hpp"
#include "compute/program.hpp"
#include "compute/reference_activations.hpp"
#include "compute/reference_orthogonal.hpp"
#include "compute/reference_step.hpp"
#include "compute/reference_whole_variables.hpp"
#include "compute/regroup.hpp"
#include "compute/row_loss.hpp"

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
        result.penalty = penalty_of_batch(program_, arena_.data(), input.rows);
        result.loss =
            loss_of_batch(&arena_[guard->row_loss], input, guard->reduction, guard->ignored_class) + result.penalty;
        result.finite = std::isfinite(result.loss);
        if (!result.finite) return result;
      }
      std::visit([this](const auto& o) { this->apply(o); }, op);
    }
    if (phase == Phase::evaluate) {
      result.penalty = penalty_of_batch(program_, arena_.data(), input.rows);
      result.loss =
          loss_of_batch(&arena_[program_.row_loss], input, program_.reduction, program_.ignored_class) + result.penalty;
    }
    return result;
  }

  [[nodiscard]] T& at(const Matrix& m, int row, int column) {
    return arena_[m.at + static_cast<std::size_t>(row) * static_cast<std::size_t>(m.stride) +
                  static_cast<std::size_t>(column)];
  }
  [[nodiscard]] T& at(const Vector& v, int i) { return arena_[v.at + static_cast<std::size_t>(i)]; }

 private:
  [[nodiscard]] int rows() const { return input_->rows; }
  [[nodiscard]] int rows(const Matrix& m) const { return input_->rows * m.rows_each; }
  template <class F>
  void each(const Matrix& m, const F& f) {
    for (int r = 0; r < rows(); ++r)
      for (int c = 0; c < m.columns; ++c) f(r, c);
  }

  /// Whatever has a gradient of a weight ends here.
  template <class Weights>  // Kernel or Vector
  void update(std::size_t offset, T g, const Weights& weights) {
    using Accumulation = StepInput::Accumulation;
    g += penalty_slope(weights.penalty, arena_[offset]);
    const UpdateRule& rule = program_.rule;
    if (rule.accumulates || rule.waits) {
      T& kept = arena_[offset + static_cast<std::size_t>(rule.gradient_slot() + 1) * program_.slot_stride];
      const Accumulation accumulation = input_->accumulation;
      if (accumulation == Accumulation::more || accumulation == Accumulation::last) g = kept + g;
      if (accumulation == Accumulation::last) g /= static_cast<T>(input_->accumulated);
      if (rule.waits || only_accumulates(*input_)) {
        kept = g;
        return;
      }
    }
    step(offset, g, weights.decays);
  }

  [[nodiscard]] static T penalty_slope(const Penalty& penalty, T x) {
    return static_cast<T>(penalty.l1) * (x > 0 ? T(1) : x < 0 ? T(-1) : x) + T(2) * static_cast<T>(penalty.l2) * x;
  }

  void step(std::size_t offset, T g, bool decays, bool by_adam = false) {
    if (by_adam) {
      UpdateRule adam = program_.rule;
      StepInput input = *input_;
      step_as_adam(adam, input);
      take_step(&arena_[offset], program_.slot_stride, g, decays, adam, input);
    } else {
      take_step(&arena_[offset], program_.slot_stride, g, decays, program_.rule, *input_);
    }
    average_in(offset);
  }
  void average_in(std::size_t offset) {
    const UpdateRule& rule = program_.rule;
    if (!rule.averages) return;
    T& average = arena_[offset + static_cast<std::size_t>(rule.average_slot() + 1) * program_.slot_stride];
    const T keep = static_cast<T>(input_->average_keep);
    average = keep * average + (T(1) - keep) * arena_[offset];
    if (input_->overwrites) arena_[offset] = average;
  }

  void apply(const GatherOp& op) {
    each(op.out, [&](int r, int c) {
      const std::size_t from = input_->index[r] * input_->sample_size + static_cast<std::size_t>(c);
      const T x = input_->bytes != nullptr ? static_cast<T>(input_->bytes[from]) : static_cast<T>(input_->floats[from]);
      at(op.out, r, c) = x * static_cast<T>(op.scale) + static_cast<T>(op.offset);
    });
  }
  void apply(const FlipOp& op) {
    for (int r = 0; r < rows(); ++r) flip(op, r, input_->step, &at(op.in, r, 0), &at(op.out, r, 0));
  }
  void apply(const TranslateOp& op) {
    for (int r = 0; r < rows(); ++r) translate(op, r, input_->step, &at(op.in, r, 0), &at(op.out, r, 0));
  }
  void apply(const RegroupOp& op) {
    for (int r = 0; r < rows(); ++r) regroup(op, &at(op.flat, r, 0), &at(op.grouped, r * op.grouped.rows_each, 0));
  }
  void apply(const AffineOp& op) {
    each(op.out, [&](int r, int c) {
      at(op.out, r, c) = at(op.in, r, c) * static_cast<T>(op.scale) + static_cast<T>(op.offset);
    });
  }
  void apply(const AddOp& op) {
    each(op.out, [&](int r, int c) { at(op.out, r, c) = at(op.in, r, c) + at(op.other, r, c); });
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
    for (int r = 0; r < rows(op.in); ++r) {
      if (op.act == RowAct::sparsemax) {
        const T threshold = sparsemax_threshold(op.in, r);
        for (int c = 0; c < op.in.columns; ++c) at(op.out, r, c) = act(Act::relu, at(op.in, r, c) - threshold);
        continue;
      }
      const auto [maximum, sum] = exponentials(op.in, r);
      for (int c = 0; c < op.in.columns; ++c) {
        const T x = at(op.in, r, c) - maximum;
        at(op.out, r, c) = op.act == RowAct::log_softmax ? x - std::log(sum) : std::exp(x) / sum;
      }
    }
  }
  void apply(const DropoutOp& op) {
    const std::uint64_t threshold = static_cast<std::uint64_t>(static_cast<double>(op.rate) * 0x1p32);
    each(op.in, [&](int r, int c) {
      const std::uint64_t row = op.sharing.rows ? 0 : static_cast<std::uint64_t>(r);
      const std::uint64_t index =
          row * static_cast<std::uint64_t>(op.in.columns) + op.sharing.column(static_cast<std::uint64_t>(c));
      const bool dropped = Random::block(op.key, index / 4, input_->step)[index % 4] < threshold;
      at(op.mask, r, c) = dropped ? T(0) : static_cast<T>(1.0f / (1.0f - op.rate));
      at(op.out, r, c) = dropped ? T(0) : at(op.in, r, c) * at(op.mask, r, c);
    });
  }
  void apply(const NoiseOp& op) {
    const AlphaDropoutScale scale(op.amount);
    each(op.in, [&](int r, int c) {
      const std::uint64_t index =
          static_cast<std::uint64_t>(r) * static_cast<std::uint64_t>(op.in.columns) + static_cast<std::uint64_t>(c);
      const std::uint32_t bits = Random::block(op.key, index / 4, input_->step)[index % 4];
      const double z = (bits >> 31 != 0 ? -1 : 1) * std::sqrt(2.0) *
                       boost::math::erfc_inv((static_cast<double>(bits & 0x7FFFFFFFu) + 0.5) * 0x1p-31);
      const T x = at(op.in, r, c), amount = static_cast<T>(op.amount);
      if (op.kind == NoiseOp::Kind::add) {
        at(op.out, r, c) = x + amount * static_cast<T>(z);
      } else if (op.kind == NoiseOp::Kind::multiply) {
        at(op.mask, r, c) = T(1) + amount * static_cast<T>(z);
        at(op.out, r, c) = x * at(op.mask, r, c);
      } else {
        const bool lost = bits < static_cast<std::uint64_t>(static_cast<double>(op.amount) * 0x1p32);
        at(op.mask, r, c) = lost ? T(0) : static_cast<T>(scale.factor);
        at(op.out, r, c) =
            (lost ? static_cast<T>(scale.limit) : x) * static_cast<T>(scale.factor) + static_cast<T>(scale.shift);
      }
    });
  }
  void apply(const BatchNormOp& op) {
    const T n = static_cast<T>(rows(op.in));
    for (int c = 0; c < op.in.columns; ++c) {
      T mean = 0, variance = 0;
      if (op.batch) {
        for (int r = 0; r < rows(op.in); ++r) mean += at(op.in, r, c) / n;
        for (int r = 0; r < rows(op.in); ++r) variance += (at(op.in, r, c) - mean) * (at(op.in, r, c) - mean) / n;
        const T keep = static_cast<T>(op.momentum), take = static_cast<T>(1.0f - op.momentum);
        at(op.moving_mean, c) = at(op.moving_mean, c) * keep + mean * take;
        at(op.moving_variance, c) = at(op.moving_variance, c) * keep + variance * take;
      } else {
        mean = at(op.moving_mean, c);
        variance = at(op.moving_variance, c);
      }
      const T root = std::sqrt(variance + static_cast<T>(op.epsilon)), inverse = op.inverted ? root : T(1) / root;
      if (op.saved_mean) at(op.saved_mean, c) = mean, at(op.saved_inverse, c) = inverse;
      const T gamma = op.gamma ? at(op.gamma, c) : T(1), beta = op.inverted ? mean : op.beta ? at(op.beta, c) : T(0);
      if (op.inverted) mean = 0;
      for (int r = 0; r < rows(op.in); ++r) at(op.out, r, c) = (at(op.in, r, c) - mean) * (gamma * inverse) + beta;
    }
  }
  void apply(const CrossEntropyOp& op) {
    const double divisor = loss_divisor(*input_, op.reduction, op.ignored_class);
    const int classes = op.in.columns;
    for (int r = 0; r < rows(); ++r) {
      const std::uint32_t sample = input_->index[r];
      const T weight = !counts(*input_, r, op.ignored_class) ? T(0)
                       : input_->weights != nullptr          ? static_cast<T>(input_->weights[sample])
                                                             : T(1);
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
  void apply(const LossOp& op) {
    const double divisor = loss_divisor(*input_, op.reduction, -1);
    const std::size_t columns = static_cast<std::size_t>(op.in.columns);
    std::vector<T> target(columns);
    for (int r = 0; r < rows(); ++r) {
      const std::uint32_t sample = input_->index[r];
      const T weight = input_->weights != nullptr ? static_cast<T>(input_->weights[sample]) : T(1);
      for (std::size_t c = 0; c < columns; ++c)
        target[c] = input_->targets != nullptr ? static_cast<T>(input_->targets[sample * columns + c])
                                               : static_cast<T>(input_->labels[sample]);
      T* delta = op.delta ? &at(*op.delta, r, 0) : nullptr;
      const T* y = &at(op.in, r, 0);
      T loss = 0, factor = weight / static_cast<T>(divisor);
      if (op.batch_sums) {
        const BatchOverlap sums = overlap_of_batch(op, *input_, &arena_[*op.batch_sums]);
        loss = static_cast<T>(share_of_batch(op, *input_)) *
               row_loss_detail::overlap(op.formula, target.data(), columns, static_cast<T>(sums.both),
                                        static_cast<T>(sums.outputs), static_cast<T>(sums.targets), delta);
        factor = static_cast<T>(sums.weights / divisor);
      } else if (op.custom) {
        const std::span<const T> outputs(y, columns), targets(target);
        const std::span<T> slope(delta, delta != nullptr ? columns : 0);
        if constexpr (std::is_same_v<T, double>)
          loss = op.custom->double_precision(outputs, targets, slope);
        else
          loss = op.custom->single_precision(outputs, targets, slope);
      } else {
        loss = row_loss(op.formula, y, target.data(), columns, delta);
      }
      arena_[op.row_loss + static_cast<std::size_t>(r)] = weight * loss;
      for (std::size_t c = 0; delta != nullptr && c < columns; ++c) delta[c] *= factor;
      std::size_t best = 0;
      for (std::size_t c = 1; c < columns; ++c)
        if (y[c] > y[best]) best = c;
      arena_[op.row_class + static_cast<std::size_t>(r)] = static_cast<T>(columns > 1                           ? best
                                                                          : y[0] > static_cast<T>(op.threshold) ? 1u
                                                                                                                : 0u);
    }
  }
  void apply(const OverlapOp& op) {
    const std::size_t columns = static_cast<std::size_t>(op.in.columns);
    for (std::size_t r = 0; r < static_cast<std::size_t>(rows()); ++r) {
      const std::size_t sample = input_->index[r];
      T both = 0, outputs = 0, targets = 0;
      for (std::size_t c = 0; c < columns; ++c) {
        const T y = at(op.in, static_cast<int>(r), static_cast<int>(c));
        const T t = input_->targets != nullptr ? static_cast<T>(input_->targets[sample * columns + c])
                                               : static_cast<T>(input_->labels[sample]);
        both += t * y, outputs += y, targets += t;
      }
      arena_[op.sums + r] = both;
      arena_[op.sums + op.rows + r] = outputs;
      arena_[op.sums + 2 * op.rows + r] = targets;
    }
  }
  void apply(const GuardOp&) {}
  void apply(const RoundOp& op) {
    each(op.out, [&](int r, int c) { at(op.out, r, c) = rounded_to_bfloat16(at(op.in, r, c)); });
  }

  void apply(const ActivationGradOp& op) {
    each(op.delta, [&](int r, int c) { at(op.delta, r, c) *= slope(op.act, at(op.y, r, c)); });
  }
  void apply(const KneeOp& op) {
    const Knee& k = op.knee;
    const T alpha = static_cast<T>(k.alpha), threshold = static_cast<T>(k.threshold), max = static_cast<T>(k.max);
    each(op.out, [&](int r, int c) {
      const T x = at(op.in, r, c);
      at(op.out, r, c) = x > threshold                   ? (x > max ? max : x)
                         : std::isinf(x) && k.alpha == 0 ? T(0)
                         : k.exponential                 ? alpha * std::expm1(x)
                                                         : alpha * (x - threshold);
    });
  }
  void apply(const KneeGradOp& op) {
    const Knee& k = op.knee;
    each(op.delta, [&](int r, int c) {
      const T x = at(op.x, r, c), alpha = static_cast<T>(k.alpha);
      if (x > static_cast<T>(k.threshold)) {
        if (!(x < static_cast<T>(k.max))) at(op.delta, r, c) = 0;
      } else {
        at(op.delta, r, c) *= k.exponential ? alpha * std::exp(x) : alpha;
      }
    });
  }
  void apply(const PReluOp& op) {
    each(op.out, [&](int r, int c) {
      const T x = at(op.in, r, c);
      at(op.out, r, c) = x > 0 ? x : at(op.alpha, c) * x;
    });
  }
  void apply(const PReluGradOp& op) {
    for (int c = 0; c < op.x.columns; ++c) {
      const T alpha = at(op.alpha, c);
      T sum = 0;
      for (int r = 0; r < rows(); ++r) {
        T& g = at(op.delta, r, c);
        const T x = at(op.x, r, c);
        if (x > 0) continue;
        sum += g * x;
        g *= alpha;
      }
      if (op.update) update(op.alpha.at + static_cast<std::size_t>(c), sum, op.alpha);
    }
  }
  void apply(const RowNormOp& op) {
    const T n = static_cast<T>(op.in.columns), epsilon = static_cast<T>(op.norm.epsilon);
    for (int r = 0; r < rows(op.in); ++r) {
      T mean = 0, squares = 0;
      if (op.norm.kind == RowNorm::Kind::layer)
        for (int c = 0; c < op.in.columns; ++c) mean += at(op.in, r, c) / n;
      for (int c = 0; c < op.in.columns; ++c) squares += (at(op.in, r, c) - mean) * (at(op.in, r, c) - mean);
      const T inverse = op.norm.kind == RowNorm::Kind::unit ? std::min(T(1) / std::sqrt(squares), T(1) / epsilon)
                                                            : T(1) / std::sqrt(squares / n + epsilon);
      if (op.row_mean) at(op.row_mean, r) = mean, at(op.row_inverse, r) = inverse;
      for (int c = 0; c < op.in.columns; ++c)
        at(op.out, r, c) = (at(op.in, r, c) - mean) * inverse * (op.gamma ? at(op.gamma, c) : T(1)) +
                           (op.beta ? at(op.beta, c) : T(0));
    }
  }
  void apply(const RowNormGradOp& op) {
    const T n = static_cast<T>(op.in.columns);
    for (int r = 0; r < rows(op.in); ++r) {
      const T mean = at(op.row_mean, r), inverse = at(op.row_inverse, r);
      const auto y = [&](int c) { return (at(op.in, r, c) - mean) * inverse; };
      const auto g = [&](int c) { return at(op.delta, r, c) * (op.gamma ? at(op.gamma, c) : T(1)); };
      T sum = 0, dot = 0;
      for (int c = 0; c < op.in.columns; ++c) sum += g(c), dot += g(c) * y(c);
      if (op.norm.kind != RowNorm::Kind::layer) sum = 0;
      if (op.norm.kind != RowNorm::Kind::unit) dot /= n;
      if (op.norm.kind == RowNorm::Kind::unit && inverse >= T(1) / static_cast<T>(op.norm.epsilon)) dot = 0;
      for (int c = 0; c < op.in.columns; ++c) at(op.out, r, c) = inverse * (g(c) - sum / n - y(c) * dot);
    }
  }
  void apply(const RowNormUpdateOp& op) {
    for (int c = 0; c < op.in.columns; ++c) {
      T sum = 0, dot = 0;
      for (int r = 0; r < rows(op.in); ++r) {
        sum += at(op.delta, r, c);
        dot += at(op.delta, r, c) * (at(op.in, r, c) - at(op.row_mean, r)) * at(op.row_inverse, r);
      }
      if (op.gamma) update(op.gamma.at + static_cast<std::size_t>(c), dot, op.gamma);
      if (op.beta) update(op.beta.at + static_cast<std::size_t>(c), sum, op.beta);
    }
  }
  void apply(const CustomOp& op) {
    for (int r = 0; r < rows(); ++r) custom_forward(op, &arena_[op.layer.first], &at(op.in, r, 0), &at(op.out, r, 0));
  }
  void apply(const CustomGradOp& op) {
    for (int r = 0; r < rows(); ++r)
      custom_backward(op, static_cast<std::size_t>(r), &arena_[op.layer.first], &at(op.in, r, 0), &at(op.y, r, 0),
                      &at(op.delta, r, 0), &at(op.out, r, 0), arena_.data() + op.sums);
  }
  void apply(const CustomUpdateOp& op) {
    const std::size_t blocks = static_cast<std::size_t>((rows() + kRowBlock - 1) / kRowBlock);
    for (std::size_t i = 0; i < static_cast<std::size_t>(op.weights.size); ++i) {
      T sum = 0;
      for (std::size_t block = 0; block < blocks; ++block) sum += arena_[op.sums + block * op.distance + i];
      update(op.weights.at + i, sum, op.weights);
    }
  }
  void apply(const SoftmaxGradOp& op) {
    for (int r = 0; r < rows(op.y); ++r) {
      T dot = 0, sum = 0, chosen = 0, chosen_sum = 0;
      for (int c = 0; c < op.y.columns; ++c) {
        const T g = at(op.delta, r, c), y = at(op.y, r, c);
        dot += g * y;
        sum += g;
        if (y > 0) chosen += 1, chosen_sum += g;
      }
      for (int c = 0; c < op.y.columns; ++c) {
        T& g = at(op.delta, r, c);
        const T y = at(op.y, r, c);
        g = op.act == RowAct::softmax       ? y * (g - dot)
            : op.act == RowAct::log_softmax ? g - std::exp(y) * sum
            : y > 0                         ? g - chosen_sum / chosen
                                            : T(0);
      }
    }
  }
  void apply(const AffineGradOp& op) {
    each(op.delta, [&](int r, int c) { at(op.delta, r, c) *= static_cast<T>(op.scale); });
  }
  void apply(const DropoutGradOp& op) {
    each(op.delta, [&](int r, int c) { at(op.delta, r, c) *= at(op.mask, r, c); });
  }
  void apply(const BatchNormGradOp& op) {
    const T n = static_cast<T>(rows(op.in));
    for (int c = 0; c < op.in.columns; ++c) {
      const T mean = at(op.saved_mean, c), inverse = at(op.saved_inverse, c), gamma = op.gamma ? at(op.gamma, c) : T(1);
      T sum = 0, dot = 0;
      for (int r = 0; r < rows(op.in); ++r) {
        sum += at(op.delta, r, c);
        dot += at(op.delta, r, c) * ((at(op.in, r, c) - mean) * inverse);
      }
      for (int r = 0; r < rows(op.in); ++r) {
        T g = at(op.delta, r, c);
        if (op.batch) g -= sum / n + (at(op.in, r, c) - mean) * inverse * (dot / n);
        at(op.delta, r, c) = g * (gamma * inverse) * slope(op.act, at(op.in, r, c));
      }
      if (op.update && op.gamma) update(op.gamma.at + static_cast<std::size_t>(c), dot, op.gamma);
      if (op.update && op.beta) update(op.beta.at + static_cast<std::size_t>(c), sum, op.beta);
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
        update(op.kernel.index(i, o), g, op.kernel);
        T copy = arena_[op.kernel.index(i, o)];
        if (op.rounded) arena_[op.rounded->index(i, o)] = copy = rounded_to_bfloat16(copy);
        if (op.transposed) arena_[op.transposed->index(o, i)] = copy;
      }
    for (int o = 0; o < op.bias.size; ++o) {
      T g = 0;
      for (int r = 0; r < rows(); ++r) g += at(op.rounded ? op.unrounded : op.delta, r, o);
      update(op.bias.at + static_cast<std::size_t>(o), g, op.bias);
    }
  }

  void apply(const SquaresOp& op) {
    if (only_accumulates(*input_)) return;
    std::fill_n(arena_.begin() + static_cast<std::ptrdiff_t>(op.sums), blocks_of(op.kernel), T(0));
    const std::size_t shift = static_cast<std::size_t>(program_.rule.gradient_slot() + 1) * program_.slot_stride;
    for (int o = 0; o < op.kernel.out; ++o)
      for (int i = 0; i < op.kernel.in; ++i) {
        const T g = arena_[op.kernel.index(i, o) + shift];
        arena_[op.sums + static_cast<std::size_t>(o / kPanel * ((op.kernel.in + kRowBlock - 1) / kRowBlock) +
                                                  i / kRowBlock)] += g * g;
      }
  }
  void apply(const ClipNormOp& op) {
    if (!only_accumulates(*input_)) arena_[op.factor] = static_cast<T>(clip_factor(op, arena_.data() + op.sums));
  }
  void apply(const UpdateOp& op) {
    const std::size_t shift = static_cast<std::size_t>(program_.rule.gradient_slot() + 1) * program_.slot_stride;
    for (int i = 0; i < op.kernel.in; ++i)
      for (int o = 0; o < op.kernel.out; ++o) {
        const std::size_t at = op.kernel.index(i, o);
        if (only_accumulates(*input_))
          average_in(at);
        else
          step(at, op.factor ? arena_[at + shift] * arena_[*op.factor] : arena_[at + shift], op.kernel.decays,
               op.by_adam);
        T copy = arena_[at];
        if (op.rounded) arena_[op.rounded->index(i, o)] = copy = rounded_to_bfloat16(copy);
        if (op.transposed) arena_[op.transposed->index(o, i)] = copy;
      }
  }

  void apply(const RelayOp& op) {
    const std::size_t shift = static_cast<std::size_t>(program_.rule.gradient_slot() + 1) * program_.slot_stride;
    std::size_t flat = op.flat.at;
    for (int i = 0; i < op.kernel.in; ++i)
      for (int o = 0; o < op.kernel.out; ++o, ++flat)
        if (op.back)
          arena_[flat] = arena_[op.kernel.index(i, o)];
        else
          arena_[op.kernel.index(i, o) + shift] = arena_[flat + shift];
  }
  void apply(const PenaltyOp& op) {
    std::fill_n(arena_.begin() + static_cast<std::ptrdiff_t>(op.sums), blocks_of(op.kernel), T(0));
    for (int o = 0; o < op.kernel.out; ++o)
      for (int i = 0; i < op.kernel.in; ++i)
        arena_[op.sums + block_of(op.kernel, i, o)] += penalty_of(op.kernel.penalty, arena_[op.kernel.index(i, o)]);
  }
  void apply(const ActivityOp& op) {
    for (int r = 0; r < rows(); ++r) {
      T& sum = arena_[op.row_penalty + static_cast<std::size_t>(r)] = 0;
      for (int c = 0; c < op.in.columns; ++c) sum += penalty_of(op.penalty, at(op.in, r, c));
    }
  }
  void apply(const ActivityGradOp& op) {
    each(op.delta, [&](int r, int c) {
      at(op.delta, r, c) += penalty_slope(op.penalty, at(op.y, r, c)) / static_cast<T>(rows());
    });
  }
  [[nodiscard]] static T penalty_of(const Penalty& penalty, T x) {
    return static_cast<T>(penalty.l1) * std::abs(x) + static_cast<T>(penalty.l2) * (x * x);
  }

  void apply(const ConstrainOp& op) {
    const Kernel& k = op.kernel;
    const int outer = op.of_rows ? k.in : k.out, inner = op.of_rows ? k.out : k.in;
    for (int a = 0; a < outer; ++a) {
      const auto place = [&](int b) { return op.of_rows ? k.index(a, b) : k.index(b, a); };
      T sum = 0;
      for (int b = 0; b < inner; ++b) sum += arena_[place(b)] * arena_[place(b)];
      const T norm = std::sqrt(sum), low = static_cast<T>(op.low), high = static_cast<T>(op.high),
              rate = static_cast<T>(op.rate);
      const T nearest = norm > high ? high : norm < low ? low : norm;  // NaN stays NaN
      const T factor = (rate * nearest + (T(1) - rate) * norm) / (norm + static_cast<T>(1e-7f));
      for (int b = 0; b < inner; ++b) {
        T& w = arena_[place(b)];
        w = op.not_negative ? (w < 0 ? T(0) : w) : w * factor;
        T copy = w;
        const int i = op.of_rows ? a : b, o = op.of_rows ? b : a;
        if (op.rounded) arena_[op.rounded->index(i, o)] = copy = rounded_to_bfloat16(copy);
        if (op.transposed) arena_[op.transposed->index(o, i)] = copy;
      }
    }
  }

  void apply(const UnitOp& op) { unit(op, arena_.data()); }
  void apply(const SignOp& op) { sign(op, arena_.data()); }
  void apply(const TangentOp& op) {
    if (!only_accumulates(*input_))
      tangent(op, static_cast<std::size_t>(program_.rule.gradient_slot() + 1) * program_.slot_stride, arena_.data());
  }

  void apply(const ProductOp& op) {
    if (op.always || !only_accumulates(*input_)) WholeVariables<T>{program_, *input_, arena_.data()}.apply(op);
  }
  template <class O>
  requires IsOfWholeVariables<O>
  void apply(const O& op) {
    if (!only_accumulates(*input_)) WholeVariables<T>{program_, *input_, arena_.data()}.apply(op);
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

  /// What is taken from every number of the row, so that the positive rests sum to 1: from the largest number down, as
  /// many as keep a rest.
  T sparsemax_threshold(const Matrix& m, int r) {
    std::vector<T> sorted;
    for (int c = 0; c < m.columns; ++c) sorted.push_back(at(m, r, c));
    std::sort(sorted.begin(), sorted.end(), std::greater<>());
    T sum = 0, threshold = 0;
    for (std::size_t k = 0; k < sorted.size(); ++k) {
      sum += sorted[k];
      if (static_cast<T>(k + 1) * sorted[k] > sum - T(1)) threshold = (sum - T(1)) / static_cast<T>(k + 1);
    }
    return threshold;
  }

  const Program program_;
  std::vector<T> arena_;
  const StepInput* input_ = nullptr;
};

}  // namespace telar::compute::reference
