// What trials near a trial say of it.
#pragma once

#include <span>
#include <vector>

#include <telar/tuning.hpp>

#include "tune/ranking.hpp"
#include "tune/space.hpp"

namespace telar {

/// Squared distance of two points of the cube. Another option is half the cube's edge away, and so is a parameter that
/// takes part in one of the two alone.
[[nodiscard]] double squared_distance(const SearchSpace& space, const Coordinates& a, const Coordinates& b);

/// The best of many results is mostly the luckiest, so the first 256 of `ranking`, which has trials with an estimate
/// best first, come into the order of means: of a trial's own estimate, of those of completed trials near it, each with
/// exp(-d^2 / (2 * 0.1^2)) at distance d, and with the weight of one result the median of all completed ones. None
/// counts for further below the median than the best is above it: a loss has no bound. Where no trial is near another
/// the order stays. For one objective.
void order_by_neighbours(const SearchSpace& space, const Objectives& objectives, std::span<const Trial> trials,
                         std::span<const Coordinates> at, std::vector<std::size_t>& ranking);

}  // namespace telar
