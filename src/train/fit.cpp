#include "train/fit.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <iostream>
#include <utility>

#include <telar/error.hpp>

#include "data/batches.hpp"
#include "train/callback.hpp"
#include "train/diagnosis.hpp"
#include "train/metrics.hpp"
#include "train/mixup.hpp"
#include "train/monitor.hpp"
#include "train/progress.hpp"
#include "train/session.hpp"

namespace telar {

namespace {

using Clock = std::chrono::steady_clock;
constexpr int kLastEpoch = 1 << 30;

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

PlanOptions plan_options(const Sequential::State& state, int batch_size) {
  PlanOptions options{batch_size, state.compiled.loss, {}, state.compiled.dtype == DType::mixed_bfloat16};
  set_optimizer(options, state.compiled.optimizer);
  options.outputs = MetricSums::read_outputs(measured_metrics(state.compiled));
  return options;
}

/// One fit. It is also what the callbacks see.
class Loop final : public Training {
 public:
  Loop(const Sequential& model, Sequential::State& state, const Dataset& data, const FitOptions& options,
       const FitWeights& weights)
      : model_(model),
        state_(state),
        options_(options),
        rate_(learning_rate_of(state.compiled.optimizer)),
        weights_(weights),
        data_(data),
        truth_(data, classes_of(state.model, *state.compiled.loss, data)),
        input_(bind(data)),
        session_(state.model, plan_options(state, options.batch_size), options.threads),
        metrics_(measured_metrics(state.compiled), state.model, *state.compiled.loss, data),
        callbacks_(start(options.callbacks)),
        epoch_(options.initial_epoch) {
    if (!weights.training.empty()) input_.weights = weights.training.data();
    if (options.mixup)
      mixer_.emplace(*options.mixup, data, truth_, state.model.outputs(), options.batch_size, state.model.seed());
    for (std::size_t s = 0; s < state_.optimizer.slots.size(); ++s)
      session_.executable().write_slot(static_cast<int>(s), state_.optimizer.slots[s].data());
    if (const auto& validation = options.validation_data) {
      validation_truth_.emplace(*validation, classes_of(state.model, *state.compiled.loss, *validation));
      validation_metrics_.emplace(measured_metrics(state.compiled), state.model, *state.compiled.loss, *validation);
    }
    for (const LambdaCallback& callback : callbacks_) {
      watches_begins_ = watches_begins_ || callback.on_train_batch_begin;
      watches_batches_ = watches_batches_ || callback.on_train_batch_end;
      watches_tests_ = watches_tests_ || callback.on_test_batch_begin || callback.on_test_batch_end;
    }
  }

  History run() {
    for (const LambdaCallback& callback : callbacks_)
      if (callback.on_train_begin) callback.on_train_begin(*this);
    for (int epoch = epoch_; epoch < options_.epochs && !stop_; ++epoch) {
      epoch_ = epoch;
      for (const LambdaCallback& callback : callbacks_)
        if (callback.on_epoch_begin) callback.on_epoch_begin(*this, epoch);
      if (!train_epoch(epoch)) break;
      Logs logs;
      log(logs, false, tally_, metrics_);
      if (options_.validation_freq_steps) {
        for (const auto& [name, value] : step_validation_.entries()) logs.set(name, value);
        step_validation_ = {};
      } else if (options_.validation_data && (epoch + 1) % options_.validation_freq == 0) {
        validate(logs);
      }
      ended_epoch_ = &logs;
      for (const LambdaCallback& callback : callbacks_)
        if (callback.on_epoch_end) callback.on_epoch_end(*this, epoch, logs);
      ended_epoch_ = nullptr;
      history_.epochs.push_back(std::move(logs));
      step_ = 0;
    }
    if (averages_in_network_) swap_averages();
    if (update_rule(state_.compiled.optimizer).averages) take_averages(false);
    for (const LambdaCallback& callback : callbacks_)
      if (callback.on_train_end) callback.on_train_end(*this);
    if (next_batch_ > 0 && history_.ended != Ended::interrupted && history_.ended != Ended::diverged)
      ++state_.epochs_trained;  // the next fit starts with an order of its own
    session_.executable().read_weights(state_.model.weights().data());
    for (std::size_t s = 0; s < state_.optimizer.slots.size(); ++s)
      session_.executable().read_slot(static_cast<int>(s), state_.optimizer.slots[s].data());
    return std::move(history_);
  }

