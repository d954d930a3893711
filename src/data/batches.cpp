#include "data/batches.hpp"

#include <numeric>

#include "base/random.hpp"

namespace telar {

void epoch_order(std::vector<std::uint32_t>& order, std::size_t n, std::uint64_t seed, std::uint64_t epoch,
                 bool shuffled) {
  order.resize(n);
  std::iota(order.begin(), order.end(), 0u);
  if (shuffled) shuffle(order.data(), n, Random(seed, Purpose::shuffle, "epoch"), epoch);
}

}  // namespace telar
