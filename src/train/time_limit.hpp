// TimeLimit at work.
#pragma once

#include <chrono>

#include <telar/callbacks.hpp>

namespace telar {

class TimeLimitState {
 public:
  explicit TimeLimitState(TimeLimit settings) : settings_(settings) {}

  void on_train_begin(Training& training);
  void on_train_batch_end(Training& training, int batch, const Logs& logs);

 private:
  TimeLimit settings_;
  std::chrono::steady_clock::time_point begin_{};
};

}  // namespace telar