  // ---- Training ----
  int epochs() const override { return options_.epochs; }
  int steps_per_epoch() const override { return options_.steps_per_epoch.value_or(batches()); }
  double learning_rate() const override { return static_cast<double>(state_.optimizer.learning_rate); }
  std::int64_t iterations() const override { return state_.optimizer.iterations; }
  void set_learning_rate(double rate) override {
    if (rate_.schedule() != nullptr)
      throw Error(ErrorCode::usage, "callback", "the learning rate follows a schedule, so it cannot be set",
                  "give the optimizer a number as learning_rate");
    state_.optimizer.learning_rate = static_cast<float>(rate);
  }
  std::vector<float> weights() override {
    std::vector<float> values(state_.model.weights().size());
    session_.executable().read_weights(values.data());
    return values;
  }
  void set_weights(std::span<const float> values) override {
    if (values.size() == state_.model.weights().size()) session_.executable().write_weights(values.data());
  }
  void save_weights(const std::filesystem::path& file) override {
    session_.executable().read_weights(state_.model.weights().data());
    model_.save_weights(file);
  }
  void swap_averages() override {
    if (!update_rule(state_.compiled.optimizer).averages)
      throw Error(ErrorCode::usage, "callback", "the optimizer keeps no moving averages of the weights",
                  "give it use_ema = true");
    if (!has_averages()) return;
    take_averages(true);
    averages_in_network_ = !averages_in_network_;
  }
  const History& history() const override { return history_; }
  void save_progress(const std::filesystem::path& file) override {
    const bool swapped = averages_in_network_;
    if (swapped) swap_averages();
    Progress progress = identity();
    progress.epoch = epoch_;
    progress.epoch_ended = ended_epoch_ != nullptr;
    progress.step = step_;
    progress.batch = next_batch_;
    progress.epochs_trained = state_.epochs_trained;
    // In the middle of an epoch, whoever wants to stop will say so again.
    progress.stopped = progress.epoch_ended && history_.ended == Ended::stopped_early;
    progress.optimizer = state_.optimizer;
    progress.weights = weights();
    for (std::size_t s = 0; s < progress.optimizer.slots.size(); ++s)
      session_.executable().read_slot(static_cast<int>(s), progress.optimizer.slots[s].data());
    if (swapped) swap_averages();
    progress.seconds = seconds_;
    progress.tally = tally_;
    progress.metrics = metrics_.sums();
    progress.steps_since_validation = steps_since_validation_;
    progress.step_validation = step_validation_;
    progress.history = history_;
    if (ended_epoch_ != nullptr) progress.history.epochs.push_back(*ended_epoch_);
    if (!progress.stopped) progress.history.reason.clear();
    for (const RunningCallback& callback : callbacks_) {
      if (!callback.snapshot) continue;
      Snapshot state;
      callback.snapshot(*this, state);
      progress.callbacks.push_back({callback.name, state.bytes()});
    }
    write_progress(file, progress);
  }
  void load_progress(const std::filesystem::path& file) override {
    Progress progress = read_progress(file);
    check(progress, file.string());
    session_.executable().write_weights(progress.weights.data());
    for (std::size_t s = 0; s < progress.optimizer.slots.size(); ++s)
      session_.executable().write_slot(static_cast<int>(s), progress.optimizer.slots[s].data());
    state_.optimizer = std::move(progress.optimizer);
    state_.epochs_trained = progress.epochs_trained;
    epoch_ = progress.epoch + progress.epoch_ended;
    step_ = progress.epoch_ended ? 0 : progress.step;
    next_batch_ = progress.batch;
    seconds_ = progress.seconds;
    tally_ = progress.tally;
    metrics_.set_sums(progress.metrics);
    steps_since_validation_ = progress.steps_since_validation;
    step_validation_ = std::move(progress.step_validation);
    history_ = std::move(progress.history);
    if (progress.stopped) stop(Ended::stopped_early, history_.reason);
    for (const RunningCallback& callback : callbacks_) {
      const auto stored = std::ranges::find(progress.callbacks, callback.name, &Progress::Callback::name);
      if (!callback.snapshot || stored == progress.callbacks.end()) continue;
      Snapshot state(stored->state);
      callback.snapshot(*this, state);
      if (state.left() > 0)
        throw Error(ErrorCode::data, file.string(), "what it has for " + callback.name + " is of another callback",
                    "give the training the callbacks it had, or delete the file");
    }
  }
  Ended status() const override { return history_.ended; }
  void stop(Ended ended, std::string reason) override {
    stop_ = true;
    history_.ended = ended;
    history_.reason = std::move(reason);
  }
  std::ostream& output() override { return options_.output != nullptr ? *options_.output : std::cerr; }

