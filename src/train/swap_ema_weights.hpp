// SwapEMAWeights at work: which of the two sets of weights is in the network.
#pragma once

#include <telar/callbacks.hpp>

namespace telar {

/// Keras 3's swap_ema_weights.py. That a training ends with the averages as weights, fit itself sees to.
class SwapEMAWeightsState {
 public:
  explicit SwapEMAWeightsState(SwapEMAWeights settings) : settings_(settings) {}

  void on_epoch_begin(Training& training) {
    if (settings_.swap_on_epoch) put(training, false);
  }
  void on_epoch_end(Training& training) {
    if (settings_.swap_on_epoch) put(training, true);
  }
  void on_test_begin(Training& training) { put(training, true); }
  void on_test_end(Training& training) { put(training, false); }

 private:
  void put(Training& training, bool averages) {
    if (averages != averages_in_network_) training.swap_averages();
    averages_in_network_ = averages;
  }

  SwapEMAWeights settings_;
  bool averages_in_network_ = false;
};

}  // namespace telar
