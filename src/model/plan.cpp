#include "model/plan.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "base/random.hpp"
#include "model/acts.hpp"
#include "model/loss_op.hpp"
#include "model/waiting_updates.hpp"
#include "model/weight_rules.hpp"

namespace telar {

namespace {

using namespace compute;

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
  enum class Kind {
    affine,
    dense,
    activation,
    softmax,
    dropout,
    batch_norm,
    knee,
    prelu,
    noise,
    row_norm,
    activity,
    flip,
    translate,
    custom,
    fork,
    join
  } kind;
  Matrix in, out;
  Act act = Act::linear;
  RowAct row_act = RowAct::softmax;
  bool trainable = false;  ///< has variables that training changes
  float scale = 1, offset = 0;
  Kernel kernel{};
  std::optional<Kernel> transposed{};
  std::optional<Kernel> rounded{};  ///< the kernel's bfloat16 copy, and where the input's goes
  Matrix rounded_in{};
  Vector bias{};
  DropoutOp dropout{};
  BatchNormOp norm{};
  Knee knee{};
  Vector alpha{};
  NoiseOp noise{};
  RowNormOp row_norm{};
  std::size_t fork = 0;  ///< of a join: where the stage is whose input it adds
  ActivityOp activity{};
  FlipOp flip{};
  TranslateOp translate{};
  UserLayer user{};
  std::vector<Vector> user_weights{};

  /// Its gradient updates its variables at once, not after all gradients.
  [[nodiscard]] bool updates_in_place() const noexcept {
    return trainable && (kind == Kind::batch_norm || kind == Kind::prelu);
  }
};

class Lowering {
 public:
  Lowering(const Model& model, const PlanOptions& options) : model_(model), options_(options) {
    program_.max_rows = options.max_rows;
    program_.weights = model.weights().size();
    // The gradient of a penalty on a whole kernel joins those that wait.
    each_orthogonal([this](const OrthogonalRegularizer&, const PackedVariable&) {
      if (options_.rule) options_.rule->waits = true;
    });
    if (options_.rule) program_.rule = *options_.rule;
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
    std::vector<bool> of_user(model_.variables().size());
    find_users(model_.layers(), model_.infos(), of_user);
    for (std::size_t i = 0; i < of_user.size(); ++i) {
      const Variable& variable = model_.variables()[i];
      PackedVariable packed{Vector{}, variable.offset, {}};
      if (of_user[i])
        packed.packed = space_.vector(static_cast<int>(variable.size()));
      else if (variable.shape.size() == 2)
        packed.packed = space_.kernel(variable.shape[0], variable.shape[1]);
      else
        packed.packed = space_.vector(variable.shape[0]);
      const bool decays = std::ranges::none_of(options_.exclude_from_weight_decay,
                                               [&](const std::string& name) { return is_called(variable, name); });
      std::visit([decays](auto& p) { p.decays = decays; }, packed.packed);
      program_.variables.push_back(packed);
    }
    each_trained([&](const Layer& layer, const std::string& name, PackedVariable& variable) {
      if (const Regularizer* regularizer = regularizer_of(layer, name))
        std::visit([&](auto& p) { p.penalty = penalty_of(*regularizer); }, variable.packed);
    });
    // Not a multiple of 4 KiB: the same weight's slots would else compete for the same cache sets.
    constexpr std::size_t kPage = 1024;
    program_.slot_stride = (space_.used() + kPage - 1) / kPage * kPage + 9 * kPanel;
    program_.variables_end = space_.used();
    const int arrays = options_.rule ? options_.rule->arrays() : 0;
    static_cast<void>(space_.take(program_.slot_stride * static_cast<std::size_t>(arrays + 1) - space_.used()));
  }

  /// The variables of layers that a user wrote: those know nothing of panels.
  static void find_users(const std::vector<Layer>& layers, const std::vector<LayerInfo>& infos,
                         std::vector<bool>& of_user) {
    for (std::size_t l = 0; l < layers.size(); ++l) {
      if (const auto* residual = std::get_if<Residual>(&layers[l]))
        find_users(residual->layers, infos[l].inner, of_user);
      if (std::holds_alternative<Custom>(layers[l]))
        std::fill_n(of_user.begin() + static_cast<std::ptrdiff_t>(infos[l].first_variable), infos[l].variable_count,
                    true);
    }
  }

