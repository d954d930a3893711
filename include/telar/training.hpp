// A training at work, as its callbacks see it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <iosfwd>
#include <span>
#include <string>
#include <vector>

#include <telar/history.hpp>

namespace telar {

/// What a hook may see and do while a training runs. Valid only during the hook.
class Training {
 public:
  virtual ~Training() = default;
  [[nodiscard]] virtual int epochs() const = 0;               ///< planned number of epochs
  [[nodiscard]] virtual int steps_per_epoch() const = 0;      ///< batches in an epoch, the short last one included
  [[nodiscard]] virtual double learning_rate() const = 0;     ///< the float32 rate in use
  [[nodiscard]] virtual std::int64_t iterations() const = 0;  ///< steps the optimiser has taken, in all fits
  /// From the next step on. Throws Error (usage) if the optimiser's learning_rate is a schedule.
  virtual void set_learning_rate(double rate) = 0;
  [[nodiscard]] virtual std::vector<float> weights() = 0;  ///< all variables, canonical layout
  virtual void set_weights(std::span<const float> weights) = 0;
  virtual void save_weights(const std::filesystem::path& file) = 0;  ///< as Sequential::save_weights
  /// Trained weights and their moving averages change places, until the next call. Throws Error (usage) unless the
  /// optimizer has use_ema.
  virtual void swap_averages() = 0;
  /// Of the epochs that have ended.
  [[nodiscard]] virtual const History& history() const = 0;
  /// All that the rest of the training depends on: weights, optimiser, place in the data, what metrics, callbacks and
  /// History have gathered. Throws Error (resource).
  virtual void save_progress(const std::filesystem::path& file) = 0;
  /// In on_train_begin: the training goes on where the file was saved. Throws Error (data) if it is damaged or of a
  /// training with other variables, seed, update rule, samples or batches.
  virtual void load_progress(const std::filesystem::path& file) = 0;
  /// How the training ends, as far as is known: completed until something stops it.
  [[nodiscard]] virtual Ended status() const = 0;
  /// Ends the training after this batch (or epoch). `ended` is what the History will say. With stopped_early, the epoch
  /// at hand is validated and logged as far as it came.
  virtual void stop(Ended ended, std::string reason) = 0;
  [[nodiscard]] virtual std::ostream& output() = 0;  ///< where text goes
};

}  // namespace telar
