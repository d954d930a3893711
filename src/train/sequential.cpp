#include <algorithm>
#include <limits>
#include <span>
#include <utility>

#include <telar/error.hpp>
#include <telar/sequential.hpp>

#include "base/did_you_mean.hpp"
#include "base/sha256.hpp"
#include "base/statistics.hpp"
#include "model/plan.hpp"
#include "spec/describe.hpp"
#include "spec/validate.hpp"
#include "train/fit.hpp"
#include "train/metrics.hpp"
#include "train/mixup.hpp"
#include "train/sample_weights.hpp"
#include "train/session.hpp"
#include "train/state.hpp"

namespace telar {

Sequential::Sequential(Input input, std::vector<Layer> layers, std::uint64_t seed)
    : state_(std::make_unique<State>(State{Model(std::move(input), std::move(layers), seed)})) {}
Sequential::Sequential(const Sequential& other) : state_(std::make_unique<State>(*other.state_)) {}
Sequential::Sequential(Sequential&&) noexcept = default;
Sequential& Sequential::operator=(const Sequential& other) {
  state_ = std::make_unique<State>(*other.state_);
  return *this;
}
Sequential& Sequential::operator=(Sequential&&) noexcept = default;
Sequential::~Sequential() = default;

namespace {

/// Throws Error (usage) if a name in the optimiser's option `option` is no variable's.
void check_names(const Model& model, const Optimizer& optimizer, const std::string& option,
                 const std::vector<std::string>& excluded) {
  for (const std::string& name : excluded) {
    if (std::ranges::any_of(model.variables(), [&](const Variable& v) { return is_called(v, name); })) continue;
    std::vector<std::string> names;
    for (const Variable& v : model.variables()) {
      const std::size_t slash = v.path.rfind('/');
      for (const std::string& known : {v.path.substr(0, slash), v.path.substr(slash + 1)})
        if (std::ranges::find(names, known) == names.end()) names.push_back(known);
    }
    throw Error(ErrorCode::usage, "optimizer (" + std::string(class_name(optimizer)) + ")",
                option + " has \"" + name + "\", but nothing with weights is called so", did_you_mean(name, names));
  }
}

/// Throws Error (usage) if the optimiser would tell rows from columns of each part of a variable: Keras does, telar of
/// whole ones.
void check_axes(const Model& model, const Optimizer& optimizer) {
  if (!std::holds_alternative<Adafactor>(optimizer)) return;
  for (const Variable& v : model.variables())
    if (v.trainable && v.shape.size() > 2)
      throw Error(ErrorCode::usage, "optimizer (" + std::string(class_name(optimizer)) + ")",
                  v.path + " has " + std::to_string(v.shape.size()) +
                      " axes, and telar's Adafactor tells rows from columns of up to two",
                  "let its layer normalise fewer axes, put a Flatten before it, or use another optimizer");
}

/// Throws Error (usage) unless it is in its ranges and the mean over the samples.
void check_metric(const Metric& metric) {
  const std::string where = "metric (" + std::string(class_name(metric)) + ")";
  telar::validate(metric, where);
  std::visit(
      [&](const auto& m) {
        if constexpr (requires { m.reduction; })
          if (m.reduction != Reduction::sum_over_batch_size)
            throw Error(ErrorCode::usage, where, "a metric is the mean over the samples; it has no other reduction",
                        "leave reduction out");
      },
      metric);
}

}  // namespace

void Sequential::compile(CompileOptions options) {
  telar::validate(options.optimizer, "optimizer (" + std::string(class_name(options.optimizer)) + ")");
  if (options.loss) telar::validate(*options.loss, "loss (" + std::string(class_name(*options.loss)) + ")");
  for (const std::vector<Metric>* list : {&options.metrics, &options.weighted_metrics})
    for (const Metric& metric : *list) check_metric(metric);
  State& state = *state_;
  check_names(state.model, options.optimizer, "exclude_from_weight_decay",
              excluded_from_weight_decay(options.optimizer));
  check_axes(state.model, options.optimizer);
  if (const auto* muon = std::get_if<Muon>(&options.optimizer))
    check_names(state.model, options.optimizer, "exclude_layers", muon->exclude_layers);
  state.compiled = std::move(options);
  state.is_compiled = true;
  const double rate = learning_rate_of(state.compiled.optimizer).at(0);
  const compute::UpdateRule rule = update_rule(state.compiled.optimizer);
  const std::size_t slots = static_cast<std::size_t>(rule.slots()), weights = state.model.weights().size();
  state.optimizer = {0, static_cast<float>(rate), std::vector(slots, std::vector<float>(weights))};
  if (slots > 0) std::ranges::fill(state.optimizer.slots.front(), rule.first_slot);
}

namespace {

const Loss& need_loss(const Sequential::State& state, const std::string& verb);
void check_rate(const Optimizer& optimizer, std::span<const Callback> callbacks);
void check_averages(const Optimizer& optimizer, std::span<const Callback> callbacks);
/// The compiled metrics alone, or with them those of Score::of_classes.
enum class Judges { compiled, all };
Score score_of(const Sequential::State& state, const Dataset& data, int batch_size, int threads,
               std::span<const float> weights, Judges judges);
bool rounds(const Sequential::State& state) { return state.compiled.dtype == DType::mixed_bfloat16; }

}  // namespace

History Sequential::fit(const Dataset& data, const FitOptions& options) {
  State& state = *state_;
  const Loss& loss = need_loss(state, "fit");
  check_range("batch_size", options.batch_size, kCount, "fit");
  check_range("epochs", options.epochs, Range{1, kWhole.high}, "fit");
  check_range("initial_epoch", options.initial_epoch, Range{0, static_cast<double>(options.epochs - 1)}, "fit");
  if (options.steps_per_epoch) check_range("steps_per_epoch", *options.steps_per_epoch, Range{1, kWhole.high}, "fit");
  check_range("validation_freq", options.validation_freq, Range{1, kWhole.high}, "fit");
  if (options.validation_freq_steps)
    check_range("validation_freq_steps", *options.validation_freq_steps, Range{1, kWhole.high}, "fit");
  check_range("validation_split", options.validation_split, kBelowOne, "fit");
  check_range("threads", options.threads, Range{0, 1024}, "fit");
  for (const Callback& callback : options.callbacks)
    if (callback.stock() != nullptr)
      telar::validate(*callback.stock(), "callback (" + std::string(class_name(*callback.stock())) + ")");
  check_rate(state.compiled.optimizer, options.callbacks);
  check_averages(state.compiled.optimizer, options.callbacks);
  check_data(state.model, data, &loss, "fit");
  FitOptions resolved = options;
  Dataset training = data;
  if (!options.class_weight.empty() && !options.sample_weight.empty())
    throw Error(ErrorCode::usage, "fit", "both class_weight and sample_weight are given",
                "multiply them into sample_weight");
  if (options.mixup) {
    check_range("mixup.alpha", options.mixup->alpha, kPositive, "fit");
    Mixer::check(loss, !options.class_weight.empty() || !options.sample_weight.empty());
  }
  FitWeights weights;
  weights.training = stored_weights(data, options.sample_weight, "fit");
  if (options.validation_split > 0) {
    if (options.validation_data)
      throw Error(ErrorCode::usage, "fit", "both validation_data and validation_split are given",
                  "leave one of them out");
    std::tie(training, resolved.validation_data) = split_last(data, options.validation_split);
    if (training.empty() || resolved.validation_data->empty())
      throw Error(ErrorCode::usage, "fit", "validation_split leaves one of the two parts without samples");
    weights.validation = weights.training;
  }
  if (!options.validation_sample_weight.empty()) {
    if (!options.validation_data)
      throw Error(ErrorCode::usage, "fit", "validation_sample_weight is given without validation_data",
                  "with validation_split, the held-out samples keep their sample_weight");
    weights.validation = stored_weights(*options.validation_data, options.validation_sample_weight, "fit, validation");
  }
  if (options.validation_freq_steps && !resolved.validation_data)
    throw Error(ErrorCode::usage, "fit", "validation_freq_steps is given, but nothing to validate on",
                "give validation_data or validation_split");
  if (resolved.validation_data) check_data(state.model, *resolved.validation_data, &loss, "fit, validation");
  resolved.batch_size = static_cast<int>(std::min(static_cast<std::size_t>(options.batch_size), training.size()));
  if (!options.class_weight.empty()) {
    const int classes = classes_of(state.model, loss, training);
    weights.training = stored_weights(training, weights_of_classes(training, options.class_weight, classes), "fit");
  }
  History history = train(*this, state, training, resolved, weights);
  if (options.training_score && (history.ended == Ended::completed || history.ended == Ended::stopped_early))
    history.training =
        score_of(state, training, EvaluateOptions{}.batch_size, options.threads, weights.training, Judges::compiled);
  return history;
}

Score Sequential::evaluate(const Dataset& data, const EvaluateOptions& options) const {
  const State& state = *state_;
  const Loss& loss = need_loss(state, "evaluate");
  check_range("batch_size", options.batch_size, kCount, "evaluate");
  check_range("threads", options.threads, Range{0, 1024}, "evaluate");
  check_data(state.model, data, &loss, "evaluate");
  return score_of(state, data, options.batch_size, options.threads,
                  stored_weights(data, options.sample_weight, "evaluate"), Judges::all);
}

std::vector<float> Sequential::predict(const Dataset& data, const EvaluateOptions& options) const {
  const State& state = *state_;
  check_range("batch_size", options.batch_size, kCount, "predict");
  check_range("threads", options.threads, Range{0, 1024}, "predict");
  check_data(state.model, data, nullptr, "predict");
  const int max_rows = static_cast<int>(std::min(static_cast<std::size_t>(options.batch_size), data.size()));
  Session session(state.model, {max_rows, {}, {}, rounds(state)}, options.threads);
  compute::StepInput input = bind(data);
  std::vector<float> outputs;
  outputs.reserve(data.size() * static_cast<std::size_t>(state.model.outputs()));
  const std::span<const std::uint32_t> rows = data.rows();
  for (std::size_t begin = 0; begin < rows.size(); begin += static_cast<std::size_t>(input.rows)) {
    input.rows = static_cast<int>(std::min(rows.size() - begin, static_cast<std::size_t>(max_rows)));
    input.index = rows.data() + begin;
    session.executable().run(compute::Phase::predict, input);
    for (int r = 0; r < input.rows; ++r) {
      const float* row = session.executable().output() + static_cast<std::ptrdiff_t>(r) * session.output().stride;
      outputs.insert(outputs.end(), row, row + session.output().columns);
    }
  }
  return outputs;
}

const Input& Sequential::input() const noexcept { return state_->model.input(); }
const std::vector<Layer>& Sequential::layers() const noexcept { return state_->model.layers(); }
void Sequential::set_trainable(const std::string& layer, bool trainable) {
  state_->model.set_trainable(layer, trainable);
}
int Sequential::outputs() const noexcept { return state_->model.outputs(); }
std::uint64_t Sequential::seed() const noexcept { return state_->model.seed(); }
const CompileOptions& Sequential::compiled() const noexcept { return state_->compiled; }

const std::vector<Variable>& Sequential::variables() const noexcept { return state_->model.variables(); }
std::span<const float> Sequential::get_weights() const noexcept { return state_->model.weights(); }

void Sequential::set_weights(std::span<const float> weights) {
  std::vector<float>& own = state_->model.weights();
  if (weights.size() != own.size())
    throw Error(ErrorCode::usage, "set_weights",
                std::to_string(weights.size()) + " numbers were given, but the network has " +
                    std::to_string(own.size()) + " weights");
  std::ranges::copy(weights, own.begin());
}

namespace {

const Loss& need_loss(const Sequential::State& state, const std::string& verb) {
  if (!state.is_compiled)
    throw Error(ErrorCode::usage, verb, "the network is not compiled",
                "call compile({.optimizer = ..., .loss = ...}) first");
  if (!state.compiled.loss)
    throw Error(ErrorCode::usage, verb, "the network was compiled without a loss",
                "such as compile({.loss = SparseCategoricalCrossentropy{}})");
  return *state.compiled.loss;
}

bool takes_probabilities(const Loss& loss) {
  return std::visit(
      [](const auto& l) {
        if constexpr (requires { l.from_logits; }) return !l.from_logits;
        return false;
      },
      loss);
}

bool measures_batches(const Loss& loss) {
  return std::visit(
      [](const auto& l) {
        if constexpr (requires { l.axis; }) return !l.axis.has_value();
        return false;
      },
      loss);
}

/// Those of Score::of_classes.
std::vector<Metric> judges_of_classes(const std::vector<MeasuredMetric>& compiled, const Loss& loss) {
  std::vector<Metric> judges{BalancedAccuracy{}, MatthewsCorrelation{}};
  if (takes_probabilities(loss)) judges.emplace_back(ExpectedCalibrationError{});
  std::erase_if(judges, [&](const Metric& judge) {
    return std::ranges::any_of(compiled,
                               [&](const MeasuredMetric& own) { return own.metric.index() == judge.index(); });
  });
  return judges;
}

/// `weights`: of the stored samples.
Score score_of(const Sequential::State& state, const Dataset& data, int batch_size, int threads,
               std::span<const float> weights, Judges judges) {
  const Loss& loss = *state.compiled.loss;
  const int rows = static_cast<int>(std::min(static_cast<std::size_t>(batch_size), data.size()));
  const int groups = static_cast<int>(std::min<std::size_t>(data.size(), 100));
  const int classes = classes_of(state.model, loss, data);
  std::vector<MeasuredMetric> wanted = measured_metrics(state.compiled);
  const auto compiled_count = static_cast<std::ptrdiff_t>(wanted.size());
  if (judges == Judges::all && classes > 0)
    for (const Metric& judge : judges_of_classes(wanted, loss))
      wanted.push_back({judge, metric_names({judge}).front()});
  MetricSums metrics(wanted, state.model, loss, data, groups);
  Session session(state.model, {rows, state.compiled.loss, {}, rounds(state), MetricSums::read_outputs(wanted)},
                  threads);
  Score score;
  score.classes = classes;
  score.confusion.resize(static_cast<std::size_t>(score.classes) * static_cast<std::size_t>(score.classes));
  const Tally tally = session.evaluate(data, Truth(data, score.classes), metrics, weights, score.confusion);
  score.samples = tally.samples;
  // Student's interval is that of the mean loss; a reduction by sum stretches it as it does the value.
  const Summary mean = summarize(static_cast<std::int64_t>(tally.counted), tally.losses, tally.squared_losses);
  // Penalties are taken for the same whatever the samples.
  const double penalty = tally.penalty, stretch = mean.mean != 0 ? (tally.loss() - penalty) / mean.mean : 1.0;
  score.loss = {tally.loss(), mean.interval.low * stretch + penalty, mean.interval.high * stretch + penalty};
  // Samples of a batch that have its loss in common say nothing of how it would differ elsewhere.
  if (measures_batches(loss))
    score.loss.low = -std::numeric_limits<double>::infinity(),
    score.loss.high = std::numeric_limits<double>::infinity();
  score.metrics = metrics.estimates();
  const auto compiled = score.metrics.begin() + compiled_count;
  score.of_classes.assign(compiled, score.metrics.end());
  score.metrics.erase(compiled, score.metrics.end());
  return score;
}

/// Throws Error (usage) if a callback would change a rate that follows a schedule.
void check_rate(const Optimizer& optimizer, std::span<const Callback> callbacks) {
  const Schedule* schedule = learning_rate_of(optimizer).schedule();
  if (schedule == nullptr) return;
  for (const Callback& callback : callbacks)
    if (callback.stock() != nullptr && (std::holds_alternative<ReduceLROnPlateau>(*callback.stock()) ||
                                        std::holds_alternative<EpochSchedule>(*callback.stock())))
      throw Error(ErrorCode::usage, "callback (" + std::string(class_name(*callback.stock())) + ")",
                  "the learning rate follows a schedule (" + std::string(class_name(*schedule)) +
                      "), so nothing else can change it",
                  "give the optimizer a number as learning_rate, or leave the callback out");
}

/// Throws Error (usage) if a callback would take moving averages that are not kept.
void check_averages(const Optimizer& optimizer, std::span<const Callback> callbacks) {
  if (update_rule(optimizer).averages) return;
  for (const Callback& callback : callbacks)
    if (callback.stock() != nullptr && std::holds_alternative<SwapEMAWeights>(*callback.stock()))
      throw Error(ErrorCode::usage, "callback (SwapEMAWeights)",
                  std::string(class_name(optimizer)) + " keeps no moving averages of the weights",
                  "give the optimizer use_ema = true");
}

const Variable& find(const Model& model, const std::string& path, const std::string& verb) {
  std::string paths;
  for (const Variable& variable : model.variables()) {
    if (variable.path == path) return variable;
    paths += (paths.empty() ? "" : ", ") + variable.path;
  }
  throw Error(ErrorCode::usage, verb, "no variable is called '" + path + "'", "the variables are: " + paths);
}

}  // namespace

std::span<const float> Sequential::get_weights(const std::string& path) const {
  const Variable& variable = find(state_->model, path, "get_weights");
  return std::span<const float>(state_->model.weights()).subspan(variable.offset, variable.size());
}

void Sequential::set_weights(const std::string& path, std::span<const float> values) {
  const Variable& variable = find(state_->model, path, "set_weights");
  if (values.size() != variable.size())
    throw Error(ErrorCode::usage, "set_weights",
                path + " has shape " + shape_text(variable.shape) + ", but " + std::to_string(values.size()) +
                    " numbers were given");
  std::ranges::copy(values, state_->model.weights().begin() + static_cast<std::ptrdiff_t>(variable.offset));
}

std::string Sequential::weights_sha256() const { return sha256(std::as_bytes(get_weights())); }

}  // namespace telar
