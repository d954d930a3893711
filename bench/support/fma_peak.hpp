// The arithmetic ceiling of this machine at this moment.
#pragma once

#include <vector>

namespace telar::bench {

/// GFLOP/s of fp32 fused multiply-adds on registers only, on `threads` threads at once, in each of `runs` runs of about
/// ten milliseconds.
[[nodiscard]] std::vector<double> fma_rates(int threads, int runs);

/// The best of several. Compare with rates measured in the same process right before or after: a shared machine drifts.
[[nodiscard]] double fma_peak(int threads);

}  // namespace telar::bench