  /// f(layer, name, variable) for the variables that training changes, "kernel" for "residual/dense/kernel".
  template <class F>
  void each_trained(const F& f) {
    each_trained(model_.layers(), model_.infos(), f);
  }
  template <class F>
  void each_trained(const std::vector<Layer>& layers, const std::vector<LayerInfo>& infos, const F& f) {
    for (std::size_t l = 0; l < layers.size(); ++l) {
      if (const auto* residual = std::get_if<Residual>(&layers[l])) {
        each_trained(residual->layers, infos[l].inner, f);
        continue;
      }
      for (std::size_t i = infos[l].first_variable; i < infos[l].first_variable + infos[l].variable_count; ++i)
        if (model_.variables()[i].trainable)
          f(layers[l], model_.variables()[i].path.substr(infos[l].name.size() + 1), program_.variables[i]);
    }
  }
  /// f(regulariser, variable) for the kernels that have one, and are trained.
  template <class F>
  void each_orthogonal(const F& f) {
    each_trained([&](const Layer& layer, const std::string& name, const PackedVariable& variable) {
      const Regularizer* regularizer = regularizer_of(layer, name);
      if (regularizer == nullptr) return;
      if (const auto* orthogonal = std::get_if<OrthogonalRegularizer>(regularizer)) f(*orthogonal, variable);
    });
  }
  /// A vector as a kernel of one row.
  [[nodiscard]] static Kernel as_kernel(const PackedVariable& variable) {
    if (const auto* kernel = std::get_if<Kernel>(&variable.packed)) return *kernel;
    const auto& vector = std::get<Vector>(variable.packed);
    return {vector.at, 1, vector.size, vector.decays, vector.penalty};
  }

  [[nodiscard]] PackedVariable* packed(const LayerInfo& layer, const std::string& name) {
    const Variable* variable = model_.variable(layer, name);
    return variable == nullptr ? nullptr
                               : &program_.variables[static_cast<std::size_t>(variable - model_.variables().data())];
  }
  [[nodiscard]] Vector vector(const LayerInfo& layer, const std::string& name) {
    const PackedVariable* p = packed(layer, name);
    return p == nullptr ? Vector{} : std::get<Vector>(p->packed);
  }
  [[nodiscard]] Matrix matrix(int columns) { return space_.matrix(columns, options_.max_rows); }

  [[nodiscard]] Matrix rounded_matrix(int columns) { return space_.matrix(columns, (options_.max_rows + 1) / 2 * 2); }

  void make_stages() {
    gather_.out = matrix(flat_size(model_.input().shape, "Input"));
    bool scaled = false;
    add_stages(model_.layers(), model_.infos(), scaled);
  }

