#include "study/report/sentences.hpp"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

#include "base/number_text.hpp"

namespace telar {

namespace {

/// A number with a sign that is as wide as a plus.
std::string with_sign(double value, int digits) {
  const std::string text = fmt::format("{:.{}f}", std::abs(value), digits);
  const bool zero = text.find_first_not_of("0.") == std::string::npos;
  return (zero ? "" : value < 0 ? "−" : "+") + text;
}

/// How far apart two values are: "1.33 points" of a share, "0.0120" of anything else.
std::string distance_text(double a, double b, const std::string& quantity) {
  const double distance = std::abs(a - b);
  return is_share(quantity) ? fmt::format("{:.2f} points", 100 * distance) : value_text(distance, quantity);
}

std::string in_words(const JudgedChange& change, const JudgedStudy& study) {
  // Where failed trainings decided, there may be no mean difference, or one that says the opposite.
  const bool higher = is_share(study.metric) ? change.delta > 0 : change.delta < 0;
  const bool tells = std::isfinite(change.delta) && higher == (change.verdict == "better");
  const std::string by = tells ? " by " + distance_text(change.delta, 0, study.metric) : "";
  if (change.verdict == "better") return fmt::format("{} is better than {}{}.", change.recipe, study.baseline, by);
  if (change.verdict == "worse") return fmt::format("{} is worse than {}{}.", change.recipe, study.baseline, by);
  if (change.verdict == "equivalent")
    return study.band ? fmt::format("{} and {} are equivalent: they differ by less than {}.", change.recipe,
                                    study.baseline, distance_text(*study.band, 0, study.metric))
                      : fmt::format("{} and {} are equivalent.", change.recipe, study.baseline);
  return fmt::format("Whether {} is better than {} is undecided after {}.", change.recipe, study.baseline,
                     counted(change.seeds, "seed"));
}

std::string headline_of(const JudgedStudy& study) {
  if (study.changes.empty()) return fmt::format("{} was compared with nothing.", study.baseline);
  if (study.changes.size() == 1) return in_words(study.changes.front(), study);
  std::string parts;
  for (const char* verdict : {"better", "worse", "equivalent", "undecided"}) {
    const auto n = std::ranges::count(study.changes, verdict, &JudgedChange::verdict);
    if (n > 0) parts += fmt::format("{}{} {} {}", parts.empty() ? "" : ", ", n, n == 1 ? "is" : "are", verdict);
  }
  return fmt::format("Of {} changes to {}, {}.", study.changes.size(), study.baseline, parts);
}

/// The recipe with the best mean; null if none has one.
const RecipeRuns* best_recipe(const ReportContent& content, const std::string& quantity) {
  const RecipeRuns* best = nullptr;
  for (const RecipeRuns& recipe : content.recipes) {
    const Summary* own = summary_of(recipe, quantity);
    if (!own || !std::isfinite(own->mean)) continue;
    const double sign = is_share(quantity) ? 1 : -1;
    if (!best || sign * own->mean > sign * summary_of(*best, quantity)->mean) best = &recipe;
  }
  return best;
}

std::string of_samples(const RecipeRuns& recipe) {
  for (const TrainResult& run : recipe.runs)
    if (run.test && run.test->samples > 0) return fmt::format("{} test samples", run.test->samples);
  return "the test samples";
}

}  // namespace

bool is_share(const std::string& quantity) {
  return quantity.find("accuracy") != std::string::npos || quantity.find("calibration") != std::string::npos;
}

Interval possible_interval(const Interval& interval, const std::string& quantity) {
  if (!is_share(quantity)) return interval;
  return {std::clamp(interval.low, 0.0, 1.0), std::clamp(interval.high, 0.0, 1.0)};
}

std::string value_text(double value, const std::string& quantity) {
  if (!std::isfinite(value)) return "–";
  if (is_share(quantity)) return fmt::format("{:.2f} %", 100 * value);
  return (value < 0 ? "−" : "") +
         (std::abs(value) < 1e5 ? fmt::format("{:.4f}", std::abs(value)) : fmt::format("{:.4e}", std::abs(value)));
}

std::string difference_text(double value, const std::string& quantity) {
  if (!std::isfinite(value)) return "–";
  return is_share(quantity) ? with_sign(100 * value, 2) + " points" : with_sign(value, 4);
}

std::string interval_text(double low, double high, const std::string& quantity) {
  if (!std::isfinite(low) || !std::isfinite(high)) return "–";
  const Interval possible = possible_interval({low, high}, quantity);
  return value_text(possible.low, quantity) + " to " + value_text(possible.high, quantity);
}

std::string difference_interval_text(double low, double high, const std::string& quantity) {
  if (!std::isfinite(low) || !std::isfinite(high)) return "–";
  return is_share(quantity) ? with_sign(100 * low, 2) + " to " + with_sign(100 * high, 2) + " points"
                            : with_sign(low, 4) + " to " + with_sign(high, 4);
}

std::string quantity_words(const std::string& quantity) {
  std::string words = quantity;
  if (words.starts_with("val_")) words = "validation " + words.substr(4);
  std::ranges::replace(words, '.', ' ');
  std::ranges::replace(words, '_', ' ');
  return words;
}

std::string capitalized(std::string words) {
  if (!words.empty() && words.front() >= 'a' && words.front() <= 'z') words.front() -= 'a' - 'A';
  return words;
}

std::vector<std::string> verdict_sentences(const JudgedStudy& study) {
  std::vector<std::string> sentences;
  for (const JudgedChange& change : study.changes) sentences.push_back(in_words(change, study));
  return sentences;
}

std::string headline(const ReportContent& content) {
  if (content.study) return headline_of(*content.study);
  const std::string quantity = main_quantity(content);
  const RecipeRuns* best = best_recipe(content, quantity);
  if (content.recipes.empty()) return "There is nothing to report.";
  if (!best) return fmt::format("{} has no test score.", content.recipes.front().name);
  const Summary& score = *summary_of(*best, quantity);
  const bool share = is_share(quantity);
  const std::string value = value_text(score.mean, quantity);
  if (content.recipes.size() > 1) {
    const RecipeRuns& first = content.recipes.front();
    if (best == &first)
      return fmt::format("None of the other recipes reads better than {}, with a {} of {}.", first.name,
                         quantity_words(quantity), value);
    const Summary* base = summary_of(first, quantity);
    const std::string than = base ? fmt::format(", {} {} than {}", distance_text(score.mean, base->mean, quantity),
                                                share ? "more" : "less", first.name)
                                  : "";
    return fmt::format("{} reads best, with a {} of {}{}.", best->name, quantity_words(quantity), value, than);
  }
  const std::string average = score.n > 1 ? fmt::format(", on average over {}", counted(score.n, "seed")) : "";
  return share ? fmt::format("{} gets {} of {} right{}.", best->name, value, of_samples(*best), average)
               : fmt::format("{} has a {} of {}{}.", best->name, quantity_words(quantity), value, average);
}

std::string caution(const ReportContent& content) {
  if (content.study) {
    const std::string metric = quantity_words(content.study->metric);
    return fmt::format("Judged by {}, in pairs of trainings with the same seed. Intervals hold 95 %.", metric);
  }
  if (content.recipes.size() > 1)
    return "A ranking of readings, not a verdict: luck of the seed and the choice of the best one are in it. "
           "It takes telar compare, with pairs of seeds, to judge.";
  if (content.recipes.empty()) return {};
  const std::string quantity = main_quantity(content);
  const RecipeRuns& only = content.recipes.front();
  const Summary* score = summary_of(only, quantity);
  if (!score) return {};
  if (score->n > 1)
    return fmt::format(
        "95 % interval of the mean: {}. From seed to seed the standard deviation is {}.",
        interval_text(score->interval.low, score->interval.high, quantity),
        is_share(quantity) ? fmt::format("{:.2f} points", 100 * score->sd) : value_text(score->sd, quantity));
  const Interval reading = interval_of(only, quantity);
  return fmt::format(
      "95 % interval for other samples of the same kind: {}. This is one seed: how much of it is luck, "
      "telar train --seeds 8 shows.",
      interval_text(reading.low, reading.high, quantity));
}

}  // namespace telar
