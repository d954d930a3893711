#include <algorithm>
#include <span>
#include <utility>

#include <telar/error.hpp>
#include <telar/sequential.hpp>

#include "base/sha256.hpp"
#include "base/statistics.hpp"
#include "model/plan.hpp"
#include "spec/describe.hpp"
#include "spec/validate.hpp"
#include "train/fit.hpp"
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

void Sequential::compile(CompileOptions options) {
  telar::validate(options.optimizer, "optimizer (" + std::string(class_name(options.optimizer)) + ")");
  if (options.loss) telar::validate(*options.loss, "loss (" + std::string(class_name(*options.loss)) + ")");
  for (const Metric& metric : options.metrics)
    telar::validate(metric, "metric (" + std::string(class_name(metric)) + ")");
  State& state = *state_;
  state.compiled = std::move(options);
  state.is_compiled = true;
  const double rate =
      std::visit([](const auto& optimizer) { return optimizer.learning_rate; }, state.compiled.optimizer);
  const int slots = update_rule(state.compiled.optimizer).slots();
  state.optimizer = {0, static_cast<float>(rate),
                     std::vector(static_cast<std::size_t>(slots), std::vector<float>(state.model.weights().size()))};
}

namespace {

const Loss& need_loss(const Sequential::State& state, const std::string& verb);

}  // namespace

History Sequential::fit(const Dataset& data, const FitOptions& options) {
  State& state = *state_;
  const Loss& loss = need_loss(state, "fit");
  check_range("batch_size", options.batch_size, kCount, "fit");
  check_range("epochs", options.epochs, Range{1, kWhole.high}, "fit");
  check_range("validation_split", options.validation_split, kBelowOne, "fit");
  check_range("threads", options.threads, Range{0, 1024}, "fit");
  for (const Callback& callback : options.callbacks)
    if (callback.stock() != nullptr)
      telar::validate(*callback.stock(), "callback (" + std::string(class_name(*callback.stock())) + ")");
  check_data(state.model, data, &loss, "fit");
  FitOptions resolved = options;
  Dataset training = data;
  if (options.validation_split > 0) {
    if (options.validation_data)
      throw Error(ErrorCode::usage, "fit", "both validation_data and validation_split are given",
                  "leave one of them out");
    std::tie(training, resolved.validation_data) = split_last(data, options.validation_split);
    if (training.empty() || resolved.validation_data->empty())
      throw Error(ErrorCode::usage, "fit", "validation_split leaves one of the two parts without samples");
  }
  if (resolved.validation_data) check_data(state.model, *resolved.validation_data, &loss, "fit, validation");
  resolved.batch_size = static_cast<int>(std::min(static_cast<std::size_t>(options.batch_size), training.size()));
  return train(state, training, resolved);
}

Score Sequential::evaluate(const Dataset& data, const EvaluateOptions& options) const {
  const State& state = *state_;
  const Loss& loss = need_loss(state, "evaluate");
  check_range("batch_size", options.batch_size, kCount, "evaluate");
  check_range("threads", options.threads, Range{0, 1024}, "evaluate");
  check_data(state.model, data, &loss, "evaluate");
  const int rows = static_cast<int>(std::min(static_cast<std::size_t>(options.batch_size), data.size()));
  Session session(state.model, {rows, state.compiled.loss, {}}, options.threads);
  Score score;
  score.classes = state.model.outputs();
  score.confusion.resize(static_cast<std::size_t>(score.classes) * static_cast<std::size_t>(score.classes));
  const Tally tally = session.evaluate(data, Truth(data), score.confusion);
  score.samples = tally.samples;
  // Student's interval is that of the mean loss; a reduction by sum stretches it as it does the value.
  const Summary mean = summarize(tally.samples, tally.losses, tally.squared_losses);
  const double stretch = mean.mean != 0 ? tally.loss() / mean.mean : 1.0;
  score.loss = {tally.loss(), mean.interval.low * stretch, mean.interval.high * stretch};
  if (!state.compiled.metrics.empty()) {
    const Interval interval = wilson_interval(tally.correct, tally.samples);
    score.metrics.emplace_back("accuracy", Estimate{tally.accuracy(), interval.low, interval.high});
  }
  return score;
}

std::vector<float> Sequential::predict(const Dataset& data, const EvaluateOptions& options) const {
  const State& state = *state_;
  check_range("batch_size", options.batch_size, kCount, "predict");
  check_range("threads", options.threads, Range{0, 1024}, "predict");
  check_data(state.model, data, nullptr, "predict");
  const int max_rows = static_cast<int>(std::min(static_cast<std::size_t>(options.batch_size), data.size()));
  Session session(state.model, {max_rows, {}, {}}, options.threads);
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
