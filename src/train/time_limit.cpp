#include "train/time_limit.hpp"

#include "base/number_text.hpp"

namespace telar {

void TimeLimitState::on_train_begin(Training&) { begin_ = std::chrono::steady_clock::now(); }

void TimeLimitState::on_train_batch_end(Training& training, int, const Logs&) {
  const std::chrono::duration<double> passed = std::chrono::steady_clock::now() - begin_;
  if (passed.count() < settings_.seconds) return;
  training.stop(Ended::stopped_early, "the time limit of " + number_text(settings_.seconds) + " seconds was reached");
}

}  // namespace telar
