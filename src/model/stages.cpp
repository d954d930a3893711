#include "model/stages.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>

#include <telar/error.hpp>

#include "base/random.hpp"
#include "model/acts.hpp"
#include "model/axes.hpp"
#include "model/weight_rules.hpp"

namespace telar {

using namespace compute;

namespace {

class StageMaker {
 public:
  StageMaker(const Model& model, const PlanOptions& options, Program& program, ArenaSpace& space)
      : model_(model), options_(options), program_(program), space_(space) {}

  Stages make() {
    gather_.out = space_.matrix(flat_size(model_.input().shape, "Input"));
    bool scaled = false;
    add_stages(model_.layers(), model_.infos(), scaled);
    return {gather_, std::move(stages_)};
  }

 private:
  [[nodiscard]] PackedVariable* packed(const LayerInfo& layer, const std::string& name) {
    const Variable* variable = model_.variable(layer, name);
    return variable == nullptr ? nullptr
                               : &program_.variables[static_cast<std::size_t>(variable - model_.variables().data())];
  }
  [[nodiscard]] Vector vector(const LayerInfo& layer, const std::string& name) {
    const PackedVariable* p = packed(layer, name);
    return p == nullptr ? Vector{} : p->flat ? *p->flat : std::get<Vector>(p->packed);
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
        stage.out = space_.matrix(current.columns);
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
        stage.out = space_.matrix(dense->units);
        if (options_.rule && any_trainable())
          packed(info, "kernel")->transposed = stage.transposed = space_.kernel(stage.kernel.out, stage.kernel.in);
        if (options_.bfloat16) {
          packed(info, "kernel")->rounded = stage.rounded = space_.kernel(stage.kernel.in, stage.kernel.out);
          stage.rounded_in = space_.rounded_matrix(current.columns);
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
        BatchNormOp op;
        op.gamma = vector(info, "gamma");
        op.beta = vector(info, "beta");
        op.moving_mean = vector(info, "moving_mean");
        op.moving_variance = vector(info, "moving_variance");
        op.momentum = static_cast<float>(norm->momentum);
        op.epsilon = static_cast<float>(norm->epsilon);
        op.batch = norm->trainable;
        along(norm->axis, info, current,
              [&](const Matrix& in) { add_batch_norm(in, op, norm->trainable && (norm->center || norm->scale)); });
      } else if (const auto* given = std::get_if<Normalization>(&layer)) {
        // Inference with statistics that nobody moves; 1e-14 is the square of the least deviation.
        BatchNormOp op;
        op.moving_mean = vector(info, "mean");
        op.moving_variance = vector(info, "variance");
        op.epsilon = 1e-14f;
        op.inverted = given->invert;
        along(given->axis, info, current, [&](const Matrix& in) { add_batch_norm(in, op, false); });
      } else if (const auto* dropout = std::get_if<Dropout>(&layer)) {
        if (dropout->rate == 0) continue;
        stage.kind = Stage::Kind::dropout;
        stage.out = space_.matrix(current.columns);
        stage.dropout = DropoutOp{stage.in, stage.out, options_.rule ? space_.matrix(current.columns) : Matrix{},
                                  static_cast<float>(dropout->rate), draws_of(dropout->seed, info)};
        stage.dropout.sharing = sharing_of(dropout->noise_shape, info.input_shape);
        stages_.push_back(stage);
      } else if (const auto* flip = std::get_if<RandomFlip>(&layer)) {
        stage.kind = Stage::Kind::flip;
        stage.out = space_.matrix(current.columns);
        stage.flip = FlipOp{stage.in,
                            stage.out,
                            image_shape(info),
                            flip->mode != FlipMode::vertical,
                            flip->mode != FlipMode::horizontal,
                            draws_of(flip->seed, info)};
        stages_.push_back(stage);
      } else if (const auto* translation = std::get_if<RandomTranslation>(&layer)) {
        stage.kind = Stage::Kind::translate;
        stage.out = space_.matrix(current.columns);
        stage.translate = translate_op(*translation, info);
        stage.translate.in = stage.in;
        stage.translate.out = stage.out;
        stages_.push_back(stage);
      } else if (const auto* added = std::get_if<GaussianNoise>(&layer)) {
        add_noise(draws_of(added->seed, info), current, NoiseOp::Kind::add, added->stddev);
      } else if (const auto* multiplied = std::get_if<GaussianDropout>(&layer)) {
        add_noise(draws_of(multiplied->seed, info), current, NoiseOp::Kind::multiply,
                  std::sqrt(multiplied->rate / (1 - multiplied->rate)));
      } else if (const auto* alpha = std::get_if<AlphaDropout>(&layer)) {
        add_noise(draws_of(alpha->seed, info), current, NoiseOp::Kind::alpha, alpha->rate);
      } else if (const auto* relu = std::get_if<ReLU>(&layer)) {
        Knee knee{static_cast<float>(relu->threshold), Knee{}.max, static_cast<float>(relu->negative_slope)};
        if (relu->max_value) knee.max = static_cast<float>(*relu->max_value);
        add_knee(current, knee);
      } else if (const auto* leaky = std::get_if<LeakyReLU>(&layer)) {
        add_knee(current, {0, Knee{}.max, static_cast<float>(leaky->negative_slope)});
      } else if (const auto* elu = std::get_if<ELU>(&layer)) {
        add_knee(current, {0, Knee{}.max, static_cast<float>(elu->alpha), true});
      } else if (const auto* softmax = std::get_if<Softmax>(&layer)) {
        along(softmax->axis, info, current, [&](const Matrix& in) { add_softmax(in, RowAct::softmax); });
      } else if (const auto* prelu = std::get_if<PReLU>(&layer)) {
        stage.kind = Stage::Kind::prelu;
        stage.out = space_.matrix(current.columns);
        stage.trainable = prelu->trainable;
        stage.alpha = vector(info, "alpha");
        stages_.push_back(stage);
      } else if (const auto* layer_norm = std::get_if<LayerNormalization>(&layer)) {
        const RowNorm how{RowNorm::Kind::layer, static_cast<float>(layer_norm->epsilon)};
        along(layer_norm->axis, info, current, [&](const Matrix& in) {
          add_row_norm(in, how, vector(info, "gamma"), vector(info, "beta"), layer_norm->trainable);
        });
      } else if (const auto* rms_norm = std::get_if<RMSNormalization>(&layer)) {
        const RowNorm how{RowNorm::Kind::rms, static_cast<float>(rms_norm->epsilon)};
        along(rms_norm->axis, info, current,
              [&](const Matrix& in) { add_row_norm(in, how, vector(info, "scale"), {}, rms_norm->trainable); });
      } else if (const auto* residual = std::get_if<Residual>(&layer)) {
        const std::size_t fork = stages_.size();
        stages_.push_back({Stage::Kind::fork, current, current});
        add_stages(residual->layers, info.inner, scaled);
        Stage join{Stage::Kind::join, stages_.back().out, space_.matrix(current.columns)};
        join.fork = fork;
        stages_.push_back(join);
      } else if (const auto* activity = std::get_if<ActivityRegularization>(&layer)) {
        if (!options_.loss || (activity->l1 == 0 && activity->l2 == 0)) continue;
        add_activity({static_cast<float>(activity->l1), static_cast<float>(activity->l2)});
      } else if (const auto* custom = std::get_if<Custom>(&layer)) {
        add_custom(*custom, info, current);
      } else if (const auto* unit_norm = std::get_if<UnitNormalization>(&layer)) {
        along(unit_norm->axis, info, current, [&](const Matrix& in) {
          add_row_norm(in, {RowNorm::Kind::unit, 1e-12f}, {}, {}, false);
        });
      }  // Flatten changes no number
      if (!stages_.empty()) current = stages_.back().out;
    }
  }

