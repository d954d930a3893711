#include "model/plan.hpp"

#include <algorithm>
#include <utility>

#include "model/arena_space.hpp"
#include "model/loss_op.hpp"
#include "model/placed_variables.hpp"
#include "model/stages.hpp"
#include "model/waiting_updates.hpp"
#include "model/weight_rules.hpp"

namespace telar {

namespace {

using namespace compute;

class Lowering {
 public:
  Lowering(const Model& model, const PlanOptions& options)
      : model_(model), options_(options), space_(options.max_rows) {
    program_.max_rows = options.max_rows;
    program_.weights = model.weights().size();
    // The gradient of a penalty on a whole kernel joins those that wait.
    each_orthogonal(model, model.variables(), [this](const OrthogonalRegularizer&, const Variable&) {
      if (options_.rule) options_.rule->waits = true;
    });
    if (options_.rule) program_.rule = *options_.rule;
    place_variables(model, options_, program_, space_);
    Stages made = make_stages(model, options_, program_, space_);
    gather_ = made.gather;
    stages_ = std::move(made.stages);
    const bool trains = options.loss && options.rule;
    if (trains) step(Phase::train);
    if (options.loss) step(Phase::evaluate);
    step(Phase::predict);
    program_.arena = space_.used();
  }

  [[nodiscard]] Program take() { return std::move(program_); }

 private:
  /// The operations of one stage on `in`; returns where its result is.
  Matrix forward(const Stage& stage, const Matrix& in, Phase phase, std::vector<Op>& ops) {
    switch (stage.kind) {
      case Stage::Kind::affine:
        ops.push_back(AffineOp{in, stage.out, stage.scale, stage.offset});
        break;
      case Stage::Kind::dense:
        if (stage.rounded) {
          ops.push_back(RoundOp{in, stage.rounded_in, true, phase == Phase::train && stage.trainable});
          ops.push_back(DenseOp{stage.rounded_in, stage.out, *stage.rounded, stage.bias, stage.act, true});
        } else {
          ops.push_back(DenseOp{in, stage.out, stage.kernel, stage.bias, stage.act});
        }
        break;
      case Stage::Kind::activation:
        ops.push_back(ActivationOp{in, stage.out, stage.act});
        break;
      case Stage::Kind::softmax:
        ops.push_back(SoftmaxOp{in, stage.out, stage.row_act});
        break;
      case Stage::Kind::dropout: {
        if (phase != Phase::train) return in;
        DropoutOp op = stage.dropout;
        op.in = in;
        ops.push_back(op);
        break;
      }
      case Stage::Kind::flip: {
        if (phase != Phase::train) return in;
        FlipOp op = stage.flip;
        op.in = in;
        ops.push_back(op);
        break;
      }
      case Stage::Kind::translate: {
        if (phase != Phase::train) return in;
        TranslateOp op = stage.translate;
        op.in = in;
        ops.push_back(op);
        break;
      }
      case Stage::Kind::regroup: {
        RegroupOp op = stage.regroup;
        op.in() = in;
        ops.push_back(op);
        break;
      }
      case Stage::Kind::noise: {
        if (phase != Phase::train) return in;
        NoiseOp op = stage.noise;
        op.in = in;
        ops.push_back(op);
        break;
      }
      case Stage::Kind::knee:
        ops.push_back(KneeOp{in, stage.out, stage.knee});
        break;
      case Stage::Kind::activity: {
        if (phase == Phase::predict) return in;
        ActivityOp op = stage.activity;
        op.in = in;
        ops.push_back(op);
        return in;
      }
      case Stage::Kind::custom:
        ops.push_back(CustomOp{in, stage.out, stage.user, phase == Phase::train});
        break;
      case Stage::Kind::prelu:
        ops.push_back(PReluOp{in, stage.out, stage.alpha});
        break;
      case Stage::Kind::fork:
        forks_.push_back(in);
        return in;
      case Stage::Kind::join:
        ops.push_back(AddOp{in, forks_.back(), stage.out});
        forks_.pop_back();
        break;
      case Stage::Kind::row_norm: {
        RowNormOp op = stage.row_norm;
        op.in = in;
        ops.push_back(op);
        break;
      }
      case Stage::Kind::batch_norm: {
        BatchNormOp op = stage.norm;
        op.in = in;
        if (phase != Phase::train) op.batch = false, op.saved_mean = op.saved_inverse = Vector{};
        ops.push_back(op);
        break;
      }
    }
    return stage.out;
  }

