#include "model/plan.hpp"

#include <algorithm>
#include <array>

#include "base/random.hpp"

namespace telar {

namespace {

using namespace compute;

Act act_of(Activation activation) noexcept {
  switch (activation) {
    case Activation::relu:
      return Act::relu;
    case Activation::sigmoid:
      return Act::sigmoid;
    case Activation::tanh:
      return Act::tanh;
    case Activation::linear:
    case Activation::softmax:
      return Act::linear;  // softmax is an operation of its own
  }
  return Act::linear;
}

/// Hands out the arena from the bottom, in multiples of a panel.
class Allocator {
 public:
  [[nodiscard]] std::size_t take(std::size_t floats) noexcept {
    const std::size_t at = used_;
    used_ += (floats + kPanel - 1) / kPanel * kPanel;
    return at;
  }
  [[nodiscard]] Matrix matrix(int columns, int rows) noexcept {
    // An odd number of cache lines from row to row: walks along a column then use all cache sets.
    const int stride = static_cast<int>(padded(columns)) + 16;
    return {take(static_cast<std::size_t>(stride) * static_cast<std::size_t>(rows)), columns, stride};
  }
  [[nodiscard]] Vector vector(int size) noexcept { return {take(static_cast<std::size_t>(size)), size}; }
  [[nodiscard]] Kernel kernel(int in, int out) noexcept {
    Kernel kernel{0, in, out};
    kernel.at = take(kernel.size());
    return kernel;
  }
  [[nodiscard]] std::size_t used() const noexcept { return used_; }

 private:
  std::size_t used_ = 0;
};

/// A layer, or a part of one, in terms of operations. `in` and `out` are the same matrix where nothing is computed.
struct Stage {
  enum class Kind { affine, dense, activation, softmax, dropout, batch_norm } kind;
  Matrix in, out;
  Act act = Act::linear;
  bool trainable = false;  ///< has variables that training changes
  float scale = 1, offset = 0;
  Kernel kernel{};
  std::optional<Kernel> transposed{};
  Vector bias{};
  DropoutOp dropout{};
  BatchNormOp norm{};
};

class Lowering {
 public:
  Lowering(const Model& model, const PlanOptions& options) : model_(model), options_(options) {
    program_.max_rows = options.max_rows;
    program_.weights = model.weights().size();
    if (options.rule) program_.rule = *options.rule;
    place_variables();
    make_stages();
    const bool trains = options.loss && options.rule;
    if (trains) step(Phase::train);
    if (options.loss) step(Phase::evaluate);
    step(Phase::predict);
    program_.arena = space_.used();
  }

  [[nodiscard]] Program take() { return std::move(program_); }

 private:
  /// Variables first, then each slot at the same distance: an update walks all of them side by side.
  void place_variables() {
    for (const Variable& variable : model_.variables()) {
      PackedVariable packed{Vector{}, variable.offset, {}};
      if (variable.shape.size() == 2)
        packed.packed = space_.kernel(variable.shape[0], variable.shape[1]);
      else
        packed.packed = space_.vector(variable.shape[0]);
      program_.variables.push_back(packed);
    }
    // Not a multiple of 4 KiB: the same weight's slots would else compete for the same cache sets.
    constexpr std::size_t kPage = 1024;
    program_.slot_stride = (space_.used() + kPage - 1) / kPage * kPage + 9 * kPanel;
    const int slots = options_.rule ? options_.rule->slots() : 0;
    static_cast<void>(space_.take(program_.slot_stride * static_cast<std::size_t>(slots + 1) - space_.used()));
  }

  [[nodiscard]] PackedVariable* packed(std::size_t layer, const std::string& name) {
    const Variable* variable = model_.variable(layer, name);
    return variable == nullptr ? nullptr
                               : &program_.variables[static_cast<std::size_t>(variable - model_.variables().data())];
  }
  [[nodiscard]] Vector vector(std::size_t layer, const std::string& name) {
    const PackedVariable* p = packed(layer, name);
    return p == nullptr ? Vector{} : std::get<Vector>(p->packed);
  }
  [[nodiscard]] Matrix matrix(int columns) { return space_.matrix(columns, options_.max_rows); }

