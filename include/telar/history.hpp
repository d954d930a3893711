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

/// A value and its 95 % interval.
struct Estimate {
  double value = 0;
  double low = 0;
  double high = 0;
};

/// How well one class is told from the others. The intervals are Wilson's; a share of nothing is NaN in [0, 1].
struct ClassScore {
  std::int64_t samples = 0;    ///< that are of the class
  std::int64_t predicted = 0;  ///< that are taken for it
  Estimate precision{};        ///< of `predicted`, the share that is of the class
  Estimate recall{};           ///< of `samples`, the share that is taken for it
  /// Harmonic mean of the two: 2 p / (1 + p), where p is the share of right ones among all samples that are of the
  /// class or are taken for it; its interval is that of p.
  Estimate f1{};
};

/// The result of `evaluate`.
struct Score {
  /// Mean loss; Student's t interval over the samples, the whole line for a loss of whole batches.
  Estimate loss;
  std::vector<std::pair<std::string, Estimate>> metrics;  ///< in the order of compile; accuracy has Wilson's interval
  int classes = 0;                                        ///< 0 if the task is no classification
  std::vector<std::int64_t> confusion;                    ///< (classes, classes): row = true class, column = predicted
  std::int64_t samples = 0;
  /// What a classification is judged by besides: balanced_accuracy, matthews_correlation and, where the loss takes
  /// probabilities, expected_calibration_error, as far as they are not among the metrics. Empty in History::training.
  std::vector<std::pair<std::string, Estimate>> of_classes{};

  /// In class order, from the confusion; empty if the task is no classification.
  [[nodiscard]] std::vector<ClassScore> by_class() const;
  /// The metric of that name, or of of_classes. Throws Error (usage) if it was not compiled.
  [[nodiscard]] const Estimate& operator[](const std::string& name) const;
};

/// A validation in the middle of a training (FitOptions::validation_freq_steps).
struct StepValidation {
  int epoch = 0;  ///< from 0
  int step = 0;   ///< steps of the epoch that were taken before it
  Logs logs;      ///< val_loss, val_* of the metrics
};

/// One training, epoch by epoch.
struct History {
  std::vector<Logs> epochs;                ///< loss, metrics, val_*, learning_rate where a callback logs it
  std::vector<double> epoch_seconds;       ///< wall time of the training steps of each epoch
  std::vector<double> validation_seconds;  ///< wall time of each validation; empty without validation data
  std::vector<StepValidation> validations;
  Ended ended = Ended::completed;
  std::string reason;  ///< a sentence for people; empty if completed
  /// Of the training data at the end, in inference mode and with the final weights: what `loss` of the last epoch, a
  /// mean over weights that moved, with dropout and the like, only suggests. Absent if the training broke off, or if
  /// FitOptions::training_score is false.
  std::optional<Score> training{};

  /// All epochs' values of `name` ("val_loss"); an epoch that lacks it gives NaN. Empty if no epoch has it.
  [[nodiscard]] std::vector<double> operator[](const std::string& name) const;
  /// All names that occur, sorted.
  [[nodiscard]] std::vector<std::string> names() const;
};

}  // namespace telar
