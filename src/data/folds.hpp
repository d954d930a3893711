// Which samples the folds of a cross-validation hold out.
#pragma once

#include <cstdint>
#include <vector>

#include <telar/dataset.hpp>

namespace telar {

/// Positions that each fold holds out, rising. Throws Error (usage) as k_fold does.
[[nodiscard]] std::vector<std::vector<std::uint32_t>> held_out(const Dataset& data, int folds, FoldOrder order,
                                                               std::uint64_t seed);

/// All other positions below `size`, rising.
[[nodiscard]] std::vector<std::uint32_t> all_but(std::size_t size, const std::vector<std::uint32_t>& positions);

}  // namespace telar
