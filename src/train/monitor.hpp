// What EarlyStopping and ReduceLROnPlateau share: a logged quantity, the best value so far, and what "better" means.
#pragma once

#include <optional>
#include <ostream>
#include <string>

#include <telar/callbacks.hpp>
#include <telar/history.hpp>

namespace telar {

/// Watches one quantity of the epochs' logs (Keras 3: callbacks/monitor_callback.py).
class Monitor {
 public:
  /// `mode` automatic: accuracies (`accuracy`, `val_accuracy`, ...) and other metrics of which more is better up,
  /// everything else, CustomMetric too, down. The sign of `min_delta` does not matter.
  Monitor(std::string name, Mode mode, double min_delta);

  /// Forgets the best value: the start of a training.
  void reset() noexcept;

  [[nodiscard]] const std::string& name() const noexcept { return name_; }
  [[nodiscard]] std::optional<double> best() const noexcept { return best_; }  ///< empty before the first value

  /// Whether `value` is better than `reference` by more than min_delta. NaN is not better than anything, nor is
  /// anything better than NaN. The margin is taken in double and the comparison made in float32, as Keras's backends
  /// do.
  [[nodiscard]] bool better(double value, double reference) const noexcept;
  /// Takes `value` as the best if it is the first one or better than the best so far; says whether it did.
  bool improve(double value) noexcept;

  /// The best value.
  void snapshot(Snapshot& s) { s.value(best_); }

 private:
  std::string name_;
  bool up_;
  double min_delta_;
  std::optional<double> best_;
};

/// The names in `logs`, separated by commas, in Keras's order: sorted, then `learning_rate`, which a callback appends.
[[nodiscard]] std::string available_metrics(const Logs& logs);

/// A warning that is shown once: Python's default filter drops repetitions of one text from one place.
class WarnOnce {
 public:
  /// Writes "warning: TEXT\n", unless the last call had the same text.
  void operator()(std::ostream& out, const std::string& text);

 private:
  std::string last_;
};

}  // namespace telar
