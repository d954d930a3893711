#include "study/why/mechanism.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/number_text.hpp"
#include "base/paired.hpp"

namespace telar {

namespace {

constexpr double kResolution = 1e-8;  // documents hold nine digits

double first_rate(const Recipe& recipe) {
  return std::visit([](const auto& o) { return o.learning_rate.at(0); }, recipe.compile.optimizer);
}

void set_rate(Recipe& recipe, const LearningRate& rate) {
  std::visit([&](auto& o) { o.learning_rate = rate; }, recipe.compile.optimizer);
}

}  // namespace

const char* to_string(Mechanism mechanism) noexcept {
  switch (mechanism) {
    case Mechanism::moving_statistics:
      return "moving_statistics";
    case Mechanism::moving_weights:
      return "moving_weights";
    case Mechanism::raw_weights:
      return "raw_weights";
    case Mechanism::constant_rate:
      return "constant_rate";
    case Mechanism::step_size:
      return "step_size";
    case Mechanism::last_epoch:
      return "last_epoch";
  }
  return "";
}

const char* to_string(Outcome outcome) noexcept {
  switch (outcome) {
    case Outcome::consistent:
      return "consistent";
    case Outcome::contradicted:
      return "contradicted";
    case Outcome::open:
      return "open";
    case Outcome::not_tested:
      return "not_tested";
  }
  return "";
}

MechanismTest test_mechanism(Mechanism mechanism, const MechanismRuns& runs, Verdict verdict) {
  MechanismTest test{.mechanism = mechanism, .outcome = Outcome::open};
  std::vector<double> differences, without, accounted, remedies;
  double largest = 0;
  for (const auto& [seed, change] : runs.change) {
    const auto base = runs.baseline.find(seed), base_without = runs.baseline_without.find(seed),
               change_without = runs.change_without.find(seed);
    if (base == runs.baseline.end() || base_without == runs.baseline_without.end() ||
        change_without == runs.change_without.end())
      continue;
    differences.push_back(change - base->second);
    without.push_back(change_without->second - base_without->second);
    accounted.push_back(differences.back() - without.back());
    remedies.push_back(change_without->second - base->second);
    largest = std::max({largest, std::abs(base->second), std::abs(change_without->second)});
  }
  test.difference = summarize(differences);
  test.without = summarize(without);
  test.accounted = summarize(accounted);
  test.remedy = summarize(remedies);
  test.remedy_p = sign_flip_test(remedies, kResolution * largest).p;
  if ((verdict != Verdict::better && verdict != Verdict::worse) || test.accounted.n < kSeedsForFinding) return test;
  const double size = std::abs(test.difference.mean), sign = test.difference.mean < 0 ? -1 : 1;
  const Interval& interval = test.accounted.interval;
  const double low = sign < 0 ? -interval.high : interval.low, high = sign < 0 ? -interval.low : interval.high;
  if (high < kLeastShare * size)
    test.outcome = Outcome::contradicted;
  else if (low > 0)
    test.outcome = Outcome::consistent;
  return test;
}

std::optional<Mechanism> find_remedy(std::vector<MechanismTest>& tests, bool more_is_better) {
  std::vector<double> p;
  for (const MechanismTest& test : tests)
    if (test.outcome != Outcome::not_tested) p.push_back(test.remedy_p);
  const std::vector<double> adjusted = holm(p);
  std::optional<Mechanism> remedy;
  std::size_t i = 0;
  for (MechanismTest& test : tests) {
    if (test.outcome == Outcome::not_tested) continue;
    test.remedy_p = adjusted[i++];
    const bool better = more_is_better ? test.remedy.mean > 0 : test.remedy.mean < 0;
    if (!better || test.remedy_p > kAlpha || test.mechanism == Mechanism::last_epoch) continue;
    if (!remedy || test.mechanism < *remedy) remedy = test.mechanism;
  }
  return remedy;
}

bool follows_schedule(const Recipe& recipe) {
  const bool by_epochs = std::ranges::any_of(recipe.fit.callbacks, [](const Callback::Stock& callback) {
    return std::holds_alternative<EpochSchedule>(callback);
  });
  return by_epochs ||
         std::visit([](const auto& o) { return o.learning_rate.schedule() != nullptr; }, recipe.compile.optimizer);
}

bool keeps_averages(const Recipe& recipe) {
  return std::visit([](const auto& o) { return o.use_ema; }, recipe.compile.optimizer);
}

bool keeps_best_weights(const Recipe& recipe) {
  return std::ranges::any_of(recipe.fit.callbacks, [](const Callback::Stock& callback) {
    const auto* stopping = std::get_if<EarlyStopping>(&callback);
    return stopping != nullptr && stopping->restore_best_weights;
  });
}

Recipe with_moving_averages(Recipe recipe) {
  std::visit([](auto& o) { o.use_ema = true; }, recipe.compile.optimizer);
  const bool swaps = std::ranges::any_of(recipe.fit.callbacks, [](const Callback::Stock& callback) {
    return std::holds_alternative<SwapEMAWeights>(callback);
  });
  if (!swaps) recipe.fit.callbacks.emplace_back(SwapEMAWeights{});
  recipe.name += "+moving-averages";
  return recipe;
}

Recipe with_decayed_rate(Recipe recipe, std::size_t samples) {
  if (follows_schedule(recipe)) return recipe;
  const auto batch = static_cast<std::size_t>(recipe.fit.batch_size);
  const int steps = recipe.fit.steps_per_epoch.value_or(static_cast<int>((samples + batch - 1) / batch));
  const int epochs = recipe.fit.epochs - recipe.fit.initial_epoch;
  set_rate(recipe, CosineDecay{.initial_learning_rate = first_rate(recipe), .decay_steps = steps * epochs});
  std::erase_if(recipe.fit.callbacks, [](const Callback::Stock& callback) {
    return std::holds_alternative<ReduceLROnPlateau>(callback) || std::holds_alternative<EarlyStopping>(callback);
  });
  recipe.name += "+decayed-rate";
  return recipe;
}

std::optional<Recipe> with_rate_times(Recipe recipe, double factor) {
  if (follows_schedule(recipe)) return {};
  // Two digits: the factor is measured, and known no better.
  const double rate = first_rate(recipe) * factor, unit = std::pow(10, std::floor(std::log10(rate)) - 1);
  set_rate(recipe, std::round(rate / unit) * unit);
  recipe.name += "+equal-steps";
  return recipe;
}

Recipe with_best_weights(Recipe recipe) {
  bool stops = false;
  for (Callback::Stock& callback : recipe.fit.callbacks)
    if (auto* stopping = std::get_if<EarlyStopping>(&callback)) stops = stopping->restore_best_weights = true;
  if (!stops) {
    EarlyStopping stopping;
    stopping.patience = recipe.fit.epochs;
    stopping.restore_best_weights = true;
    recipe.fit.callbacks.emplace_back(stopping);
  }
  recipe.name += "+best-weights";
  return recipe;
}

}  // namespace telar