  /// `scaled`: the gather already does what the first Rescaling says.
  void add_stages(const std::vector<Layer>& layers, const std::vector<LayerInfo>& infos, bool& scaled) {
    Matrix current = stages_.empty() ? gather_.out : stages_.back().out;
    for (std::size_t n = 0; n < layers.size(); ++n) {
      const Layer& layer = layers[n];
      const LayerInfo& info = infos[n];
      Stage stage{Stage::Kind::affine, current, current};
      if (const auto* rescaling = std::get_if<Rescaling>(&layer)) {
        if (stages_.empty() && !scaled) {  // the gather can do it
          gather_.scale = static_cast<float>(rescaling->scale);
          gather_.offset = static_cast<float>(rescaling->offset);
          scaled = true;
          continue;
        }
        stage.scale = static_cast<float>(rescaling->scale);
        stage.offset = static_cast<float>(rescaling->offset);
        stage.out = matrix(current.columns);
        stages_.push_back(stage);
      } else if (const auto* dense = std::get_if<Dense>(&layer)) {
        stage.kind = Stage::Kind::dense;
        const Act act = act_of(dense->activation);
        // A derivative that needs the activation's input: that is kept, and the activation a stage of its own.
        const bool apart = options_.rule && takes_input(act);
        stage.act = apart ? Act::linear : act;
        stage.trainable = dense->trainable;
        stage.kernel = std::get<Kernel>(packed(info, "kernel")->packed);
        stage.bias = vector(info, "bias");
        stage.out = matrix(dense->units);
        if (options_.rule && any_trainable())
          packed(info, "kernel")->transposed = stage.transposed = space_.kernel(stage.kernel.out, stage.kernel.in);
        if (options_.bfloat16) {
          packed(info, "kernel")->rounded = stage.rounded = space_.kernel(stage.kernel.in, stage.kernel.out);
          stage.rounded_in = rounded_matrix(current.columns);
        }
        stages_.push_back(stage);
        if (apart) add_activation(stage.out, act);
        if (const auto row_act = row_act_of(dense->activation)) add_softmax(stage.out, *row_act);
        if (dense->activity_regularizer) add_activity(penalty_of(*dense->activity_regularizer));
      } else if (const auto* activation = std::get_if<ActivationLayer>(&layer)) {
        if (const auto row_act = row_act_of(activation->activation)) {
          add_softmax(current, *row_act);
        } else {
          add_activation(current, act_of(activation->activation));
        }
      } else if (const auto* norm = std::get_if<BatchNormalization>(&layer)) {
        stage.kind = Stage::Kind::batch_norm;
        stage.out = matrix(current.columns);
        const bool saves = options_.rule.has_value();
        stage.norm = BatchNormOp{stage.in,
                                 stage.out,
                                 vector(info, "gamma"),
                                 vector(info, "beta"),
                                 vector(info, "moving_mean"),
                                 vector(info, "moving_variance"),
                                 saves ? space_.vector(current.columns) : Vector{},
                                 saves ? space_.vector(current.columns) : Vector{},
                                 static_cast<float>(norm->momentum),
                                 static_cast<float>(norm->epsilon),
                                 norm->trainable};
        stage.trainable = norm->trainable && (norm->center || norm->scale);
        stages_.push_back(stage);
      } else if (std::holds_alternative<Normalization>(layer)) {
        // Inference with statistics that nobody moves; 1e-14 is the square of the least deviation.
        stage.kind = Stage::Kind::batch_norm;
        stage.out = matrix(current.columns);
        const auto saved = [&] { return options_.rule ? space_.vector(current.columns) : Vector{}; };
        stage.norm = BatchNormOp{.in = stage.in,
                                 .out = stage.out,
                                 .gamma = {},
                                 .beta = {},
                                 .moving_mean = vector(info, "mean"),
                                 .moving_variance = vector(info, "variance"),
                                 .saved_mean = saved(),
                                 .saved_inverse = saved(),
                                 .epsilon = 1e-14f,
                                 .inverted = std::get<Normalization>(layer).invert};
        stages_.push_back(stage);
      } else if (const auto* dropout = std::get_if<Dropout>(&layer)) {
        if (dropout->rate == 0) continue;
        stage.kind = Stage::Kind::dropout;
        stage.out = matrix(current.columns);
        stage.dropout =
            DropoutOp{stage.in, stage.out, options_.rule ? matrix(current.columns) : Matrix{},
                      static_cast<float>(dropout->rate), Random(model_.seed(), Purpose::dropout, info.name).key()};
        stages_.push_back(stage);
      } else if (const auto* flip = std::get_if<RandomFlip>(&layer)) {
        stage.kind = Stage::Kind::flip;
        stage.out = matrix(current.columns);
        stage.flip = FlipOp{stage.in,
                            stage.out,
                            image_shape(info),
                            flip->mode != FlipMode::vertical,
                            flip->mode != FlipMode::horizontal,
                            Random(model_.seed(), Purpose::dropout, info.name).key()};
        stages_.push_back(stage);
      } else if (const auto* translation = std::get_if<RandomTranslation>(&layer)) {
        stage.kind = Stage::Kind::translate;
        stage.out = matrix(current.columns);
        stage.translate = translate_op(*translation, info);
        stage.translate.in = stage.in;
        stage.translate.out = stage.out;
        stages_.push_back(stage);
      } else if (const auto* added = std::get_if<GaussianNoise>(&layer)) {
        add_noise(info, current, NoiseOp::Kind::add, added->stddev);
      } else if (const auto* multiplied = std::get_if<GaussianDropout>(&layer)) {
        add_noise(info, current, NoiseOp::Kind::multiply, std::sqrt(multiplied->rate / (1 - multiplied->rate)));
      } else if (const auto* alpha = std::get_if<AlphaDropout>(&layer)) {
        add_noise(info, current, NoiseOp::Kind::alpha, alpha->rate);
      } else if (const auto* relu = std::get_if<ReLU>(&layer)) {
        Knee knee{static_cast<float>(relu->threshold), Knee{}.max, static_cast<float>(relu->negative_slope)};
        if (relu->max_value) knee.max = static_cast<float>(*relu->max_value);
        add_knee(current, knee);
      } else if (const auto* leaky = std::get_if<LeakyReLU>(&layer)) {
        add_knee(current, {0, Knee{}.max, static_cast<float>(leaky->negative_slope)});
      } else if (const auto* elu = std::get_if<ELU>(&layer)) {
        add_knee(current, {0, Knee{}.max, static_cast<float>(elu->alpha), true});
      } else if (std::holds_alternative<Softmax>(layer)) {
        add_softmax(current, RowAct::softmax);
      } else if (const auto* prelu = std::get_if<PReLU>(&layer)) {
        stage.kind = Stage::Kind::prelu;
        stage.out = matrix(current.columns);
        stage.trainable = prelu->trainable;
        stage.alpha = vector(info, "alpha");
        stages_.push_back(stage);
      } else if (const auto* layer_norm = std::get_if<LayerNormalization>(&layer)) {
        const float epsilon = static_cast<float>(layer_norm->epsilon);
        add_row_norm(current, {RowNorm::Kind::layer, epsilon}, vector(info, "gamma"), vector(info, "beta"),
                     layer_norm->trainable);
      } else if (const auto* rms_norm = std::get_if<RMSNormalization>(&layer)) {
        const float epsilon = static_cast<float>(rms_norm->epsilon);
        add_row_norm(current, {RowNorm::Kind::rms, epsilon}, vector(info, "scale"), {}, rms_norm->trainable);
      } else if (const auto* residual = std::get_if<Residual>(&layer)) {
        const std::size_t fork = stages_.size();
        stages_.push_back({Stage::Kind::fork, current, current});
        add_stages(residual->layers, info.inner, scaled);
        Stage join{Stage::Kind::join, stages_.back().out, matrix(current.columns)};
        join.fork = fork;
        stages_.push_back(join);
      } else if (const auto* activity = std::get_if<ActivityRegularization>(&layer)) {
        if (!options_.loss || (activity->l1 == 0 && activity->l2 == 0)) continue;
        add_activity({static_cast<float>(activity->l1), static_cast<float>(activity->l2)});
      } else if (const auto* custom = std::get_if<Custom>(&layer)) {
        add_custom(*custom, info, current);
      } else if (std::holds_alternative<UnitNormalization>(layer)) {
        add_row_norm(current, {RowNorm::Kind::unit, 1e-12f}, {}, {}, false);
      }  // Flatten changes no number
      if (!stages_.empty()) current = stages_.back().out;
    }
  }

