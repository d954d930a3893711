#include "study/test_reading.hpp"

#include <cerrno>
#include <chrono>
#include <cmath>
#include <cstring>
#include <fmt/chrono.h>
#include <fstream>

#include <telar/error.hpp>

#include "base/atomic_file.hpp"
#include "format/npz.hpp"
#include "study/documents.hpp"
#include "study/run_index.hpp"
#include "study/run_store.hpp"
#include "train/predicted_classes.hpp"
#include "train/session.hpp"

namespace telar {

namespace fs = std::filesystem;

namespace {

constexpr const char* kClassesFile = "test_classes.npz";

/// The classes that were stored; empty if they are not there, not whole, or of another test set.
std::vector<std::int32_t> stored_classes(const fs::path& file, std::size_t samples) {
  std::error_code none;
  if (!fs::exists(file, none)) return {};
  std::vector<std::int32_t> classes;
  try {
    for (const NpzArray& array : read_npz(file)) {
      if (array.name != "classes" || array.values.size() != samples) continue;
      for (const float value : array.values) {
        if (!(value >= 0 && value < 1e6f) || value != std::floor(value)) return {};
        classes.push_back(static_cast<std::int32_t>(value));
      }
    }
  } catch (const Error&) {
    return {};
  }
  return classes;
}

void store_classes(const fs::path& file, const std::vector<std::int32_t>& classes) {
  const NpzArray array{"classes", {static_cast<int>(classes.size())}, {classes.begin(), classes.end()}};
  write_npz(file, std::span(&array, 1));
}

}  // namespace

TestReading read_test_set(const fs::path& run, const Recipe& recipe, const RecipeData& data, int threads) {
  Json result = read_document(run / "result.json");
  const bool scored = result.contains("test") && result["test"].is_object();
  const bool of_classes = scored && result.contains("confusion");
  TestReading reading;
  if (scored) reading.classes = stored_classes(run / kClassesFile, data.test.size());
  if (scored && (!of_classes || !reading.classes.empty())) return reading;

  Sequential model = build_model(recipe, data.train);
  model.load_weights(StoredRun{run, {}}.weights());
  reading.fresh = !scored;
  int classes = of_classes ? 1 : 0;
  if (!scored) {
    const Score score = model.evaluate(data.test, {.threads = threads});
    classes = score.classes;
    try {
      add_test(result, score, data.test.class_names());
    } catch (const Json::exception&) {
      throw Error(ErrorCode::data, (run / "result.json").string(), "not the result of a training");
    }
  }
  if (classes > 0) {
    reading.classes = predicted_classes(model, data.test, threads);
    store_classes(run / kClassesFile, reading.classes);
  }
  if (!scored) write_file(run / "result.json", result.dump(1, '\t', false, Json::error_handler_t::replace) + "\n");
  return reading;
}

std::vector<bool> correct_samples(const TestReading& reading, const Dataset& test) {
  std::vector<bool> correct;
  const Truth truth(test, test.classes() > 0 ? test.classes() : 2);
  for (std::size_t i = 0; i < reading.classes.size(); ++i)
    correct.push_back(reading.classes[i] == truth[test.rows()[i]]);
  return correct;
}

TestReadings count_test_readings(const fs::path& store, const std::string& test_sha256, const std::string& study,
                                 std::int64_t fresh) {
  const fs::path file = store / "test-readings.jsonl";
  if (fresh > 0) {
    const std::time_t now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
    const Json line{{"time", fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(now))},
                    {"test_sha256", test_sha256},
                    {"study", study},
                    {"runs", fresh}};
    errno = 0;
    std::ofstream out(file, std::ios::binary | std::ios::app);
    out << line.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n" << std::flush;
    if (!out) throw Error(ErrorCode::resource, file.string(), std::string("cannot write: ") + std::strerror(errno));
  }
  TestReadings readings;
  std::ifstream lines(file);
  for (std::string text; std::getline(lines, text);) {
    const Json line = Json::parse(text, nullptr, false);
    if (line.is_object() && line.contains("test_sha256") && line["test_sha256"] == test_sha256) ++readings.comparisons;
  }
  for (const RunEntry& run : list_runs(store)) {
    const Json& sets = run.environment.contains("data") ? run.environment["data"] : Json::object();
    const bool same = sets.is_object() && sets.contains("test") && sets["test"].is_object() &&
                      sets["test"].contains("sha256") && sets["test"]["sha256"] == test_sha256;
    if (same && run.result.contains("test") && run.result["test"].is_object()) ++readings.runs;
  }
  return readings;
}

}  // namespace telar
