#include "model/waiting_updates.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "model/plan.hpp"

namespace telar {

namespace {

using namespace compute;

class Updates {
 public:
  Updates(std::vector<Op>& ops, const std::vector<WaitingVariable>& variables, const PlanOptions& options,
          std::size_t slot_stride, const std::function<std::size_t(std::size_t)>& take)
      : ops_(ops), options_(options), rule_(*options.rule), slot_stride_(slot_stride), take_(take) {
    for (const WaitingVariable& variable : variables)
      steps_.push_back({variable, {variable.kernel, variable.transposed, variable.rounded, {}, variable.by_adam}});
  }

  void add() {
    if (options_.clip_norm > 0) clip();
    if (rule_.directs()) direct();
    for (const Step& step : steps_) ops_.push_back(step.update);
  }

 private:
  struct Step {
    WaitingVariable variable;
    UpdateOp update;  ///< its factor: so far that of clipping
  };

  /// Squares of all gradients, then the factors.
  void clip() {
    std::size_t count = 0;
    for (const Step& step : steps_) count += blocks_of(step.variable.kernel);
    const std::size_t sums = take_(count), factors = take_(steps_.size());
    std::size_t at = sums;
    std::vector<Op> clips;
    for (std::size_t i = 0; i < steps_.size(); ++i) {
      const std::size_t blocks = blocks_of(steps_[i].variable.kernel);
      ops_.push_back(SquaresOp{steps_[i].variable.kernel, at});
      steps_[i].update.factor = options_.clips_all ? factors : factors + i;
      if (!options_.clips_all) clips.push_back(ClipNormOp{at, blocks, factors + i, options_.clip_norm, false});
      at += blocks;
    }
    if (options_.clips_all) clips.push_back(ClipNormOp{sums, count, factors, options_.clip_norm, true});
    ops_.insert(ops_.end(), clips.begin(), clips.end());
  }

  /// Each stage for all variables before the next, so that threads wait for each other once a stage.
  void direct() {
    std::vector<Op> means, directions, factors;
    std::vector<std::size_t> orthogonal;
    for (std::size_t i = 0; i < steps_.size(); ++i) {
      Step& step = steps_[i];
      const Kernel& kernel = step.variable.kernel;
      if (step.variable.by_adam) continue;
      DirectionOp direction{kernel, step.update.factor, take_(blocks_of(kernel)), take_(blocks_of(kernel))};
      FactorOp factor{FactorOp::Kind::ratio,
                      direction.sums,
                      direction.weight_sums,
                      blocks_of(kernel),
                      1,
                      take_(1),
                      static_cast<double>(kernel.in) * kernel.out};
      if (rule_.kind == UpdateRule::Kind::adafactor) {
        factor.kind = FactorOp::Kind::root_mean_square;
        if (!step.variable.is_vector) {
          direction.mean = take_(1);
          for (const bool of_rows : {true, false}) ops_.push_back(MeansOp{kernel, direction.clip, of_rows});
          means.push_back(FactorOp{FactorOp::Kind::mean, kernel.at + slot_stride_, 0,
                                   static_cast<std::size_t>(kernel.in), kPanel, *direction.mean});
        }
      } else if (rule_.kind == UpdateRule::Kind::muon) {
        factor.kind = FactorOp::Kind::inverse_norm;
        orthogonal.push_back(i);
      }
      directions.push_back(direction);
      factors.push_back(factor);
      step.update.factor = factor.factor;
    }
    for (const auto& stage : {means, directions, factors}) ops_.insert(ops_.end(), stage.begin(), stage.end());
    orthogonalise(orthogonal);
  }

  [[nodiscard]] Kernel take_kernel(int in, int out) const {
    Kernel kernel{0, in, out};
    kernel.at = take_(kernel.size());
    return kernel;
  }

  /// Newton and Schulz's iteration on the directions X, (n, m) with n <= m, and their transposes T: A = X X^T,
  /// B = b A + c A A, X = a X + B X. The last X takes the place of the direction, times what Muon does to the rate.
  void orthogonalise(const std::vector<std::size_t>& which) {
    struct Iteration {
      Kernel x, next, t, a, b, kept;
      bool tall;  ///< of a kernel with more rows than columns, which is T
      float scale;
    };
    const NewtonSchulz& by = options_.newton_schulz;
    std::vector<Iteration> all;
    for (const std::size_t i : which) {
      Step& step = steps_[i];
      const Kernel& kernel = step.variable.kernel;
      const int n = std::min(kernel.in, kernel.out), m = std::max(kernel.in, kernel.out);
      Kernel kept = kernel;
      kept.at += static_cast<std::size_t>(rule_.gradient_slot() + 1) * slot_stride_;
      const Iteration it{
          take_kernel(n, m),      take_kernel(n, m),
          take_kernel(m, n),      take_kernel(n, n),
          take_kernel(n, n),      kept,
          kernel.in > kernel.out, by.rms_rate == 0 ? 1.0f : by.rms_rate * std::sqrt(static_cast<float>(m))};
      ops_.push_back(NormaliseOp{kept, it.tall ? it.t : it.x, it.tall ? it.x : it.t, *step.update.factor});
      step.update.factor.reset();
      all.push_back(it);
    }
    for (int round = 0; round < by.steps; ++round) {
      const bool last = round + 1 == by.steps;
      for (const Iteration& it : all) ops_.push_back(ProductOp{it.t, it.t, it.a});
      for (const Iteration& it : all) ops_.push_back(ProductOp{it.a, it.a, it.b, {}, by.c, it.a, by.b});
      for (Iteration& it : all) {
        ProductOp product{it.b, it.x, it.next, it.t, 1, it.x, by.a};
        if (last) {
          product.scale = it.scale;
          product.add_scale = by.a * it.scale;
          product.transposed.reset();
          if (it.tall)
            product.transposed = it.kept;
          else
            product.out = it.kept;
        }
        ops_.push_back(product);
        std::swap(it.x, it.next);
      }
    }
  }

  std::vector<Op>& ops_;
  const PlanOptions& options_;
  const UpdateRule& rule_;
  std::size_t slot_stride_;
  const std::function<std::size_t(std::size_t)>& take_;
  std::vector<Step> steps_;
};

}  // namespace

void add_waiting_updates(std::vector<Op>& ops, const std::vector<WaitingVariable>& variables,
                         const PlanOptions& options, std::size_t slot_stride,
                         const std::function<std::size_t(std::size_t)>& take) {
  Updates(ops, variables, options, slot_stride, take).add();
}

}  // namespace telar
