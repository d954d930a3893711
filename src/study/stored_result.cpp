#include "study/stored_result.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <fstream>
#include <limits>

#include <telar/error.hpp>

#include "study/run_store.hpp"

namespace telar {

namespace {

namespace fs = std::filesystem;

constexpr double kNoNumber = std::numeric_limits<double>::quiet_NaN();
constexpr std::size_t kMostStoredEpochs = 1'000'000;
constexpr std::size_t kMostStoredClasses = 1024;
constexpr std::int64_t kMostSamplesInCell = std::int64_t{1} << 40;

double number_in(const Json& value) { return value.is_number() ? value.get<double>() : kNoNumber; }

std::string text_in(const Json& value) { return value.is_string() ? value.get<std::string>() : std::string(); }

std::vector<double> numbers_in(const Json& array) {
  std::vector<double> values;
  if (!array.is_array()) return values;
  for (const Json& value : array) values.push_back(number_in(value));
  return values;
}

Estimate estimate_in(const Json& value, const Json& interval) {
  const bool told = interval.is_array() && interval.size() == 2;
  return {number_in(value), told ? number_in(interval[0]) : kNoNumber, told ? number_in(interval[1]) : kNoNumber};
}

std::optional<Score> score_in(const Json& document, const std::string& set) {
  const Json& values = json_at(document, {set.c_str()});
  if (!values.is_object()) return {};
  const Json& intervals = json_at(document, {"intervals"});
  Score score;
  for (const auto& [name, value] : values.items()) {
    const Estimate estimate = estimate_in(value, json_at(intervals, {(set + "." + name).c_str()}));
    if (name == "loss")
      score.loss = estimate;
    else
      score.metrics.emplace_back(name, estimate);
  }
  return score;
}

/// Nothing, unless it is a square of counts.
void read_confusion(const Json& rows, Score& score) {
  if (!rows.is_array() || rows.empty() || rows.size() > kMostStoredClasses) return;
  std::vector<std::int64_t> counts;
  std::int64_t samples = 0;
  for (const Json& row : rows) {
    if (!row.is_array() || row.size() != rows.size()) return;
    for (const Json& count : row) {
      const auto samples_in = count.is_number_integer() ? count.get<std::int64_t>() : -1;
      if (samples_in < 0 || samples_in > kMostSamplesInCell) return;
      counts.push_back(samples_in);
      samples += counts.back();
    }
  }
  score.classes = static_cast<int>(rows.size());
  score.confusion = std::move(counts);
  score.samples = samples;
}

void read_epochs(const Json& document, History& history) {
  const Json& columns = json_at(document, {"history"});
  if (!columns.is_object()) return;
  for (const auto& [name, column] : columns.items()) {
    const std::vector<double> values = numbers_in(column);
    if (values.size() > kMostStoredEpochs) continue;
    history.epochs.resize(std::max(history.epochs.size(), values.size()));
    for (std::size_t e = 0; e < values.size(); ++e) history.epochs[e].set(name, values[e]);
  }
}

/// What is in the file of a training that has not written its result: the last line may be half a line.
History read_history(const fs::path& file) {
  History history;
  history.ended = Ended::interrupted;
  history.reason = "the training has not written a result";
  std::ifstream lines(file, std::ios::binary);
  for (std::string line; std::getline(lines, line) && history.epochs.size() < kMostStoredEpochs;) {
    const Json epoch = Json::parse(line, nullptr, false);
    if (!epoch.is_object()) break;
    Logs logs;
    for (const auto& [name, value] : epoch.items())
      if (name != "epoch") logs.set(name, number_in(value));
    history.epochs.push_back(std::move(logs));
  }
  return history;
}

}  // namespace

const Json& json_at(const Json& document, std::initializer_list<const char*> path) {
  static const Json none;
  const Json* value = &document;
  for (const char* key : path) {
    if (!value->is_object()) return none;
    const auto found = value->find(key);
    if (found == value->end()) return none;
    value = &*found;
  }
  return *value;
}

TrainResult read_train_document(const Json& document) {
  TrainResult result;
  result.recipe = text_in(json_at(document, {"recipe"}));
  const Json& seed = json_at(document, {"seed"});
  if (seed.is_number_unsigned()) result.seed = seed.get<std::uint64_t>();
  const double threads = number_in(json_at(document, {"threads"}));
  if (threads >= 1 && threads <= 1 << 20) result.threads = static_cast<int>(threads);
  result.isa = text_in(json_at(document, {"isa"}));

  const std::string ended = text_in(json_at(document, {"ended"}));
  result.history.ended = Ended::interrupted;
  for (const Ended way : {Ended::completed, Ended::stopped_early, Ended::diverged})
    if (ended == to_string(way)) result.history.ended = way;
  result.history.reason = text_in(json_at(document, {"reason"}));
  read_epochs(document, result.history);
  result.history.epoch_seconds = numbers_in(json_at(document, {"epoch_seconds"}));
  result.history.validation_seconds = numbers_in(json_at(document, {"validation_seconds"}));
  result.history.training = score_in(document, "training");

  result.validation = score_in(document, "validation");
  result.test = score_in(document, "test");
  if (result.test) read_confusion(json_at(document, {"confusion"}), *result.test);
  if (const Json& classes = json_at(document, {"classes"}); classes.is_array())
    for (const Json& c : classes) result.class_names.push_back(text_in(json_at(c, {"class"})));
  result.weights_sha256 = text_in(json_at(document, {"weights_sha256"}));
  result.run_dir = text_in(json_at(document, {"run_dir"}));
  return result;
}

TrainResult read_result(const fs::path& directory) {
  const Recipe recipe = recipe_of_run(directory);
  const fs::path file = directory / "result.json";
  TrainResult result;
  std::error_code none;
  if (fs::exists(file, none)) {
    const Json document = read_document(file);
    if (text_in(json_at(document, {"schema"})) != "telar.train/1")
      throw Error(ErrorCode::data, file.string(), "not the result of a training",
                  "train again into another folder, or name another run");
    result = read_train_document(document);
  } else {
    result.history = read_history(directory / "history.jsonl");
    result.seed = recipe.seed;
  }
  result.recipe = recipe.name;
  result.run_dir = directory;  // wherever it lies now
  return result;
}

}  // namespace telar
