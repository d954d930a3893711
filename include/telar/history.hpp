// What a training and an evaluation leave behind.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace telar {

/// Named numbers of a batch or an epoch, sorted by name as Keras logs them.
class Logs {
 public:
  /// Adds `name` or overwrites its value.
  void set(const std::string& name, double value);
  [[nodiscard]] std::optional<double> get(const std::string& name) const;
  [[nodiscard]] const std::vector<std::pair<std::string, double>>& entries() const noexcept { return entries_; }

 private:
  std::vector<std::pair<std::string, double>> entries_;
};

/// Why a training ended.
enum class Ended { completed, stopped_early, interrupted, diverged };
/// "completed", "stopped_early", "interrupted" or "diverged".
[[nodiscard]] const char* to_string(Ended ended) noexcept;

/// One training, epoch by epoch.
struct History {
  std::vector<Logs> epochs;                ///< loss, metrics, val_*, learning_rate where a callback logs it
  std::vector<double> epoch_seconds;       ///< wall time of the training steps of each epoch
  std::vector<double> validation_seconds;  ///< wall time of each validation; empty without validation data
  Ended ended = Ended::completed;
  std::string reason;  ///< a sentence for people; empty if completed

  /// All epochs' values of `name` ("val_loss"); an epoch that lacks it gives NaN. Empty if no epoch has it.
  [[nodiscard]] std::vector<double> operator[](const std::string& name) const;
  /// All names that occur, sorted.
  [[nodiscard]] std::vector<std::string> names() const;
};

/// A value and its 95 % interval.
struct Estimate {
  double value = 0;
  double low = 0;
  double high = 0;
};

/// The result of `evaluate`.
struct Score {
  Estimate loss;                                          ///< mean loss; Student's t interval over the samples
  std::vector<std::pair<std::string, Estimate>> metrics;  ///< in the order of compile; accuracy has Wilson's interval
  int classes = 0;                                        ///< 0 if the task is no classification
  std::vector<std::int64_t> confusion;                    ///< (classes, classes): row = true class, column = predicted
  std::int64_t samples = 0;

  /// The metric of that name. Throws Error (usage) if it was not compiled.
  [[nodiscard]] const Estimate& operator[](const std::string& name) const;
};

}  // namespace telar
