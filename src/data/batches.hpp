// In which order an epoch goes through the samples.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace telar {

/// Fills `order` with 0 .. n-1, shuffled by (seed, epoch) alone or, unless `shuffled`, in order. Does not allocate if
/// `order` has had n elements before.
void epoch_order(std::vector<std::uint32_t>& order, std::size_t n, std::uint64_t seed, std::uint64_t epoch,
                 bool shuffled);

}  // namespace telar