  /// Where the layer's numbers come from: from its own seed, or the network's and its name.
  [[nodiscard]] std::uint64_t draws_of(const std::optional<std::uint64_t>& seed, const LayerInfo& info) const {
    return seed ? Random(*seed, Purpose::dropout, {}).key() : Random(model_.seed(), Purpose::dropout, info.name).key();
  }
  /// Of a noise_shape: one extent for the batch, then one for each axis of `shape`; or none.
  [[nodiscard]] static DrawSharing sharing_of(const std::vector<int>& noise, const std::vector<int>& shape) {
    DrawSharing sharing;
    if (noise.empty()) return sharing;
    sharing.rows = noise[0] == 1;
    int step = 1;
    for (std::size_t axis = shape.size(); axis-- > 0; step *= shape[axis]) {
      const bool shares = noise[axis + 1] == 1 && shape[axis] > 1;
      sharing.extents[axis] = shape[axis];
      sharing.steps[axis] = shares ? 0 : step;
      if (shares) sharing.axes = static_cast<int>(shape.size());
    }
    return sharing;
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
    op.key = draws_of(layer.seed, info);
    return op;
  }

  /// add(matrix) with a matrix whose rows are what lies along `axes`, of all samples; what the stages it adds make goes
  /// back to where its numbers come from.
  template <class F>
  void along(const Axes& axes, const LayerInfo& info, const Matrix& in, const F& add) {
    const std::vector<int>& shape = info.input_shape;
    const std::vector<int> places = places_of(axes, shape);
    if (places.size() == shape.size()) return add(in);
    const int columns = flat_size(extents_along(axes, shape), info.name), rows_each = in.columns / columns;
    if (std::int64_t{options_.max_rows} * rows_each > std::numeric_limits<int>::max())
      throw Error(ErrorCode::usage, info.name,
                  "a batch of " + std::to_string(options_.max_rows) + " has more than 2^31 parts to normalise",
                  "take a smaller batch");
    RegroupOp op{in, space_.matrix(columns, rows_each), order_with_last(places, shape)};
    add_regroup(op);
    add(op.grouped);
    op.grouped = stages_.back().out;
    op.flat = space_.matrix(in.columns);
    op.back = true;
    add_regroup(op);
  }
  void add_regroup(const RegroupOp& op) {
    Stage stage{Stage::Kind::regroup, op.in(), op.out()};
    stage.regroup = op;
    stages_.push_back(stage);
  }
  void add_batch_norm(const Matrix& in, const BatchNormOp& op, bool trainable) {
    Stage stage{Stage::Kind::batch_norm, in, space_.matrix(in.columns, in.rows_each)};
    stage.trainable = trainable;
    stage.norm = op;
    stage.norm.in = in;
    stage.norm.out = stage.out;
    if (options_.rule) {
      stage.norm.saved_mean = space_.vector(in.columns);
      stage.norm.saved_inverse = space_.vector(in.columns);
    }
    stages_.push_back(stage);
  }

