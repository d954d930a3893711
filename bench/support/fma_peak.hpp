// The arithmetic ceiling of this machine at this moment.
#pragma once

namespace telar::bench {

/// GFLOP/s of fp32 fused multiply-adds on registers only, on `threads` threads at once: the best of several short runs.
/// Compare with rates measured in the same process right before or after: a shared machine drifts.
[[nodiscard]] double fma_peak(int threads);

}  // namespace telar::bench
