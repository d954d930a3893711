#include "study/why/probes.hpp"

#include <algorithm>
#include <cmath>
#include <sstream>
#include <type_traits>
#include <utility>

namespace telar {

namespace {

/// A walk of mean weights takes every so-manieth step's.
constexpr int kStride = 4;

bool normalises_over_batches(const std::vector<Layer>& layers) {
  return std::ranges::any_of(layers, [](const Layer& layer) {
    if (const auto* residual = std::get_if<Residual>(&layer)) return normalises_over_batches(residual->layers);
    const auto* norm = std::get_if<BatchNormalization>(&layer);
    return norm != nullptr && norm->trainable;
  });
}

/// Nothing of them takes a gradient but BatchNormalization, which would not look at batches otherwise.
std::vector<Layer> at_rest(std::vector<Layer> layers) {
  for (Layer& layer : layers)
    std::visit(
        [](auto& l) {
          using L = std::remove_cvref_t<decltype(l)>;
          if constexpr (std::is_same_v<L, Residual>)
            l.layers = at_rest(std::move(l.layers));
          else if constexpr (!std::is_same_v<L, BatchNormalization> && requires { l.trainable; })
            l.trainable = false;
        },
        static_cast<Layer::Alternatives&>(layer));
  return layers;
}

/// The same weights in a network whose training moves nothing but moving averages.
Sequential standing(const Sequential& model) {
  Sequential copy(model.input(), at_rest(undisturbed(model.layers())), model.seed());
  CompileOptions options = model.compiled();
  options.optimizer = SGD{.learning_rate = 0.0};
  copy.compile(std::move(options));
  copy.set_weights(model.get_weights());
  return copy;
}

double length(std::span<const float> values) {
  double squares = 0;
  for (const float x : values) squares += double{x} * x;
  return std::sqrt(squares);
}

bool is_trained_kernel(const Variable& variable) { return variable.trainable && variable.path.ends_with("/kernel"); }

/// What is added up over the snapshots of a walk.
class MeanWeights {
 public:
  void add(std::span<const float> weights) {
    sums_.resize(weights.size());
    for (std::size_t i = 0; i < weights.size(); ++i) sums_[i] += weights[i];
    ++count_;
  }
  [[nodiscard]] std::vector<float> mean() const {
    std::vector<float> mean(sums_.size());
    std::ranges::transform(sums_, mean.begin(), [this](double sum) { return static_cast<float>(sum / count_); });
    return mean;
  }