  void step(Phase phase) {
    std::vector<Op>& ops = program_.steps[static_cast<std::size_t>(phase)];
    ops.push_back(gather_);
    Matrix current = gather_.out;
    std::size_t count = stages_.size();
    LossOperation loss;
    if (phase != Phase::predict) {
      loss = loss_op(*options_.loss);
      // Softmax and cross-entropy are one operation with the short gradient.
      auto* entropy = std::get_if<CrossEntropyOp>(&loss);
      if (entropy != nullptr && !entropy->logits && count > 0 && stages_.back().kind == Stage::Kind::softmax &&
          stages_.back().row_act == RowAct::softmax) {
        entropy->logits = true;
        --count;
      }
    }
    for (std::size_t i = 0; i < count; ++i) current = forward(stages_[i], current, phase, ops);
    if (phase == Phase::predict) {
      program_.output = current;
      return;
    }
    add_penalties(phase, ops);
    if (!losses_) {
      losses_ = space_.take(static_cast<std::size_t>(options_.max_rows));
      classes_ = space_.take(static_cast<std::size_t>(options_.max_rows));
      scratch_ = space_.matrix(current.columns);
    }
    if (options_.outputs && count < stages_.size()) forward(stages_.back(), current, phase, ops);
    std::visit([&](auto& op) { end_in(op, current, phase, count, ops); }, loss);
  }

  /// Penalties on weights; their sums are those of every phase.
  void add_penalties(Phase phase, std::vector<Op>& ops) {
    std::vector<PenaltyOp> penalties;
    std::size_t count = 0;
    each_trained(model_, program_.variables, [&](const Layer&, const std::string&, const PackedVariable& variable) {
      const Kernel kernel = as_kernel(variable);
      if (!kernel.penalty) return;
      penalties.push_back({kernel, count});
      count += blocks_of(kernel);
    });
    const std::size_t of_orthogonal = count;
    each_orthogonal(model_, program_.variables, [&](const OrthogonalRegularizer& r, const PackedVariable& variable) {
      const Kernel kernel = as_kernel(variable);
      count += static_cast<std::size_t>(r.mode == OrthogonalMode::rows ? kernel.in : kernel.out);
    });
    if (count > 0 && program_.penalty_count == 0) program_.penalties = space_.take(count);
    program_.penalty_count = count;
    for (PenaltyOp& penalty : penalties) {
      penalty.sums += program_.penalties;
      ops.push_back(penalty);
    }
    std::size_t at = program_.penalties + of_orthogonal, next = 0;
    each_orthogonal(model_, program_.variables, [&](const OrthogonalRegularizer& r, const PackedVariable& variable) {
      if (orthogonals_.size() == next) orthogonals_.push_back(place_orthogonal(r, as_kernel(variable)));
      const Orthogonality& o = orthogonals_[next++];
      const Kernel &left = o.of_rows ? o.transposed : o.units, &gram = o.signs;
      ops.push_back(UnitOp{o.kernel, o.units, o.transposed, o.of_rows});
      ops.push_back(ProductOp{.a = left, .b = left, .out = gram, .always = true});
      ops.push_back(SignOp{gram, o.factor, at});
      at += static_cast<std::size_t>(gram.in);
      if (phase != Phase::train) return;
      ops.push_back(o.of_rows ? ProductOp{.a = gram, .b = o.units, .out = o.sums, .always = true}
                              : ProductOp{.a = o.transposed, .b = gram, .out = o.sums, .always = true});
    });
  }