  void add_activation(const Matrix& in, Act act) {
    stages_.push_back({Stage::Kind::activation, in, space_.matrix(in.columns), act});
  }
  void add_knee(const Matrix& in, const Knee& knee) {
    Stage stage{Stage::Kind::knee, in, space_.matrix(in.columns)};
    stage.knee = knee;
    stages_.push_back(stage);
  }
  void add_noise(std::uint64_t key, const Matrix& in, NoiseOp::Kind kind, double amount) {
    if (amount == 0) return;
    Stage stage{Stage::Kind::noise, in, space_.matrix(in.columns)};
    const bool masks = options_.rule && kind != NoiseOp::Kind::add;
    stage.noise =
        NoiseOp{in, stage.out, masks ? space_.matrix(in.columns) : Matrix{}, kind, static_cast<float>(amount), key};
    stages_.push_back(stage);
  }
  void add_row_norm(const Matrix& in, const RowNorm& norm, const Vector& gamma, const Vector& beta, bool trainable) {
    Stage stage{Stage::Kind::row_norm, in, space_.matrix(in.columns, in.rows_each)};
    stage.trainable = trainable && (gamma || beta);
    const auto saved = [&] { return options_.rule ? space_.vector(options_.max_rows * in.rows_each) : Vector{}; };
    stage.row_norm = RowNormOp{in, stage.out, gamma, beta, saved(), saved(), norm};
    stages_.push_back(stage);
  }
  void add_custom(const Custom& layer, const LayerInfo& info, const Matrix& in) {
    Stage stage{Stage::Kind::custom, in, space_.matrix(flat_size(info.output_shape, info.name))};
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
    stages_.push_back({Stage::Kind::softmax, in, space_.matrix(in.columns, in.rows_each), Act::linear, act});
  }

  [[nodiscard]] bool any_trainable() const {
    return std::any_of(stages_.begin(), stages_.end(), [](const Stage& s) { return s.trainable; });
  }

  const Model& model_;
  const PlanOptions& options_;
  Program& program_;
  ArenaSpace& space_;
  GatherOp gather_;
  std::vector<Stage> stages_;
};

}  // namespace

Stages make_stages(const Model& model, const PlanOptions& options, Program& program, ArenaSpace& space) {
  return StageMaker(model, options, program, space).make();
}

}  // namespace telar
