#include "support/fma_peak.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "support/fma_peak.cpp"
#define HWY_DISABLED_TARGETS (HWY_SSSE3 | HWY_SSE4)
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace telar::bench::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

/// `rounds` rounds of 12 independent chains; returns the operations done. The sum keeps the compiler from dropping
/// them.
double Chains(long rounds, float* sink) {
  const hn::ScalableTag<float> d;
  using V = hn::Vec<decltype(d)>;
  const V x = hn::Set(d, 0.999f), y = hn::Set(d, 1e-3f);
  V c[12];
  for (int i = 0; i < 12; ++i) c[i] = hn::Set(d, static_cast<float>(i));
  for (long n = 0; n < rounds; ++n) {
    HWY_UNROLL(12)
    for (int i = 0; i < 12; ++i) c[i] = hn::MulAdd(c[i], x, y);
  }
  for (int i = 1; i < 12; ++i) c[0] = hn::Add(c[0], c[i]);
  *sink = hn::GetLane(c[0]);
  return 2.0 * 12.0 * static_cast<double>(hn::Lanes(d)) * static_cast<double>(rounds);
}

}  // namespace telar::bench::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include <algorithm>
#include <atomic>
#include <chrono>
#include <thread>
#include <vector>

namespace telar::bench {
HWY_EXPORT(Chains);

std::vector<double> fma_rates(int threads, int runs) {
  constexpr long kRounds = 4'000'000;
  std::vector<double> all;
  for (int run = 0; run < runs; ++run) {
    std::atomic<int> ready{0};
    std::vector<double> rates(static_cast<std::size_t>(threads));
    std::vector<float> sinks(static_cast<std::size_t>(threads) * 16);
    std::vector<std::thread> team;
    for (int t = 0; t < threads; ++t)
      team.emplace_back([&, t] {
        ++ready;
        while (ready.load() < threads) std::this_thread::yield();
        const auto start = std::chrono::steady_clock::now();
        const double operations = HWY_DYNAMIC_DISPATCH(Chains)(kRounds, &sinks[static_cast<std::size_t>(t) * 16]);
        rates[static_cast<std::size_t>(t)] =
            operations / std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
      });
    double sum = 0;
    for (int t = 0; t < threads; ++t) {
      team[static_cast<std::size_t>(t)].join();
      sum += rates[static_cast<std::size_t>(t)];
    }
    all.push_back(sum * 1e-9);
  }
  return all;
}

double fma_peak(int threads) {
  const std::vector<double> rates = fma_rates(threads, 5);
  return *std::max_element(rates.begin(), rates.end());
}

}  // namespace telar::bench
#endif
