#include "study/find_lr.hpp"

#include <algorithm>
#include <cmath>

#include "compute/isa.hpp"
#include "study/batch_loss.hpp"

namespace telar {

namespace {

/// Sweeps the rate and gathers the losses.
class Sweep {
 public:
  Sweep(FindLr& result, const FindLrSettings& settings, std::size_t samples, int batch_size)
      : result_(result), settings_(settings), batch_loss_(samples, static_cast<std::size_t>(batch_size)) {}

  void on_train_batch_begin(Training& training, int) {
    const double share = static_cast<double>(result_.rates.size()) / (settings_.steps - 1);
    result_.rates.push_back(settings_.low * std::pow(settings_.high / settings_.low, share));
    training.set_learning_rate(result_.rates.back());
  }

  void on_train_batch_end(Training& training, int batch, const Logs& logs) {
    const double loss = batch_loss_.of(batch, *logs.get("loss"));
    result_.losses.push_back(loss);

    average_ = kKept * average_ + (1 - kKept) * loss;
    const double smoothed = average_ / (1 - std::pow(kKept, static_cast<double>(result_.losses.size())));
    result_.smoothed.push_back(smoothed);
    const double lowest = *std::ranges::min_element(result_.smoothed);
    if (smoothed > 4 * lowest) training.stop(Ended::stopped_early, "the smoothed loss rose to four times its lowest");
    if (result_.losses.size() == static_cast<std::size_t>(settings_.steps)) training.stop(Ended::completed, "");
  }

 private:
  static constexpr double kKept = 0.95;

  FindLr& result_;
  const FindLrSettings& settings_;
  BatchLoss batch_loss_;
  double average_ = 0;
};

}  // namespace

FindLr find_learning_rate(const Recipe& recipe, const RecipeData& data, const FindLrSettings& settings) {
  Sequential model = build_model(recipe, data.train);
  start_from(recipe, model);
  FindLr result;
  const int batch = static_cast<int>(std::min(static_cast<std::size_t>(recipe.fit.batch_size), data.train.size()));
  Sweep sweep(result, settings, data.train.size(), batch);
  const LambdaCallback hooks{
      .on_train_batch_begin = [&](Training& t, int b) { sweep.on_train_batch_begin(t, b); },
      .on_train_batch_end = [&](Training& t, int b, const Logs& logs) { sweep.on_train_batch_end(t, b, logs); }};
  const History history = model.fit(data.train, {.batch_size = batch,
                                                 .epochs = settings.steps,  // at least one step an epoch
                                                 .shuffle = recipe.fit.shuffle,
                                                 .training_score = false,
                                                 .callbacks = {hooks, settings.watch},
                                                 .threads = settings.threads});
  result.ended = history.ended;
  result.reason = history.reason;
  result.rates.resize(result.losses.size());  // without the step that diverged

  const auto lowest = std::ranges::min_element(result.smoothed);
  if (lowest > result.smoothed.begin() && lowest != result.smoothed.end())
    result.suggestion = result.rates[static_cast<std::size_t>(lowest - result.smoothed.begin())] / 10;
  return result;
}

Json find_lr_document(const Recipe& recipe, const FindLrSettings& settings, const FindLr& result) {
  const auto numbers = [](const std::vector<double>& values) {
    Json array = Json::array();
    for (const double value : values) array.push_back(json_number(value));
    return array;
  };
  Json document{{"schema", "telar.find_lr/1"},
                {"recipe", recipe.name},
                {"seed", recipe.seed},
                {"threads", settings.threads},
                {"isa", compute::name_of(compute::current_isa())},
                {"ended", to_string(result.ended)}};
  if (!result.reason.empty()) document["reason"] = result.reason;
  document["rates"] = numbers(result.rates);
  document["losses"] = numbers(result.losses);
  document["smoothed"] = numbers(result.smoothed);
  document["suggestion"] = result.suggestion ? json_number(*result.suggestion) : Json(nullptr);
  return document;
}

}  // namespace telar