  void make_stages() {
    GatherOp gather{matrix(flat_size(model_.input().shape, "Input"))};
    bool scaled = false;
    Matrix current = gather.out;
    for (std::size_t i = 0; i < model_.layers().size(); ++i) {
      const Layer& layer = model_.layers()[i];
      Stage stage{Stage::Kind::affine, current, current};
      if (const auto* rescaling = std::get_if<Rescaling>(&layer)) {
        if (stages_.empty() && !scaled) {  // the gather can do it
          gather.scale = static_cast<float>(rescaling->scale);
          gather.offset = static_cast<float>(rescaling->offset);
          scaled = true;
          continue;
        }
        stage.scale = static_cast<float>(rescaling->scale);
        stage.offset = static_cast<float>(rescaling->offset);
        stage.out = matrix(current.columns);
        stages_.push_back(stage);
      } else if (const auto* dense = std::get_if<Dense>(&layer)) {
        stage.kind = Stage::Kind::dense;
        stage.act = act_of(dense->activation);
        stage.trainable = dense->trainable;
        stage.kernel = std::get<Kernel>(packed(i, "kernel")->packed);
        stage.bias = vector(i, "bias");
        stage.out = matrix(dense->units);
        if (options_.rule && any_trainable())
          packed(i, "kernel")->transposed = stage.transposed = space_.kernel(stage.kernel.out, stage.kernel.in);
        stages_.push_back(stage);
        if (dense->activation == Activation::softmax) add_softmax(stage.out);
      } else if (const auto* activation = std::get_if<ActivationLayer>(&layer)) {
        if (activation->activation == Activation::softmax) {
          add_softmax(current);
        } else {
          stage.kind = Stage::Kind::activation;
          stage.act = act_of(activation->activation);
          stage.out = matrix(current.columns);
          stages_.push_back(stage);
        }
      } else if (const auto* norm = std::get_if<BatchNormalization>(&layer)) {
        stage.kind = Stage::Kind::batch_norm;
        stage.out = matrix(current.columns);
        const bool saves = options_.rule.has_value();
        stage.norm = BatchNormOp{stage.in,
                                 stage.out,
                                 vector(i, "gamma"),
                                 vector(i, "beta"),
                                 vector(i, "moving_mean"),
                                 vector(i, "moving_variance"),
                                 saves ? space_.vector(current.columns) : Vector{},
                                 saves ? space_.vector(current.columns) : Vector{},
                                 static_cast<float>(norm->momentum),
                                 static_cast<float>(norm->epsilon),
                                 norm->trainable};
        stage.trainable = norm->trainable && (norm->center || norm->scale);
        stages_.push_back(stage);
      } else if (const auto* dropout = std::get_if<Dropout>(&layer)) {
        if (dropout->rate == 0) continue;
        stage.kind = Stage::Kind::dropout;
        stage.out = matrix(current.columns);
        stage.dropout = DropoutOp{stage.in, stage.out, options_.rule ? matrix(current.columns) : Matrix{},
                                  static_cast<float>(dropout->rate),
                                  Random(model_.seed(), Purpose::dropout, model_.infos()[i].name).key()};
        stages_.push_back(stage);
      }  // Flatten changes no number
      if (!stages_.empty()) current = stages_.back().out;
    }
    gather_ = gather;
  }

  void add_softmax(const Matrix& in) { stages_.push_back({Stage::Kind::softmax, in, matrix(in.columns)}); }

  [[nodiscard]] bool any_trainable() const {
    return std::any_of(stages_.begin(), stages_.end(), [](const Stage& s) { return s.trainable; });
  }

