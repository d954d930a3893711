// The loss of each batch of a training.
#pragma once

#include <algorithm>
#include <cstddef>

namespace telar {

/// Takes it out of what is logged: the mean over the samples of the epoch so far.
class BatchLoss {
 public:
  BatchLoss(std::size_t samples, std::size_t batch_size) : samples_(samples), batch_size_(batch_size) {}

  /// Of batch number `batch` (from 0) of an epoch, whose predecessors were given before. `mean`: what is logged.
  double of(int batch, double mean) {
    const std::size_t before = static_cast<std::size_t>(batch) * batch_size_;
    const std::size_t now = std::min(before + batch_size_, samples_);
    const double sum = mean * static_cast<double>(now);
    const double loss = (sum - (batch == 0 ? 0 : sum_)) / static_cast<double>(now - before);
    sum_ = sum;
    return loss;
  }

 private:
  std::size_t samples_, batch_size_;
  double sum_ = 0;
};

}  // namespace telar