  /// What OrthogonalRegularizer of a kernel works with.
  struct Orthogonality {
    Kernel kernel, units, transposed, signs, sums;
    bool of_rows;
    float factor;  ///< of the sum of all cosines' sizes
  };
  [[nodiscard]] Orthogonality place_orthogonal(const OrthogonalRegularizer& r, const Kernel& kernel) {
    const bool of_rows = r.mode == OrthogonalMode::rows;
    const int n = of_rows ? kernel.in : kernel.out;
    // A factor of half the mean over n (n - 1) / 2 pairs, of which the sum has each twice; one alone has no pair.
    const double pairs = n * (n - 1.0) / 2, factor = n > 1 ? r.factor / 2 / pairs : 0;
    return {kernel,
            space_.kernel(kernel.in, kernel.out),
            space_.kernel(kernel.out, kernel.in),
            space_.kernel(n, n),
            space_.kernel(kernel.in, kernel.out),
            of_rows,
            static_cast<float>(factor)};
  }

  /// What weights are held to, at the end of a step.
  void add_constraints(std::vector<Op>& ops) {
    each_trained(model_, program_.variables,
                 [&](const Layer& layer, const std::string& name, const PackedVariable& variable) {
                   const Constraint* constraint = constraint_of(layer, name);
                   if (constraint == nullptr) return;
                   ConstrainOp op =
                       constrain_op(*constraint, as_kernel(variable), std::holds_alternative<Vector>(variable.packed));
                   op.transposed = variable.transposed;
                   op.rounded = variable.rounded;
                   ops.push_back(op);
                 });
  }

  /// The loss on the outputs `current` of the first `count` stages, and in training what follows from it.
  template <class L>
  void end_in(L& loss, const Matrix& current, Phase phase, std::size_t count, std::vector<Op>& ops) {
    loss.in = current;
    loss.row_loss = program_.row_loss = *losses_;
    loss.row_class = program_.row_class = classes_;
    program_.reduction = loss.reduction;
    GuardOp guard{.row_loss = loss.row_loss, .reduction = loss.reduction};
    if constexpr (std::is_same_v<L, CrossEntropyOp>) {
      loss.scratch = scratch_;
      guard.ignored_class = program_.ignored_class = loss.ignored_class;
    } else if (loss.batch_sums) {
      loss.batch_rows = static_cast<std::size_t>(options_.max_rows);
      if (!batch_sums_) batch_sums_ = space_.take(3 * loss.batch_rows);
      loss.batch_sums = batch_sums_;
      ops.push_back(OverlapOp{current, *batch_sums_, loss.batch_rows});
    }
    if (phase == Phase::train) loss.delta = space_.matrix(current.columns);
    ops.push_back(loss);
    if (phase == Phase::train) backward(count, *loss.delta, guard, ops);
  }

