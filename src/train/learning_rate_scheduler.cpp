#include <cmath>
#include <ostream>

#include <telar/callbacks.hpp>
#include <telar/error.hpp>

#include "base/number_text.hpp"

namespace telar {

void LearningRateScheduler::on_epoch_begin(Training& training, int epoch) const {
  const double rate = schedule(epoch, training.learning_rate());
  if (!std::isfinite(rate) || rate < 0)
    throw Error(ErrorCode::usage, "LearningRateScheduler",
                "the schedule gave " + number_text(rate) + " for epoch " + std::to_string(epoch),
                "a learning rate is finite and not negative");
  training.set_learning_rate(rate);
  if (verbose > 0)
    training.output() << "\nEpoch " << epoch + 1 << ": LearningRateScheduler setting learning rate to "
                      << python_number_text(rate) << ".\n";
}

void LearningRateScheduler::on_epoch_end(Training& training, int, Logs& logs) const {
  logs.set("learning_rate", training.learning_rate());
}

}  // namespace telar