 private:
  /// What tells this training from others.
  [[nodiscard]] Progress identity() const {
    Progress own;
    own.seed = state_.model.seed();
    own.rule = static_cast<int>(update_rule(state_.compiled.optimizer).kind);
    own.batch_size = options_.batch_size;
    own.samples = data_.size();
    for (const Variable& v : state_.model.variables()) own.variables.push_back(v.path + " " + shape_text(v.shape));
    return own;
  }

  /// Throws Error (data) unless this training can go on from `progress`.
  void check(const Progress& progress, const std::string& file) const {
    const Progress own = identity();
    const auto refuse = [&](const std::string& message) {
      throw Error(ErrorCode::data, file, "the checkpoint " + message,
                  "it is that of another training; delete it to start anew");
    };
    const auto compare = [&](const std::string& what, std::uint64_t theirs, std::uint64_t ours) {
      if (theirs != ours)
        refuse("has " + what + " " + std::to_string(theirs) + ", but this training " + std::to_string(ours));
    };
    const auto text = [](int count) { return static_cast<std::uint64_t>(count); };
    compare("seed", progress.seed, own.seed);
    for (std::size_t i = 0; i < std::min(progress.variables.size(), own.variables.size()); ++i)
      if (progress.variables[i] != own.variables[i])
        refuse("has " + progress.variables[i] + ", but this training " + own.variables[i]);
    compare("variables", progress.variables.size(), own.variables.size());
    bool fits = progress.rule == own.rule && progress.weights.size() == state_.model.weights().size() &&
                progress.optimizer.slots.size() == state_.optimizer.slots.size() && progress.optimizer.iterations >= 0;
    for (const std::vector<float>& slot : progress.optimizer.slots)
      fits = fits && slot.size() == progress.weights.size();
    if (!fits) refuse("is that of another optimizer");
    compare("samples", progress.samples, own.samples);
    compare("batch_size", text(progress.batch_size), text(own.batch_size));
    if (progress.metrics.size() != metrics_.sums().size()) refuse("has other metrics");
    if (progress.epoch < 0 || progress.epoch > kLastEpoch || progress.step < 0 || progress.step > steps_per_epoch() ||
        progress.batch < 0 || progress.batch > batches())
      refuse("is at a batch that this training does not have");
    const auto reached = [](std::int64_t count) { return count >= 0 && count <= std::int64_t{1} << 62; };
    if (!reached(progress.optimizer.iterations) || !reached(progress.epochs_trained) ||
        !reached(static_cast<std::int64_t>(progress.tally.samples)) || progress.steps_since_validation < 0 ||
        progress.steps_since_validation > kLastEpoch)
      refuse("has counts that no training reaches");
  }

  /// Whether a step has moved the weights.
  [[nodiscard]] bool has_averages() const {
    const int steps =
        std::visit([](const auto& o) { return o.gradient_accumulation_steps.value_or(1); }, state_.compiled.optimizer);
    return state_.optimizer.iterations >= steps;
  }