  /// Input gradients from the last stage down to the first that training changes, then all updates of kernels. The
  /// guard comes before the first change of a weight.
  void backward(std::size_t count, Matrix delta, const GuardOp& guard, std::vector<Op>& ops) {
    std::size_t first = 0;
    while (first < count && !stages_[first].trainable) ++first;
    const bool early = std::any_of(stages_.begin(), stages_.end(), [](const Stage& s) { return s.updates_in_place(); });
    if (early) ops.push_back(guard);
    std::vector<Op> updates;
    bool derived = false;  // delta is already that of the stage's activation's input
    for (std::size_t i = count; i-- > first;) {
      const Stage& stage = stages_[i];
      // The activation whose output this stage reads: its derivative is one factor more in the epilogue.
      const Act below =
          i > first && (stages_[i - 1].kind == Stage::Kind::dense || stages_[i - 1].kind == Stage::Kind::activation)
              ? stages_[i - 1].act
              : Act::linear;
      const auto derive_own = [&] {
        if (!derived && stage.act != Act::linear)
          ops.push_back(ActivationGradOp{delta, takes_input(stage.act) ? stage.in : stage.out, stage.act});
      };
      switch (stage.kind) {
        case Stage::Kind::dense: {
          derive_own();
          const Matrix unrounded = delta;
          if (stage.rounded) {
            delta = space_.rounded_matrix(stage.kernel.out);
            ops.push_back(RoundOp{unrounded, delta, i > first, stage.trainable});
          }
          if (stage.trainable)
            updates.push_back(DenseUpdateOp{stage.rounded ? stage.rounded_in : stage.in, delta, stage.kernel,
                                            stage.transposed, stage.bias, stage.rounded, unrounded});
          if (i > first) {
            const Matrix out = space_.matrix(stage.in.columns);
            const Matrix& y = takes_input(below) ? stages_[i - 1].in : stage.in;
            ops.push_back(DenseInputGradOp{delta, out, *stage.transposed, y, below, stage.rounded.has_value()});
            delta = out;
          }
          derived = true;
          break;
        }
        case Stage::Kind::batch_norm:
          ops.push_back(BatchNormGradOp{stage.in, delta, stage.norm.gamma, stage.norm.beta, stage.norm.saved_mean,
                                        stage.norm.saved_inverse, stage.norm.batch, stage.trainable,
                                        takes_input(below) ? Act::linear : below});
          derived = !takes_input(below);
          break;
        case Stage::Kind::activation:
          derive_own();
          derived = false;
          break;
        case Stage::Kind::softmax:
          ops.push_back(SoftmaxGradOp{delta, stage.out, stage.row_act});
          derived = false;
          break;
        case Stage::Kind::affine:
          ops.push_back(AffineGradOp{delta, stage.scale});
          derived = false;
          break;
        case Stage::Kind::dropout:
          ops.push_back(DropoutGradOp{delta, stage.dropout.mask});
          derived = false;
          break;
        case Stage::Kind::flip:
        case Stage::Kind::translate:
          break;  // in front of everything that is trained
        case Stage::Kind::regroup: {
          RegroupOp op = stage.regroup;
          op.back = !op.back;
          op.in() = delta;
          delta = op.out() = space_.matrix(stage.in.columns, stage.in.rows_each);
          ops.push_back(op);
          derived = false;
          break;
        }
        case Stage::Kind::noise:
          if (stage.noise.kind != NoiseOp::Kind::add) ops.push_back(DropoutGradOp{delta, stage.noise.mask});
          derived = false;
          break;
        case Stage::Kind::activity:
          ops.push_back(ActivityGradOp{delta, stage.in, stage.activity.penalty});
          derived = false;
          break;
        case Stage::Kind::knee:
          ops.push_back(KneeGradOp{delta, stage.in, stage.knee});
          derived = false;
          break;
        case Stage::Kind::prelu:
          ops.push_back(PReluGradOp{stage.in, delta, stage.alpha, stage.trainable});
          derived = false;
          break;
        case Stage::Kind::custom: {
          const Matrix out = space_.matrix(stage.in.columns);
          const std::size_t blocks = static_cast<std::size_t>((options_.max_rows + kRowBlock - 1) / kRowBlock),
                            sums = space_.take(blocks * stage.user.size);
          ops.push_back(CustomGradOp{stage.in, stage.out, delta, out, stage.user, sums, options_.max_rows});
          for (std::size_t w = 0; stage.trainable && w < stage.user_weights.size(); ++w)
            updates.push_back(CustomUpdateOp{stage.user_weights[w], sums + stage.user.places[w].at, stage.user.size});
          delta = out;
          derived = false;
          break;
        }
        case Stage::Kind::join:
          if (stage.fork >= first) {  // what goes round f is added at the fork; what goes through f changes on its way
            forks_.push_back(delta);
            delta = space_.matrix(delta.columns);
            ops.push_back(AffineOp{forks_.back(), delta});
          }
          derived = false;
          break;
        case Stage::Kind::fork:
          ops.push_back(AddOp{delta, forks_.back(), delta});
          forks_.pop_back();
          derived = false;
          break;
        case Stage::Kind::row_norm: {
          const RowNormOp& norm = stage.row_norm;
          if (stage.trainable)
            updates.push_back(RowNormUpdateOp{stage.in, delta, norm.gamma, norm.beta, norm.row_mean, norm.row_inverse});
          if (i > first) {
            const Matrix out =
                stage.trainable ? space_.matrix(delta.columns, delta.rows_each) : delta;  // the update reads delta
            ops.push_back(RowNormGradOp{stage.in, delta, out, norm.gamma, norm.row_mean, norm.row_inverse, norm.norm});
            delta = out;
          }
          derived = false;
          break;
        }
      }
    }
    if (!early) ops.push_back(guard);
    ops.insert(ops.end(), updates.begin(), updates.end());
    for (const Orthogonality& o : orthogonals_)  // a cosine is of both of its rows
      ops.push_back(TangentOp{o.kernel, o.units, o.sums, 2 * o.factor, o.of_rows});
    relay(ops, false);
    if (options_.rule->waits) update_later(ops);
    add_constraints(ops);
    relay(ops, true);
  }

