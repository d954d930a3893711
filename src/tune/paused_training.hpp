// A training that is trained rung by rung.
#pragma once

#include <functional>
#include <string>

#include <telar/tuning.hpp>

namespace telar {

/// What a piece of a training came to.
struct TrainedPiece {
  History history{};
  bool broken_off = false;  ///< the network is of no use any more
};

class PausedTraining {
 public:
  /// Takes schedules out of the optimiser and the callbacks, which are to end with every rung.
  explicit PausedTraining(TrialTraining training);

  [[nodiscard]] int full_epochs() const noexcept { return training_.fit.epochs; }
  /// Trained so far.
  [[nodiscard]] int epochs() const noexcept { return epochs_; }
  [[nodiscard]] const Sequential& model() const noexcept { return training_.model; }
  /// Bytes of network and optimiser.
  [[nodiscard]] std::size_t bytes() const noexcept;
  /// One sample at a time: the fastest of some, in microseconds.
  [[nodiscard]] double latency() const;

  /// Goes on until `epochs` are trained, on one thread, and reaches the end of its schedules with them: the learning
  /// rate is that of a training of so many epochs. Callbacks begin anew with every piece. `stopped` is asked after
  /// every batch.
  [[nodiscard]] TrainedPiece train_to(int epochs, const std::function<bool()>& stopped);

 private:
  TrialTraining training_;
  LearningRate rate_;
  int epochs_ = 0;
};

}  // namespace telar