  /// The operations of one stage on `in`; returns where its result is.
  Matrix forward(const Stage& stage, const Matrix& in, Phase phase, std::vector<Op>& ops) {
    switch (stage.kind) {
      case Stage::Kind::affine:
        ops.push_back(AffineOp{in, stage.out, stage.scale, stage.offset});
        break;
      case Stage::Kind::dense:
        ops.push_back(DenseOp{in, stage.out, stage.kernel, stage.bias, stage.act});
        break;
      case Stage::Kind::activation:
        ops.push_back(ActivationOp{in, stage.out, stage.act});
        break;
      case Stage::Kind::softmax:
        ops.push_back(SoftmaxOp{in, stage.out});
        break;
      case Stage::Kind::dropout: {
        if (phase != Phase::train) return in;
        DropoutOp op = stage.dropout;
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

  [[nodiscard]] CrossEntropyOp cross_entropy() const {
    CrossEntropyOp op;
    const auto reduction = [](Reduction r) {
      using R = CrossEntropyOp::Reduction;
      return r == Reduction::sum ? R::sum : r == Reduction::mean_with_sample_weight ? R::weighted_mean : R::mean;
    };
    if (const auto* dense = std::get_if<CategoricalCrossentropy>(&*options_.loss)) {
      op.logits = dense->from_logits;
      op.smoothing = static_cast<float>(dense->label_smoothing);
      op.reduction = reduction(dense->reduction);
    } else {
      const auto& sparse = std::get<SparseCategoricalCrossentropy>(*options_.loss);
      op.logits = sparse.from_logits;
      op.reduction = reduction(sparse.reduction);
    }
    return op;
  }

  void step(Phase phase) {
    std::vector<Op>& ops = program_.steps[static_cast<std::size_t>(phase)];
    ops.push_back(gather_);
    Matrix current = gather_.out;
    std::size_t count = stages_.size();
    CrossEntropyOp loss;
    if (phase != Phase::predict) {
      loss = cross_entropy();
      // Softmax and cross-entropy are one operation with the short gradient.
      if (!loss.logits && count > 0 && stages_.back().kind == Stage::Kind::softmax) {
        loss.logits = true;
        --count;
      }
    }
    for (std::size_t i = 0; i < count; ++i) current = forward(stages_[i], current, phase, ops);
    if (phase == Phase::predict) {
      program_.output = current;
      return;
    }
    if (!losses_) {
      losses_ = space_.take(static_cast<std::size_t>(options_.max_rows));
      classes_ = space_.take(static_cast<std::size_t>(options_.max_rows));
      scratch_ = matrix(current.columns);
    }
    loss.in = current;
    loss.scratch = scratch_;
    loss.row_loss = program_.row_loss = *losses_;
    loss.row_class = program_.row_class = classes_;
    program_.reduction = loss.reduction;
    if (phase == Phase::train) loss.delta = matrix(current.columns);
    ops.push_back(loss);
    if (phase == Phase::train) {
      ops.push_back(GuardOp{loss.row_loss, loss.reduction});
      backward(count, *loss.delta, ops);
    }
  }

  /// Input gradients from the last stage down to the first that training changes, then all updates of kernels.
  void backward(std::size_t count, Matrix delta, std::vector<Op>& ops) {
    std::size_t first = 0;
    while (first < count && !stages_[first].trainable) ++first;
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
        if (!derived && stage.act != Act::linear) ops.push_back(ActivationGradOp{delta, stage.out, stage.act});
      };
      switch (stage.kind) {
        case Stage::Kind::dense: {
          derive_own();
          if (stage.trainable)
            updates.push_back(DenseUpdateOp{stage.in, delta, stage.kernel, stage.transposed, stage.bias});
          if (i > first) {
            const Matrix out = matrix(stage.in.columns);
            ops.push_back(DenseInputGradOp{delta, out, *stage.transposed, stage.in, below});
            delta = out;
          }
          derived = true;
          break;
        }
        case Stage::Kind::batch_norm:
          ops.push_back(BatchNormGradOp{stage.in, delta, stage.norm.gamma, stage.norm.beta, stage.norm.saved_mean,
                                        stage.norm.saved_inverse, stage.norm.batch, stage.trainable, below});
          derived = true;
          break;
        case Stage::Kind::activation:
          derive_own();
          derived = false;
          break;
        case Stage::Kind::softmax:
          ops.push_back(SoftmaxGradOp{delta, stage.out});
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
      }
    }
    ops.insert(ops.end(), updates.begin(), updates.end());
  }

  const Model& model_;
  const PlanOptions& options_;
  Program program_;
  Allocator space_;
  GatherOp gather_;
  std::vector<Stage> stages_;
  std::optional<std::size_t> losses_;
  std::size_t classes_ = 0;
  Matrix scratch_;
};

}  // namespace

compute::Program plan(const Model& model, const PlanOptions& options) { return Lowering(model, options).take(); }

int useful_threads(const compute::Program& program, int wanted) noexcept {
  double weights = 0;
  for (const PackedVariable& variable : program.variables)
    if (const auto* kernel = std::get_if<Kernel>(&variable.packed)) weights += static_cast<double>(kernel->size());
  const double flops = 2.0 * weights * program.max_rows;
  return std::clamp(static_cast<int>(flops / 4e6), 1, wanted);
}

}  // namespace telar
