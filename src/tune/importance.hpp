// Which parameters the results go with.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "tune/ranking.hpp"
#include "tune/space.hpp"

namespace telar {

/// The share of each parameter, alone, in what tells good trials from all: Pearson's divergence of the density of the
/// better half along its edge from that of all of them (PED-ANOVA, Watanabe, Bansal and Hutter 2023,
/// arxiv.org/abs/2304.10255). Shares sum to 1; absent with less than 8 results. `at`: coordinates of the trials.
[[nodiscard]] std::vector<std::optional<double>> importance(const SearchSpace& space, const Objectives& objectives,
                                                            std::span<const Trial> trials,
                                                            std::span<const Coordinates> at);

}  // namespace telar
