#include "study/why/rate_sweep.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <numeric>
#include <sstream>

#include "study/batch_loss.hpp"
#include "study/why/probes.hpp"

namespace telar {

namespace {

constexpr double kLeastFall = 0.5;  // of the largest one with a smaller rate

int steps_of_epoch(const Recipe& recipe, std::size_t samples) {
  const auto batch = static_cast<std::size_t>(recipe.fit.batch_size);
  return recipe.fit.steps_per_epoch.value_or(static_cast<int>((samples + batch - 1) / batch));
}

/// The mean loss of the last quarter of so many batches; NaN if the training diverged.
double loss_with_rate(const Recipe& recipe, const RecipeData& data, double rate, int steps, int threads) {
  Sequential model = build_model(recipe, data.train);
  start_from(recipe, model);
  CompileOptions compiled = model.compiled();
  std::visit([rate](auto& optimizer) { optimizer.learning_rate = rate; }, compiled.optimizer);
  model.compile(std::move(compiled));

  std::ostringstream said;
  FitOptions options = experiment_options(fit_options(recipe, data), threads, said);
  const std::size_t size = std::min(static_cast<std::size_t>(options.batch_size), data.train.size());
  options.steps_per_epoch.reset();
  options.epochs = steps;  // at least one step an epoch
  std::vector<double> losses;
  BatchLoss batch_loss(data.train.size(), size);
  options.callbacks = {LambdaCallback{.on_train_batch_end = [&](Training& training, int batch, const Logs& logs) {
    losses.push_back(batch_loss.of(batch, logs.get("loss").value_or(std::numeric_limits<double>::quiet_NaN())));
    if (losses.size() == static_cast<std::size_t>(steps)) training.stop(Ended::completed, "");
  }}};
  const History history = model.fit(data.train, options);
  if (history.ended == Ended::diverged || losses.size() < static_cast<std::size_t>(steps))
    return std::numeric_limits<double>::quiet_NaN();
  const auto last = static_cast<std::ptrdiff_t>(std::max<std::size_t>(losses.size() / 4, 1));
  return std::accumulate(losses.end() - last, losses.end(), 0.0) / static_cast<double>(last);
}

}  // namespace

double highest_rate(const Recipe& recipe, std::size_t samples) {
  double highest = 0;
  const auto look = [&highest](const LearningRate& rate, std::int64_t steps) {
    for (std::int64_t step = 0; step < (rate.schedule() ? steps : 1); ++step)
      highest = std::max(highest, rate.at(step));
  };
  for (const Callback::Stock& callback : recipe.fit.callbacks)
    if (const auto* by_epochs = std::get_if<EpochSchedule>(&callback)) look(by_epochs->schedule, recipe.fit.epochs);
  if (highest > 0) return highest;  // it decides, whatever the optimiser has
  const std::int64_t steps =
      std::int64_t{steps_of_epoch(recipe, samples)} * (recipe.fit.epochs - recipe.fit.initial_epoch);
  std::visit([&](const auto& optimizer) { look(optimizer.learning_rate, steps); }, recipe.compile.optimizer);
  return highest;
}

RateSweep sweep_rates(const Recipe& recipe, const RecipeData& data, const RateSweepSettings& settings) {
  const std::size_t samples = data.train.size();
  const std::int64_t all =
      std::int64_t{steps_of_epoch(recipe, samples)} * (recipe.fit.epochs - recipe.fit.initial_epoch);
  const auto steps = static_cast<int>(std::min<std::int64_t>(settings.steps, all));
  // The same batches, and draws of dropout, before anything was learnt.
  const double untrained = loss_with_rate(recipe, data, 0, steps, settings.threads);
  RateSweep sweep;
  double best = 0, rate = highest_rate(recipe, samples);
  for (int doubled = 0; doubled <= settings.doublings; ++doubled, rate *= 2) {
    const double fall = untrained - loss_with_rate(recipe, data, rate, steps, settings.threads);
    sweep.trials.push_back({rate, fall});
    if (!(fall > 0) || fall < kLeastFall * best) break;
    sweep.largest = rate;
    best = std::max(best, fall);
  }
  return sweep;
}

}  // namespace telar