  /// What was trained becomes its moving average, which becomes what was trained if they `exchange` places.
  void take_averages(bool exchange) {
    if (!has_averages()) return;
    const int slot = update_rule(state_.compiled.optimizer).average_slot();
    std::vector<float> values = weights(), averages(values.size());
    session_.executable().read_slot(slot, averages.data());
    for (const Variable& v : state_.model.variables())
      if (v.trainable) {
        const auto begin = static_cast<std::ptrdiff_t>(v.offset), end = begin + static_cast<std::ptrdiff_t>(v.size());
        std::swap_ranges(averages.begin() + begin, averages.begin() + end, values.begin() + begin);
      }
    set_weights(values);
    if (exchange) session_.executable().write_slot(slot, averages.data());
  }

  /// Of one pass through the data, the short last one included.
  [[nodiscard]] int batches() const {
    const std::size_t batch = static_cast<std::size_t>(options_.batch_size);
    return static_cast<int>((data_.size() + batch - 1) / batch);
  }

  void new_order() {
    epoch_order(order_, data_.size(), state_.model.seed(), static_cast<std::uint64_t>(state_.epochs_trained),
                options_.shuffle);
    for (std::uint32_t& position : order_) position = data_.rows()[position];
  }

  /// Ends the training: says where, and what the first number was that is not finite.
  void diverge(int epoch, int step) {
    session_.executable().read_weights(state_.model.weights().data());
    const std::span<const std::uint32_t> rows(input_.index, static_cast<std::size_t>(input_.rows));
    stop(Ended::diverged, "the loss was not finite at epoch " + std::to_string(epoch + 1) + ", step " +
                              std::to_string(step + 1) + ": " + first_not_finite(state_.model, data_, rows));
    for (const Callback& callback : options_.callbacks)
      if (callback.stock() != nullptr && std::holds_alternative<TerminateOnNaN>(*callback.stock()))
        output() << "Batch " << step << ": Invalid loss, terminating training\n";
  }

  /// False if the epoch was cut short.
  bool train_epoch(int epoch) {
    const Clock::time_point begin = Clock::now();
    if (next_batch_ == 0 || order_.empty()) new_order();
    // A training that was restored in the middle of an epoch has taken its first steps already.
    const int first = step_;
    if (first == 0) {
      tally_ = {};
      metrics_.reset();
      seconds_ = 0;
    }
    seconds_ += seconds_since(begin);
    steps_ = std::min(steps_per_epoch(), first + batches() - next_batch_);
    if (steps_ < steps_per_epoch())
      warn_(output(), "the data ran out in an epoch, which is short: " + std::to_string(batches()) +
                          " batches are no multiple of steps_per_epoch " + std::to_string(steps_per_epoch()));
    for (int step = first; step < steps_; ++step) {
      if (watches_begins_)
        for (const LambdaCallback& callback : callbacks_)
          if (callback.on_train_batch_begin) callback.on_train_batch_begin(*this, step);
      const Clock::time_point start = Clock::now();
      if (!train_step(static_cast<std::size_t>(next_batch_) * static_cast<std::size_t>(options_.batch_size))) {
        diverge(epoch, step);
        return false;
      }
      ++next_batch_;
      step_ = step + 1;
      seconds_ += seconds_since(start);
      if (options_.validation_freq_steps && ++steps_since_validation_ == *options_.validation_freq_steps) {
        steps_since_validation_ = 0;
        step_validation_ = {};
        validate(step_validation_);
        history_.validations.push_back({epoch, step + 1, step_validation_});
      }
      if (watches_batches_) {  // a checkpoint that one of them writes has all of this step in it
        log(batch_logs_, false, tally_, metrics_);
        for (const LambdaCallback& callback : callbacks_)
          if (callback.on_train_batch_end) callback.on_train_batch_end(*this, step, batch_logs_);
      }
      if (!stop_ || step_ == steps_) continue;
      if (history_.ended != Ended::stopped_early) return false;
      break;
    }
    if (next_batch_ == batches()) {
      next_batch_ = 0;
      ++state_.epochs_trained;
    }
    history_.epoch_seconds.push_back(seconds_);
    return true;
  }

