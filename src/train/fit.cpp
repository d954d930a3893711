#include "train/fit.hpp"

#include <chrono>
#include <cmath>
#include <iostream>
#include <utility>

#include "data/batches.hpp"
#include "train/callback.hpp"
#include "train/session.hpp"

namespace telar {

namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

/// One fit. It is also what the callbacks see.
class Loop final : public Training {
 public:
  Loop(Sequential::State& state, const Dataset& data, const FitOptions& options)
      : state_(state),
        options_(options),
        data_(data),
        truth_(data),
        input_(bind(data)),
        session_(state.model, {options.batch_size, state.compiled.loss, update_rule(state.compiled.optimizer)},
                 options.threads),
        callbacks_(start(options.callbacks)) {
    for (std::size_t s = 0; s < state_.optimizer.slots.size(); ++s)
      session_.executable().write_slot(static_cast<int>(s), state_.optimizer.slots[s].data());
    if (options.validation_data) validation_truth_.emplace(*options.validation_data);
    has_accuracy_ = !state.compiled.metrics.empty();
    for (const LambdaCallback& callback : callbacks_)
      watches_batches_ = watches_batches_ || callback.on_train_batch_end;
  }

  History run() {
    for (const LambdaCallback& callback : callbacks_)
      if (callback.on_train_begin) callback.on_train_begin(*this);
    for (int epoch = 0; epoch < options_.epochs && !stop_; ++epoch) {
      for (const LambdaCallback& callback : callbacks_)
        if (callback.on_epoch_begin) callback.on_epoch_begin(*this, epoch);
      if (!train_epoch(epoch)) break;
      Logs logs;
      log(logs, "", tally_);
      if (options_.validation_data) validate(logs);
      for (const LambdaCallback& callback : callbacks_)
        if (callback.on_epoch_end) callback.on_epoch_end(*this, epoch, logs);
      history_.epochs.push_back(std::move(logs));
    }
    for (const LambdaCallback& callback : callbacks_)
      if (callback.on_train_end) callback.on_train_end(*this);
    session_.executable().read_weights(state_.model.weights().data());
    for (std::size_t s = 0; s < state_.optimizer.slots.size(); ++s)
      session_.executable().read_slot(static_cast<int>(s), state_.optimizer.slots[s].data());
    return std::move(history_);
  }

  // ---- Training ----
  int epochs() const override { return options_.epochs; }
  int steps_per_epoch() const override {
    const std::size_t batch = static_cast<std::size_t>(options_.batch_size);
    return static_cast<int>((data_.size() + batch - 1) / batch);
  }
  double learning_rate() const override { return static_cast<double>(state_.optimizer.learning_rate); }
  void set_learning_rate(double rate) override { state_.optimizer.learning_rate = static_cast<float>(rate); }
  std::vector<float> weights() override {
    std::vector<float> values(state_.model.weights().size());
    session_.executable().read_weights(values.data());
    return values;
  }
  void set_weights(std::span<const float> values) override {
    if (values.size() == state_.model.weights().size()) session_.executable().write_weights(values.data());
  }
  void stop(Ended ended, std::string reason) override {
    stop_ = true;
    history_.ended = ended;
    history_.reason = std::move(reason);
  }
  std::ostream& output() override { return options_.output != nullptr ? *options_.output : std::cerr; }

 private:
  /// False if the epoch was cut short.
  bool train_epoch(int epoch) {
    const Clock::time_point begin = Clock::now();
    epoch_order(order_, data_.size(), state_.model.seed(), static_cast<std::uint64_t>(state_.epochs_trained),
                options_.shuffle);
    for (std::uint32_t& position : order_) position = data_.rows()[position];
    tally_ = {};
    double seconds = seconds_since(begin);
    const int steps = steps_per_epoch();
    for (int step = 0; step < steps; ++step) {
      const Clock::time_point start = Clock::now();
      if (!train_step(static_cast<std::size_t>(step) * static_cast<std::size_t>(options_.batch_size))) {
        stop(Ended::diverged,
             "the loss was not finite at epoch " + std::to_string(epoch + 1) + ", step " + std::to_string(step + 1));
        return false;
      }
      seconds += seconds_since(start);
      if (watches_batches_) {
        log(batch_logs_, "", tally_);
        for (const LambdaCallback& callback : callbacks_)
          if (callback.on_train_batch_end) callback.on_train_batch_end(*this, step, batch_logs_);
      }
      if (stop_ && step + 1 < steps) return false;
    }
    ++state_.epochs_trained;
    history_.epoch_seconds.push_back(seconds);
    return true;
  }

  bool train_step(std::size_t begin) {
    input_.rows = static_cast<int>(std::min(order_.size() - begin, static_cast<std::size_t>(options_.batch_size)));
    input_.index = order_.data() + begin;
    input_.step = static_cast<std::uint64_t>(state_.optimizer.iterations);
    input_.rate =
        update_rate(state_.compiled.optimizer, state_.optimizer.learning_rate, state_.optimizer.iterations + 1);
    const compute::StepResult result = session_.executable().run(compute::Phase::train, input_);
    if (!result.finite) return false;
    ++state_.optimizer.iterations;
    tally_.samples += input_.rows;
    tally_.batch_losses += result.loss * input_.rows;
    for (int r = 0; r < input_.rows; ++r)
      tally_.correct +=
          static_cast<std::int32_t>(session_.executable().row_class()[r]) == truth_[input_.index[r]] ? 1 : 0;
    return true;
  }

  void validate(Logs& logs) {
    const Clock::time_point start = Clock::now();
    const Tally tally = session_.evaluate(*options_.validation_data, *validation_truth_);
    history_.validation_seconds.push_back(seconds_since(start));
    log(logs, "val_", tally);
  }

  void log(Logs& logs, const char* prefix, const Tally& tally) const {
    // Names short enough that no string allocates.
    logs.set(std::string(prefix) + "loss", tally.loss());
    if (has_accuracy_) logs.set(std::string(prefix) + "accuracy", tally.accuracy());
  }

  Sequential::State& state_;
  const FitOptions& options_;
  const Dataset& data_;
  const Truth truth_;
  std::optional<Truth> validation_truth_;
  compute::StepInput input_;
  Session session_;
  std::vector<LambdaCallback> callbacks_;
  std::vector<std::uint32_t> order_;  // stored rows in the order of this epoch
  Tally tally_;                       // of the epoch so far
  Logs batch_logs_;
  History history_;
  bool has_accuracy_ = false;
  bool watches_batches_ = false;
  bool stop_ = false;
};

}  // namespace

History train(Sequential::State& state, const Dataset& data, const FitOptions& options) {
  return Loop(state, data, options).run();
}

}  // namespace telar
