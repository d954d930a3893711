#include "tune/paused_training.hpp"

#include <algorithm>
#include <chrono>
#include <ostream>
#include <utility>
#include <variant>

#include <telar/error.hpp>
#include <telar/predictor.hpp>

#include "spec/stretch.hpp"

namespace telar {

namespace {

LearningRate rate_of(const Optimizer& optimizer) {
  return std::visit([](const auto& o) { return o.learning_rate; }, optimizer);
}

std::ostream& nowhere() {
  static thread_local std::ostream none(nullptr);
  return none;
}

}  // namespace

PausedTraining::PausedTraining(TrialTraining training)
    : training_(std::move(training)), rate_(rate_of(training_.model.compiled().optimizer)) {
  training_.fit.threads = 1;
  training_.fit.initial_epoch = 0;
  training_.fit.training_score = false;
  if (rate_.schedule() == nullptr) return;
  for (const Callback& callback : training_.fit.callbacks)
    if (callback.stock() != nullptr && (std::holds_alternative<ReduceLROnPlateau>(*callback.stock()) ||
                                        std::holds_alternative<EpochSchedule>(*callback.stock())))
      throw Error(ErrorCode::usage, "callbacks", "a callback cannot change a learning rate that follows a schedule",
                  "open one of the two, or none");
  CompileOptions options = training_.model.compiled();
  std::visit([this](auto& o) { o.learning_rate = rate_.at(0); }, options.optimizer);
  training_.model.compile(std::move(options));
}

std::size_t PausedTraining::bytes() const noexcept {
  constexpr std::size_t kCopies = 4;  // weights, and the slots that an optimiser has for each
  return training_.model.get_weights().size() * sizeof(float) * kCopies;
}

double PausedTraining::latency() const {
  using Clock = std::chrono::steady_clock;
  const Predictor predictor(training_.model);
  const std::vector<float> sample(static_cast<std::size_t>(predictor.inputs()), 0.5F);
  std::vector<float> result(static_cast<std::size_t>(predictor.outputs()));
  double fastest = 1e300;
  for (int i = 0; i < 30; ++i) {
    const Clock::time_point start = Clock::now();
    predictor.predict(sample, result);
    fastest = std::min(fastest, std::chrono::duration<double, std::micro>(Clock::now() - start).count());
  }
  return fastest;
}

TrainedPiece PausedTraining::train_to(int epochs, const std::function<bool()>& stopped) {
  FitOptions options = training_.fit;
  options.initial_epoch = epochs_;
  options.epochs = epochs;
  options.output = &nowhere();
  const double share = static_cast<double>(epochs) / full_epochs();
  for (Callback& callback : options.callbacks) {
    if (callback.stock() == nullptr) continue;
    if (const auto* schedule = std::get_if<EpochSchedule>(callback.stock()))
      callback = EpochSchedule{stretched(schedule->schedule, share), schedule->verbose};
  }
  // The rung's end is validated, and what comes before it only if somebody may look at it.
  options.validation_freq_steps.reset();
  options.validation_freq = options.callbacks.empty() ? epochs : 1;
  if (const LearningRate rate = stretched(rate_, share); rate.schedule() != nullptr)
    options.callbacks.push_back(LambdaCallback{
        .on_train_batch_begin = [rate](Training& t, int) { t.set_learning_rate(rate.at(t.iterations())); }});
  options.callbacks.push_back(LambdaCallback{.on_train_batch_end = [&stopped](Training& t, int, const Logs&) {
    if (stopped()) t.stop(Ended::interrupted, "the search has ended");
  }});
  TrainedPiece piece;
  piece.history = training_.model.fit(training_.data, options);
  piece.broken_off = piece.history.ended == Ended::interrupted || piece.history.ended == Ended::diverged;
  epochs_ = epochs;
  return piece;
}

}  // namespace telar
