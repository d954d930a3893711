// The JSON documents that other programs read: telar.train/1, telar.train_seeds/1, telar.evaluate/1.
#pragma once

#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <telar/history.hpp>

#include "base/statistics.hpp"

namespace telar {

using Json = nlohmann::ordered_json;

/// One training from its recipe to its readings.
struct TrainResult {
  std::string recipe;  ///< its name
  std::uint64_t seed = 0;
  int threads = 0;
  std::string isa;
  History history;
  std::optional<Score>
      validation;             ///< of the final weights; absent without validation data, or if the training broke off
  std::optional<Score> test;  ///< read once, after a training that ended well; absent otherwise
  std::vector<std::string> class_names;
  std::string weights_sha256;
  std::filesystem::path run_dir, weights_file;
  std::optional<int>
      weights_epoch;  ///< interrupted: the epoch (from 0) whose weights were kept; absent: the last batch's
};

/// One reading of a stored run on its test set.
struct EvaluateResult {
  std::string recipe;             ///< or the model file's name
  std::filesystem::path run_dir;  ///< or the model file
  std::string data;               ///< name of the test set
  Score test;
  std::vector<std::string> class_names;
  std::string weights_sha256;
};

/// A finite number with 9 significant digits; null if it is NaN or infinite.
[[nodiscard]] Json json_number(double value);

[[nodiscard]] Json train_document(const TrainResult& result);
/// Writes a reading of the test set into a train_document that had none.
void add_test(Json& document, const Score& test, std::span<const std::string> class_names);
[[nodiscard]] Json train_seeds_document(std::span<const TrainResult> results);
[[nodiscard]] Json evaluate_document(const EvaluateResult& result);
/// One line of history.jsonl; `epoch` counts from 0 here and from 1 in the line.
[[nodiscard]] Json epoch_document(int epoch, const Logs& logs);

/// "test.accuracy", "test.loss", "validation....", "training...." and "epochs_run", each over the runs that have it;
/// empty quantities are left out.
[[nodiscard]] std::vector<std::pair<std::string, Summary>> summarize_runs(std::span<const TrainResult> results);

/// Accuracy of one class: a row of the confusion matrix.
struct ClassAccuracy {
  std::string name;
  std::int64_t correct = 0;
  std::int64_t samples = 0;
  Estimate accuracy;  ///< its recall; Wilson's 95 % interval; NaN without samples
  Estimate precision{}, f1{};
};
/// In class order; a class without a name gets its number. Empty if the score is of no classification.
[[nodiscard]] std::vector<ClassAccuracy> accuracy_by_class(const Score& score,
                                                           std::span<const std::string> class_names);

}  // namespace telar
