#include "study/why/gradient_walk.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <sstream>

#include "study/why/probes.hpp"

namespace telar {

namespace {

constexpr double kPlaces[] = {0.5, 1, 2, 4};  // in steps

/// Calls `use` with each trained variable's numbers in every one of the lists of weights.
template <class Use, class... Lists>
void for_trained(const Sequential& model, const Use& use, const Lists&... lists) {
  for (const Variable& v : model.variables())
    if (v.trainable) use(std::span<const float>(lists).subspan(v.offset, v.size())...);
}

double mean_step_length(const Sequential& model, const Dataset& train, const FitOptions& options,
                        const GradientWalkSettings& settings) {
  std::ostringstream said;
  FitOptions walk = experiment_options(options, settings.threads, said);
  walk.steps_per_epoch = settings.steps;
  std::vector<float> before(model.get_weights().begin(), model.get_weights().end());
  double length = 0, moves = 0;
  walk.callbacks = {LambdaCallback{.on_train_batch_end = [&](Training& training, int, const Logs&) {
    std::vector<float> after = training.weights();
    double squares = 0;
    for_trained(
        model, [&squares](auto a, auto b) { squares += std::pow(distance_between(a, b), 2); }, before, after);
    length += std::sqrt(squares);
    moves += squares > 0 ? 1 : 0;  // while gradients add up for a step to come, nothing moves
    before = std::move(after);
  }}};
  Sequential walking = model;
  static_cast<void>(walking.fit(train, walk));
  return moves > 0 ? length / moves : 0;
}

/// Rows of one batch, spread over the whole set: a set may be sorted.
std::vector<std::uint32_t> rows_of_batch(std::size_t samples, std::size_t batch_size, std::size_t batch,
                                         std::size_t batches) {
  std::vector<std::uint32_t> rows;
  for (std::size_t i = 0; i < batch_size; ++i)
    rows.push_back(static_cast<std::uint32_t>((i * batches + batch) * samples / (batch_size * batches)));
  return rows;
}

/// Goes along the gradient of one batch, and adds what it sees.
class Walk {
 public:
  Walk(const Sequential& model, GradientWalk& found)
      : model_(model), found_(found), start_(model.get_weights().begin(), model.get_weights().end()) {}

  void on_train_batch_end(Training& training, const Logs& logs) {
    // The step was one of SGD with a rate of 1: how far it went is the gradient.
    const std::vector<float> after = training.weights();
    std::vector<double> gradient;
    for_trained(
        model_,
        [&gradient](auto before, auto now) {
          for (std::size_t i = 0; i < before.size(); ++i) gradient.push_back(double{before[i]} - now[i]);
        },
        here_.empty() ? start_ : here_, after);
    const double loss = logs.get("loss").value_or(std::numeric_limits<double>::quiet_NaN());
    if (here_.empty()) {
      loss_ = loss;
      gradient_ = std::move(gradient);
      length_ = length_of(gradient_);
    } else {
      look(found_.places[place_++], loss, gradient);
    }
    if (place_ == found_.places.size()) return;
    go(found_.places[place_].steps * found_.step_length);
    training.set_weights(here_);
  }

  /// The places that it did not get to, since the loss was not finite on the way.
  void end() {
    constexpr double kUnseen = std::numeric_limits<double>::quiet_NaN();
    for (; place_ < found_.places.size(); ++place_)
      found_.places[place_] = {found_.places[place_].steps, kUnseen, kUnseen, kUnseen, kUnseen};
  }

 private:
  static double length_of(const std::vector<double>& gradient) {
    double squares = 0;
    for (const double x : gradient) squares += x * x;
    return std::sqrt(squares);
  }

  void look(GradientWalk::Place& place, double loss, const std::vector<double>& gradient) const {
    double squares = 0, product = 0;
    for (std::size_t i = 0; i < gradient.size(); ++i) {
      squares += (gradient[i] - gradient_[i]) * (gradient[i] - gradient_[i]);
      product += gradient[i] * gradient_[i];
    }
    place.fall += loss_ - loss;
    place.predicted += place.steps * found_.step_length * length_;
    place.gradient_change += std::sqrt(squares) / length_;
    place.cosine += product / (length_ * length_of(gradient));
  }

  void go(double distance) {
    here_ = start_;
    if (length_ == 0) return;
    std::size_t i = 0;
    for (const Variable& v : model_.variables())
      if (v.trainable)
        for (std::size_t k = v.offset; k < v.offset + v.size(); ++k)
          here_[k] -= static_cast<float>(distance / length_ * gradient_[i++]);
  }

  const Sequential& model_;
  GradientWalk& found_;
  std::vector<float> start_, here_{};
  std::vector<double> gradient_{};
  double loss_ = 0, length_ = 0;
  std::size_t place_ = 0;
};

}  // namespace

GradientWalk walk_along_gradient(const Sequential& model, const Dataset& train, const FitOptions& options,
                                 const GradientWalkSettings& settings) {
  GradientWalk found{mean_step_length(model, train, options, settings), {}};
  for (const double steps : kPlaces) found.places.push_back({.steps = steps});
  Sequential probe(model.input(), undisturbed(model.layers()), model.seed());
  CompileOptions compiled = model.compiled();
  compiled.optimizer = SGD{.learning_rate = 1.0};
  probe.compile(std::move(compiled));

  const auto batches = static_cast<std::size_t>(settings.batches);
  const std::size_t size = std::min(static_cast<std::size_t>(options.batch_size), train.size());
  for (std::size_t b = 0; b < batches; ++b) {
    const std::vector<std::uint32_t> rows = rows_of_batch(train.size(), size, b, batches);
    std::ostringstream said;
    FitOptions steps = experiment_options(options, settings.threads, said);
    steps.batch_size = static_cast<int>(size);
    steps.epochs = 1 + static_cast<int>(found.places.size());  // an epoch is a step on the same batch
    steps.steps_per_epoch.reset();
    steps.shuffle = false;
    steps.mixup.reset();
    if (!options.sample_weight.empty()) {
      steps.sample_weight.clear();
      for (const std::uint32_t row : rows) steps.sample_weight.push_back(options.sample_weight[row]);
    }
    Walk walk(model, found);
    steps.callbacks = {LambdaCallback{.on_train_batch_end = [&walk](Training& training, int, const Logs& logs) {
      walk.on_train_batch_end(training, logs);
    }}};
    probe.set_weights(model.get_weights());
    static_cast<void>(probe.fit(train.subset(rows), steps));
    walk.end();
  }
  for (GradientWalk::Place& place : found.places)
    for (double* number : {&place.fall, &place.predicted, &place.gradient_change, &place.cosine})
      *number /= static_cast<double>(batches);
  return found;
}

}  // namespace telar
