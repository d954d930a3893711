#include "train/reduce_lr_on_plateau.hpp"

#include <algorithm>
#include <ostream>
#include <string>
#include <utility>

#include "base/number_text.hpp"

namespace telar {

ReduceLROnPlateauState::ReduceLROnPlateauState(ReduceLROnPlateau settings)
    : settings_(std::move(settings)), monitor_(settings_.monitor, settings_.mode, settings_.min_delta) {}

void ReduceLROnPlateauState::on_train_begin(Training&) {
  monitor_.reset();
  wait_ = cooldown_counter_ = 0;
}

void ReduceLROnPlateauState::on_epoch_end(Training& training, int epoch, Logs& logs) {
  logs.set("learning_rate", training.learning_rate());
  const std::optional<double> current = logs.get(settings_.monitor);
  if (!current) {
    warn_(training.output(), "Learning rate reduction is conditioned on metric `" + settings_.monitor +
                                 "` which is not available. Available metrics are: " + available_metrics(logs) + ".");
    return;
  }
  // The counter goes down before it is looked at, so that a cooldown of 1 acts like 0.
  if (cooldown_counter_ > 0) {
    --cooldown_counter_;
    wait_ = 0;
  }
  if (monitor_.improve(*current)) {
    wait_ = 0;
  } else if (cooldown_counter_ == 0) {
    ++wait_;
    if (wait_ >= settings_.patience && cut(training, epoch)) {
      cooldown_counter_ = settings_.cooldown;
      wait_ = 0;
    }
  }
}

void ReduceLROnPlateauState::snapshot(Snapshot& s) {
  monitor_.snapshot(s);
  s.value(wait_);
  s.value(cooldown_counter_);
}

bool ReduceLROnPlateauState::cut(Training& training, int epoch) const {
  const double old_rate = training.learning_rate();
  if (!(old_rate > static_cast<double>(static_cast<float>(settings_.min_lr)))) return false;
  const double rate = std::max(old_rate * settings_.factor, settings_.min_lr);
  training.set_learning_rate(rate);
  if (settings_.verbose > 0)
    training.output() << "\nEpoch " << epoch + 1 << ": ReduceLROnPlateau reducing learning rate to "
                      << python_number_text(rate) << ".\n";
  return true;
}

}  // namespace telar