  bool train_step(std::size_t begin) {
    input_.rows = static_cast<int>(std::min(order_.size() - begin, static_cast<std::size_t>(options_.batch_size)));
    input_.index = order_.data() + begin;
    input_.upcoming = order_.size() - begin - static_cast<std::size_t>(input_.rows);
    input_.step = static_cast<std::uint64_t>(state_.optimizer.iterations);
    if (rate_.schedule() != nullptr)
      state_.optimizer.learning_rate = static_cast<float>(rate_.at(state_.optimizer.iterations));
    set_update(input_, state_.compiled.optimizer, state_.optimizer.learning_rate, state_.optimizer.iterations + 1);
    const compute::StepInput batch = mixer_ ? mixer_->mix(input_) : input_;
    const compute::StepResult result = session_.executable().run(compute::Phase::train, batch);
    if (!result.finite) return false;
    ++state_.optimizer.iterations;
    tally_.samples += input_.rows;
    tally_.batch_losses += result.loss * input_.rows;
    tally_.divisor += input_.rows;
    metrics_.add(session_.executable(), session_.output(), batch, mixer_ ? mixer_->truth() : truth_);
    return true;
  }

  void validate(Logs& logs) {
    for (const LambdaCallback& callback : callbacks_)
      if (callback.on_test_begin) callback.on_test_begin(*this);
    const Clock::time_point start = Clock::now();
    validation_metrics_->reset();
    const Tally tally = session_.evaluate(*options_.validation_data, *validation_truth_, *validation_metrics_,
                                          weights_.validation, {}, watches_tests_ ? test_watch() : EvaluationWatch{});
    history_.validation_seconds.push_back(seconds_since(start));
    log(logs, true, tally, *validation_metrics_);
    Logs test_logs;
    log(test_logs, false, tally, *validation_metrics_);
    for (const LambdaCallback& callback : callbacks_)
      if (callback.on_test_end) callback.on_test_end(*this, test_logs);
  }

  EvaluationWatch test_watch() {
    return {[this](int batch) {
              for (const LambdaCallback& callback : callbacks_)
                if (callback.on_test_batch_begin) callback.on_test_batch_begin(*this, batch);
            },
            [this](int batch, const Tally& tally) {
              Logs logs;
              log(logs, false, tally, *validation_metrics_);
              for (const LambdaCallback& callback : callbacks_)
                if (callback.on_test_batch_end) callback.on_test_batch_end(*this, batch, logs);
            }};
  }

  static void log(Logs& logs, bool validation, const Tally& tally, const MetricSums& metrics) {
    // Names short enough that no string allocates.
    logs.set(validation ? "val_loss" : "loss", tally.loss());
    metrics.log(logs, validation);
  }

  const Sequential& model_;
  Sequential::State& state_;
  const FitOptions& options_;
  const LearningRate& rate_;
  const FitWeights& weights_;
  const Dataset& data_;
  const Truth truth_;
  std::optional<Truth> validation_truth_;
  compute::StepInput input_;
  std::optional<Mixer> mixer_;
  Session session_;
  MetricSums metrics_;  // of the epoch so far
  std::optional<MetricSums> validation_metrics_;
  std::vector<RunningCallback> callbacks_;
  std::vector<std::uint32_t> order_;  // stored rows in the order of this epoch
  int next_batch_ = 0;                // of this order: an epoch of fewer steps leaves some to the next one
  Tally tally_;                       // of the epoch so far
  double seconds_ = 0;                // of its steps
  Logs batch_logs_;
  History history_;
  bool watches_begins_ = false;
  bool watches_batches_ = false;
  bool watches_tests_ = false;
  int epoch_ = 0;                      // the one at hand, or the first
  int step_ = 0;                       // of this epoch: steps taken
  int steps_ = -1;                     // that it has
  const Logs* ended_epoch_ = nullptr;  // while its callbacks run
  int steps_since_validation_ = 0;
  Logs step_validation_;  // the last one of this epoch, if there was one
  bool averages_in_network_ = false;
  WarnOnce warn_;
  bool stop_ = false;
};

}  // namespace

History train(const Sequential& model, Sequential::State& state, const Dataset& data, const FitOptions& options,
              const FitWeights& weights) {
  return Loop(model, state, data, options, weights).run();
}

}  // namespace telar