  /// Between variables and their copies in C order.
  void relay(std::vector<Op>& ops, bool back) const {
    for (const PackedVariable& variable : program_.variables)
      if (variable.flat) ops.push_back(RelayOp{as_kernel(variable), *variable.flat, back});
  }

  /// Where gradients wait: the steps of all variables.
  void update_later(std::vector<Op>& ops) {
    std::vector<WaitingVariable> waiting;
    for (std::size_t i = 0; i < model_.variables().size(); ++i) {
      const Variable& variable = model_.variables()[i];
      if (!variable.trainable) continue;
      const PackedVariable& packed = program_.variables[i];
      WaitingVariable own{as_kernel(packed), packed.transposed, packed.rounded,
                          std::holds_alternative<Vector>(packed.packed)};
      own.by_adam = options_.rule->kind == UpdateRule::Kind::muon &&
                    (own.is_vector || std::ranges::any_of(options_.exclude_layers, [&](const std::string& name) {
                       return is_called(variable, name);
                     }));
      waiting.push_back(own);
    }
    add_waiting_updates(ops, waiting, options_, program_.slot_stride,
                        [this](std::size_t floats) { return space_.take(floats); });
  }

  const Model& model_;
  PlanOptions options_;
  Program program_;
  ArenaSpace space_;
  GatherOp gather_;
  std::vector<Stage> stages_;
  std::vector<Matrix> forks_;  ///< inputs, or gradients of outputs, of the residuals that the walk is in
  std::optional<std::size_t> losses_;
  std::optional<std::size_t> batch_sums_;
  std::vector<Orthogonality> orthogonals_;
  std::size_t classes_ = 0;
  Matrix scratch_;
};

}  // namespace

bool is_called(const Variable& variable, std::string_view name) noexcept {
  const std::string_view path = variable.path;
  const bool is_of_layer = path.starts_with(name) && path.size() > name.size() && path[name.size()] == '/';
  return name == path || is_of_layer || name == path.substr(path.rfind('/') + 1);
}

compute::Program plan(const Model& model, const PlanOptions& options) { return Lowering(model, options).take(); }

int useful_threads(const compute::Program& program, int wanted) noexcept {
  double weights = 0;
  for (const PackedVariable& variable : program.variables)
    if (const auto* kernel = std::get_if<Kernel>(&variable.packed)) weights += static_cast<double>(kernel->size());
  for (const Op& op : program.steps[static_cast<std::size_t>(Phase::predict)])  // at least, for all that is known
    if (const auto* custom = std::get_if<CustomOp>(&op)) weights += static_cast<double>(custom->layer.size);
  const double flops = 2.0 * weights * program.max_rows;
  return std::clamp(static_cast<int>(flops / 4e6), 1, wanted);
}

}  // namespace telar