 private:
  std::vector<double> sums_;
  double count_ = 0;
};

/// Norms of kernels' gradients: how far steps of SGD with rate 1 would go, each from the same weights.
void measure_gradients(const Sequential& model, const Dataset& train, FitOptions options, const ProbeSettings& settings,
                       std::vector<KernelMotion>& kernels) {
  Sequential copy = model;
  CompileOptions compiled = model.compiled();
  compiled.optimizer = SGD{.learning_rate = 1.0};
  copy.compile(std::move(compiled));
  const std::vector<float> begin(model.get_weights().begin(), model.get_weights().end());
  options.steps_per_epoch = settings.gradient_steps;
  options.callbacks = {LambdaCallback{.on_train_batch_end = [&](Training& training, int, const Logs&) {
    const std::vector<float> end = training.weights();
    std::size_t k = 0;
    for (const Variable& v : model.variables())
      if (is_trained_kernel(v))
        kernels[k++].gradient_norm +=
            distance_between(std::span(begin).subspan(v.offset, v.size()), std::span(end).subspan(v.offset, v.size())) /
            settings.gradient_steps;
    training.set_weights(begin);
  }}};
  static_cast<void>(copy.fit(train, options));
}

}  // namespace

std::vector<Layer> undisturbed(std::vector<Layer> layers) {
  std::erase_if(layers, [](const Layer& layer) {
    return std::holds_alternative<RandomFlip>(layer) || std::holds_alternative<RandomTranslation>(layer);
  });
  for (Layer& layer : layers)
    std::visit(
        [](auto& l) {
          using L = std::remove_cvref_t<decltype(l)>;
          if constexpr (requires { l.kernel_constraint; }) l.kernel_constraint.reset();
          if constexpr (requires { l.bias_constraint; }) l.bias_constraint.reset();
          if constexpr (requires { l.alpha_constraint; }) l.alpha_constraint.reset();
          if constexpr (requires { l.gamma_constraint; }) l.gamma_constraint.reset();
          if constexpr (requires { l.beta_constraint; }) l.beta_constraint.reset();
          if constexpr (std::is_same_v<L, Dropout> || std::is_same_v<L, GaussianDropout> ||
                        std::is_same_v<L, AlphaDropout>)
            l.rate = 0;
          else if constexpr (std::is_same_v<L, GaussianNoise>)
            l.stddev = 0;
          else if constexpr (std::is_same_v<L, BatchNormalization>)
            l.momentum = 0;
          else if constexpr (std::is_same_v<L, Residual>)
            l.layers = undisturbed(std::move(l.layers));
        },
        static_cast<Layer::Alternatives&>(layer));
  return layers;
}

FitOptions experiment_options(FitOptions options, int threads, std::ostream& said) {
  options.epochs = 1;
  options.initial_epoch = 0;
  options.validation_data.reset();
  options.validation_sample_weight.clear();
  options.validation_split = 0;
  options.validation_freq_steps.reset();
  options.training_score = false;
  options.callbacks.clear();
  options.threads = threads;
  options.output = &said;
  return options;
}

double distance_between(std::span<const float> a, std::span<const float> b) {
  double squares = 0;
  for (std::size_t i = 0; i < a.size(); ++i) squares += (double{a[i]} - b[i]) * (double{a[i]} - b[i]);
  return std::sqrt(squares);
}

bool uses_batch_statistics(const Sequential& model) { return normalises_over_batches(model.layers()); }

Sequential with_recomputed_statistics(const Sequential& model, const Dataset& train, int batch_size,
                                      const ProbeSettings& settings) {
  Sequential copy = standing(model);
  MeanWeights statistics;
  std::ostringstream said;
  FitOptions options{.batch_size = batch_size, .training_score = false, .threads = settings.threads, .output = &said};
  const auto batches = static_cast<int>((train.size() - 1) / static_cast<std::size_t>(batch_size)) + 1;
  options.steps_per_epoch = std::min(settings.statistics_steps, batches);
  options.callbacks = {LambdaCallback{
      .on_train_batch_end = [&](Training& training, int, const Logs&) { statistics.add(training.weights()); }}};
  static_cast<void>(copy.fit(train, options));
  Sequential result = model;
  std::vector<float> weights(model.get_weights().begin(), model.get_weights().end());
  const std::vector<float> mean = statistics.mean();
  for (const Variable& v : model.variables()) {
    if (!v.path.ends_with("/moving_mean") && !v.path.ends_with("/moving_variance")) continue;
    const auto first = static_cast<std::ptrdiff_t>(v.offset), last = first + static_cast<std::ptrdiff_t>(v.size());
    std::copy(mean.begin() + first, mean.begin() + last, weights.begin() + first);
  }
  result.set_weights(weights);
  return result;
}

Logs score_by_batch_statistics(const Sequential& model, const Dataset& data, int batch_size,
                               const ProbeSettings& settings) {
  Sequential copy = standing(model);
  std::ostringstream said;
  const History history =
      copy.fit(data, {.batch_size = batch_size, .training_score = false, .threads = settings.threads, .output = &said});
  return history.epochs.empty() ? Logs() : history.epochs.back();
}

FurtherSteps take_further_steps(const Sequential& model, const Dataset& train, FitOptions options,
                                const ProbeSettings& settings) {
  std::ostringstream said;
  options = experiment_options(std::move(options), settings.threads, said);

  FurtherSteps further{model, {}};
  for (const Variable& v : model.variables())
    if (is_trained_kernel(v)) further.kernels.push_back({v.path.substr(0, v.path.rfind('/'))});
  measure_gradients(model, train, options, settings, further.kernels);

  MeanWeights mean;
  std::vector<float> before;
  double pairs = 0;
  options.steps_per_epoch = settings.further_steps;
  options.callbacks = {LambdaCallback{.on_train_batch_end = [&](Training& training, int step, const Logs&) {
    if (step % kStride == kStride - 2) before = training.weights();
    if (step % kStride != kStride - 1) return;
    const std::vector<float> after = training.weights();
    mean.add(after);
    ++pairs;
    std::size_t k = 0;
    for (const Variable& v : model.variables()) {
      if (!is_trained_kernel(v)) continue;
      const auto old = std::span<const float>(before).subspan(v.offset, v.size());
      further.kernels[k++].update_ratio +=
          distance_between(old, std::span<const float>(after).subspan(v.offset, v.size())) / length(old);
    }
  }}};
  Sequential walking = model;
  static_cast<void>(walking.fit(train, options));
  for (KernelMotion& kernel : further.kernels) kernel.update_ratio /= pairs;
  if (pairs > 0) further.averaged.set_weights(mean.mean());
  return further;
}

}  // namespace telar
