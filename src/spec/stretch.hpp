// Schedules for a training of another length.
#pragma once

#include <telar/learning_rate.hpp>

namespace telar {

/// The same course in `factor` times the steps, each count rounded and at least 1 (warm-ups of 0 stay 0).
[[nodiscard]] Schedule stretched(Schedule schedule, double factor);
/// A number stays what it is.
[[nodiscard]] LearningRate stretched(const LearningRate& rate, double factor);

}  // namespace telar