  [[nodiscard]] static ImageShape image_shape(const LayerInfo& info) {
    const std::vector<int>& shape = info.input_shape;
    return {shape[0], shape[1], shape.size() > 2 ? shape[2] : 1};
  }
  [[nodiscard]] TranslateOp translate_op(const RandomTranslation& layer, const LayerInfo& info) const {
    TranslateOp op;
    op.shape = image_shape(info);
    op.low_y = static_cast<float>(layer.height_factor.low);
    op.high_y = static_cast<float>(layer.height_factor.high);
    op.low_x = static_cast<float>(layer.width_factor.low);
    op.high_x = static_cast<float>(layer.width_factor.high);
    op.fill = layer.fill_mode == FillMode::constant  ? TranslateOp::Fill::constant
              : layer.fill_mode == FillMode::nearest ? TranslateOp::Fill::nearest
              : layer.fill_mode == FillMode::wrap    ? TranslateOp::Fill::wrap
                                                     : TranslateOp::Fill::reflect;
    op.bilinear = layer.interpolation == Interpolation::bilinear;
    op.fill_value = static_cast<float>(layer.fill_value);
    op.key = Random(model_.seed(), Purpose::dropout, info.name).key();
    return op;
  }

  void add_activation(const Matrix& in, Act act) {
    stages_.push_back({Stage::Kind::activation, in, matrix(in.columns), act});
  }
  void add_knee(const Matrix& in, const Knee& knee) {
    Stage stage{Stage::Kind::knee, in, matrix(in.columns)};
    stage.knee = knee;
    stages_.push_back(stage);
  }
  void add_noise(const LayerInfo& layer, const Matrix& in, NoiseOp::Kind kind, double amount) {
    if (amount == 0) return;
    Stage stage{Stage::Kind::noise, in, matrix(in.columns)};
    const bool masks = options_.rule && kind != NoiseOp::Kind::add;
    stage.noise = NoiseOp{in,
                          stage.out,
                          masks ? matrix(in.columns) : Matrix{},
                          kind,
                          static_cast<float>(amount),
                          Random(model_.seed(), Purpose::dropout, layer.name).key()};
    stages_.push_back(stage);
  }
  void add_row_norm(const Matrix& in, const RowNorm& norm, const Vector& gamma, const Vector& beta, bool trainable) {
    Stage stage{Stage::Kind::row_norm, in, matrix(in.columns)};
    stage.trainable = trainable && (gamma || beta);
    const auto saved = [&] { return options_.rule ? space_.vector(options_.max_rows) : Vector{}; };
    stage.row_norm = RowNormOp{in, stage.out, gamma, beta, saved(), saved(), norm};
    stages_.push_back(stage);
  }
  void add_custom(const Custom& layer, const LayerInfo& info, const Matrix& in) {
    Stage stage{Stage::Kind::custom, in, matrix(flat_size(info.output_shape, info.name))};
    stage.trainable = layer.trainable && info.variable_count > 0;
    stage.user.functions = layer.functions;
    for (std::size_t i = info.first_variable; i < info.first_variable + info.variable_count; ++i) {
      const auto& weights = std::get<Vector>(program_.variables[i].packed);
      if (stage.user_weights.empty()) stage.user.first = weights.at;
      stage.user_weights.push_back(weights);
      stage.user.places.push_back({weights.at - stage.user.first, static_cast<std::size_t>(weights.size)});
      stage.user.size = weights.at - stage.user.first + padded(weights.size);
    }
    stages_.push_back(stage);
  }
  /// A penalty on what the last stage makes. The one place where activities get theirs.
  void add_activity(const Penalty& penalty) {
    const Matrix out = stages_.empty() ? gather_.out : stages_.back().out;
    Stage stage{Stage::Kind::activity, out, out};
    stage.activity = {out, penalty, space_.take(static_cast<std::size_t>(options_.max_rows))};
    if (options_.loss) program_.row_penalties.push_back(stage.activity.row_penalty);
    stages_.push_back(stage);
  }
  void add_softmax(const Matrix& in, RowAct act) {
    stages_.push_back({Stage::Kind::softmax, in, matrix(in.columns), Act::linear, act});
  }

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
      scratch_ = matrix(current.columns);
    }
    if (options_.outputs && count < stages_.size()) forward(stages_.back(), current, phase, ops);
    std::visit([&](auto& op) { end_in(op, current, phase, count, ops); }, loss);
  }

  /// Penalties on weights; their sums are those of every phase.
  void add_penalties(Phase phase, std::vector<Op>& ops) {
    std::vector<PenaltyOp> penalties;
    std::size_t count = 0;
    each_trained([&](const Layer&, const std::string&, const PackedVariable& variable) {
      const Kernel kernel = as_kernel(variable);
      if (!kernel.penalty) return;
      penalties.push_back({kernel, count});
      count += blocks_of(kernel);
    });
    const std::size_t of_orthogonal = count;
    each_orthogonal([&](const OrthogonalRegularizer& r, const PackedVariable& variable) {
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
    each_orthogonal([&](const OrthogonalRegularizer& r, const PackedVariable& variable) {
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
    each_trained([&](const Layer& layer, const std::string& name, const PackedVariable& variable) {
      const Constraint* constraint = constraint_of(layer, name);
      if (constraint == nullptr) return;
      ConstrainOp op = constrain_op(*constraint, as_kernel(variable), std::holds_alternative<Vector>(variable.packed));
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
    if (phase == Phase::train) loss.delta = matrix(current.columns);
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
            delta = rounded_matrix(stage.kernel.out);
            ops.push_back(RoundOp{unrounded, delta, i > first, stage.trainable});
          }
          if (stage.trainable)
            updates.push_back(DenseUpdateOp{stage.rounded ? stage.rounded_in : stage.in, delta, stage.kernel,
                                            stage.transposed, stage.bias, stage.rounded, unrounded});
          if (i > first) {
            const Matrix out = matrix(stage.in.columns);
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
          const Matrix out = matrix(stage.in.columns);
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
            delta = matrix(delta.columns);
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
            const Matrix out = stage.trainable ? matrix(delta.columns) : delta;  // the update reads delta
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
    if (options_.rule->waits) update_later(ops);
    add_constraints(ops);
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
  Allocator space_;
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
