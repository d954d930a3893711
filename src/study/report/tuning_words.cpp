#include "study/report/tuning_words.hpp"

#include <cmath>
#include <fmt/format.h>

#include "base/number_text.hpp"
#include "study/report/sentences.hpp"

namespace telar {

namespace {

std::string number_of_trials(const TuningContent& content) {
  return counted(static_cast<std::int64_t>(content.trials.size()), "trial");
}

/// ": validation accuracy 90.71 % against 88.90 %, +1.81 points", as far as the proof has these.
std::string proven_values(const JudgedStudy& proof, const JudgedChange& change) {
  std::string text;
  if (change.mean && proof.baseline_mean)
    text = fmt::format(" {} against {}", value_text(*change.mean, proof.metric),
                       value_text(*proof.baseline_mean, proof.metric));
  if (std::isfinite(change.delta))
    text += fmt::format("{} {}", text.empty() ? "" : ",", difference_text(change.delta, proof.metric));
  return text.empty() ? "" : fmt::format(": {}{}", quantity_words(proof.metric), text);
}

}  // namespace

std::string tuning_headline(const TuningContent& content) {
  if (content.trials.empty()) return "The search ended before any trial did.";
  if (!content.best) return fmt::format("The search found no recipe that trains, in {}.", number_of_trials(content));
  const TuningContent::Trial* best = trial_of(content, content.best->trial);
  if (best && best->is_default)
    return fmt::format("Nothing better than the default was found in {}.", number_of_trials(content));
  const std::string name = fmt::format("trial {}", content.best->trial);
  if (!content.proof || content.proof->changes.empty())
    return fmt::format("{} reads best of {}, but no proof says that it is better than the default.", capitalized(name),
                       number_of_trials(content));
  const JudgedChange& change = content.proof->changes.front();
  const std::string values = proven_values(*content.proof, change);
  if (change.verdict == "undecided")
    return fmt::format("Whether {}, the best found, is better than the default is undecided after {}{}.", name,
                       counted(change.seeds, "seed"), values);
  if (change.verdict == "equivalent")
    return fmt::format("{}, the best found, is equivalent to the default{}.", capitalized(name), values);
  if (change.verdict == "worse")
    return fmt::format("{}, the best of the search, is worse than the default{}.", capitalized(name), values);
  return fmt::format("Tuning found {}, which is better than the default{}.", name, values);
}

std::string tuning_caution(const TuningContent& content) {
  if (!content.best) return "There is nothing to judge.";
  if (!content.proof || content.proof->changes.empty())
    return "A reading, not a verdict: the best of many trials owes a part of its lead to luck. Pairs of trainings on "
           "seeds that the search did not use would tell.";
  const JudgedChange& change = content.proof->changes.front();
  const std::string interval =
      difference_interval_text(change.interval.low, change.interval.high, content.proof->metric);
  const std::string pairs =
      fmt::format("{} of trainings with seeds that the search did not use", counted(change.seeds, "pair"));
  if (interval == "–") return fmt::format("The difference has no interval yet: it is of {}.", pairs);
  return fmt::format("95 % interval of the difference: {}, over {}.", interval, pairs);
}

std::string objective_text(double value, const std::string& objective) {
  if (!std::isfinite(value)) return "–";
  if (objective == "latency") return fmt::format("{:.4g} µs", value);
  if (objective == "weights")
    return std::abs(value) < 1e15 ? fmt::format("{:.0f}", value) : fmt::format("{:.4g}", value);
  return value_text(value, objective);
}

std::string objective_words(const std::string& objective) {
  return objective == "latency" ? "latency in microseconds" : quantity_words(objective);
}

std::string parameter_text(const std::optional<double>& value, const TuningContent::Parameter& parameter) {
  if (!value) return "–";
  if (!parameter.choice) return fmt::format("{:.4g}", *value);
  const auto option = static_cast<std::size_t>(*value);
  return option < parameter.options.size() ? parameter.options[option] : "–";
}

std::string trial_name(const TuningContent::Trial& trial) {
  return fmt::format("trial {}{}", trial.number, trial.is_default ? " (default)" : "");
}

}  // namespace telar
