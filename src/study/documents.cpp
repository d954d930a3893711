#include "study/documents.hpp"

#include <array>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <limits>

namespace telar {

namespace {

Json json_numbers(std::span<const double> values) {
  Json array = Json::array();
  for (const double value : values) array.push_back(json_number(value));
  return array;
}

Json json_interval(double low, double high) { return Json::array({json_number(low), json_number(high)}); }

Json score_values(const std::optional<Score>& score) {
  if (!score) return nullptr;
  Json values{{"loss", json_number(score->loss.value)}};
  for (const auto& [name, estimate] : score->metrics) values[name] = json_number(estimate.value);
  for (const auto& [name, estimate] : score->of_classes) values[name] = json_number(estimate.value);
  return values;
}

void add_intervals(Json& intervals, const std::string& set, const std::optional<Score>& score) {
  if (!score) return;
  intervals[set + ".loss"] = json_interval(score->loss.low, score->loss.high);
  for (const auto& [name, estimate] : score->metrics) {
    intervals[set + "." + name] = json_interval(estimate.low, estimate.high);
  }
  for (const auto& [name, estimate] : score->of_classes)
    intervals[set + "." + name] = json_interval(estimate.low, estimate.high);
}

void add_classes(Json& document, const std::optional<Score>& score, std::span<const std::string> class_names) {
  if (!score || score->classes == 0) return;
  Json classes = Json::array();
  for (const ClassAccuracy& c : accuracy_by_class(*score, class_names)) {
    classes.push_back(Json{{"class", c.name},
                           {"accuracy", json_number(c.accuracy.value)},
                           {"interval", json_interval(c.accuracy.low, c.accuracy.high)},
                           {"samples", c.samples},
                           {"precision", json_number(c.precision.value)},
                           {"recall", json_number(c.accuracy.value)},
                           {"f1", json_number(c.f1.value)},
                           {"intervals", Json{{"precision", json_interval(c.precision.low, c.precision.high)},
                                              {"recall", json_interval(c.accuracy.low, c.accuracy.high)},
                                              {"f1", json_interval(c.f1.low, c.f1.high)}}}});
  }
  document["classes"] = std::move(classes);

  const auto width = static_cast<std::size_t>(score->classes);
  Json rows = Json::array();
  for (std::size_t row = 0; row < width; ++row) {
    rows.push_back(Json(std::span(score->confusion).subspan(row * width, width)));
  }
  document["confusion"] = std::move(rows);
}

}  // namespace

Json json_number(double value) {
  if (!std::isfinite(value)) return nullptr;
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.9g", value);
  return std::strtod(text.data(), nullptr);
}

Json train_document(const TrainResult& result) {
  Json document{{"schema", "telar.train/1"}, {"recipe", result.recipe}, {"seed", result.seed},
                {"threads", result.threads}, {"isa", result.isa},       {"ended", to_string(result.history.ended)}};
  if (!result.history.reason.empty()) document["reason"] = result.history.reason;
  document["epochs_run"] = result.history.epochs.size();
  Json history = Json::object();
  for (const std::string& name : result.history.names()) history[name] = json_numbers(result.history[name]);
  document["history"] = std::move(history);
  document["epoch_seconds"] = json_numbers(result.history.epoch_seconds);
  document["validation_seconds"] = json_numbers(result.history.validation_seconds);
  if (!result.history.validations.empty()) {
    Json validations = Json::array();
    for (const StepValidation& validation : result.history.validations) {
      Json one{{"epoch", validation.epoch + 1}, {"step", validation.step}};
      for (const auto& [name, value] : validation.logs.entries()) one[name] = json_number(value);
      validations.push_back(std::move(one));
    }
    document["validations"] = std::move(validations);
  }
  document["validation"] = score_values(result.validation);
  document["test"] = score_values(result.test);
  document["training"] = score_values(result.history.training);
  Json intervals = Json::object();
  add_intervals(intervals, "validation", result.validation);
  add_intervals(intervals, "test", result.test);
  add_intervals(intervals, "training", result.history.training);
  document["intervals"] = std::move(intervals);
  add_classes(document, result.test, result.class_names);
  if (result.history.ended == Ended::interrupted) {
    document["weights_epoch"] = result.weights_epoch ? Json(*result.weights_epoch + 1) : Json(nullptr);
  }
  document["weights_sha256"] = result.weights_sha256;
  document["run_dir"] = result.run_dir.string();
  return document;
}

void add_test(Json& document, const Score& test, std::span<const std::string> class_names) {
  document["test"] = score_values(test);
  add_intervals(document["intervals"], "test", test);
  add_classes(document, test, class_names);
}

Json train_seeds_document(std::span<const TrainResult> results) {
  Json runs = Json::array();
  for (const TrainResult& result : results) runs.push_back(train_document(result));
  Json summary = Json::object();
  for (const auto& [name, s] : summarize_runs(results)) {
    summary[name] = Json{{"mean", json_number(s.mean)},
                         {"sd", json_number(s.sd)},
                         {"interval", json_interval(s.interval.low, s.interval.high)},
                         {"n", s.n}};
  }
  return Json{{"schema", "telar.train_seeds/1"}, {"runs", std::move(runs)}, {"summary", std::move(summary)}};
}

Json evaluate_document(const EvaluateResult& result) {
  Json document{{"schema", "telar.evaluate/1"},
                {"recipe", result.recipe},
                {"data", result.data},
                {"samples", result.test.samples},
                {"test", score_values(result.test)}};
  Json intervals = Json::object();
  add_intervals(intervals, "test", result.test);
  document["intervals"] = std::move(intervals);
  add_classes(document, result.test, result.class_names);
  document["weights_sha256"] = result.weights_sha256;
  document["run_dir"] = result.run_dir.string();
  return document;
}

Json epoch_document(int epoch, const Logs& logs) {
  Json line{{"epoch", epoch + 1}};
  for (const auto& [name, value] : logs.entries()) line[name] = json_number(value);
  return line;
}

std::vector<std::pair<std::string, Summary>> summarize_runs(std::span<const TrainResult> results) {
  std::vector<std::pair<std::string, std::vector<double>>> gathered;
  const auto add = [&gathered](const std::string& name, double value) {
    for (auto& [known, values] : gathered) {
      if (known == name) return values.push_back(value);
    }
    gathered.emplace_back(name, std::vector<double>{value});
  };
  const auto add_score = [&add](const std::string& set, const std::optional<Score>& score) {
    if (!score) return;
    for (const auto& [name, estimate] : score->metrics) add(set + "." + name, estimate.value);
    for (const auto& [name, estimate] : score->of_classes) add(set + "." + name, estimate.value);
    add(set + ".loss", score->loss.value);
  };
  for (const TrainResult& result : results) add_score("test", result.test);
  for (const TrainResult& result : results) add_score("validation", result.validation);
  for (const TrainResult& result : results) add_score("training", result.history.training);
  for (const TrainResult& result : results) add("epochs_run", static_cast<double>(result.history.epochs.size()));

  std::vector<std::pair<std::string, Summary>> summaries;
  for (const auto& [name, values] : gathered) summaries.emplace_back(name, summarize(values));
  return summaries;
}

std::vector<ClassAccuracy> accuracy_by_class(const Score& score, std::span<const std::string> class_names) {
  std::vector<ClassAccuracy> all;
  const std::vector<ClassScore> classes = score.by_class();
  for (std::size_t c = 0; c < classes.size(); ++c)
    all.push_back({c < class_names.size() ? class_names[c] : std::to_string(c), score.confusion[c * classes.size() + c],
                   classes[c].samples, classes[c].recall, classes[c].precision, classes[c].f1});
  return all;
}

}  // namespace telar
