// What a learning curve tells.
#pragma once

#include <span>
#include <vector>

#include <telar/history.hpp>

namespace telar {

/// How far the last epochs' values are from a straight line through their neighbours: the standard deviation of
/// independent noise on a line that would show the same second differences. Over the last half of the epochs, at least
/// 5; NaN for fewer.
[[nodiscard]] double jitter(std::span<const double> values);

/// The epoch, from 1 and with a fraction, at which the line through the values first reaches `level` from above; NaN if
/// it never does.
[[nodiscard]] double epochs_to(std::span<const double> values, double level);

/// What the line through `values` is at an epoch from 1 with a fraction; NaN for a NaN.
[[nodiscard]] double value_at(std::span<const double> values, double epoch);

/// Two trainings where they can be compared: at the loss that both have reached. NaN where the curves are not there.
struct EqualLoss {
  double gap_first = 0, gap_second = 0;        ///< val_loss less loss, when the training loss first was as small
  double epochs_first = 0, epochs_second = 0;  ///< until the validation loss first was as small
};
[[nodiscard]] EqualLoss at_equal_loss(const History& first, const History& second);

/// Of what is to be small, how much the best epoch's value is below the last one's; NaN without values.
[[nodiscard]] double lost_since_best(std::span<const double> values);

}  // namespace telar
