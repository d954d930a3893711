// How near the arithmetic limit whole training epochs run, on the real Fashion-MNIST.
//   telar_bench_epoch [--network baseline|batch-normalization|wide] [--threads N] [--epochs N] [--dtype mixed_bfloat16]
//   [--json]
// Prints seconds per epoch of training steps (the median), its share of the FMA peak measured before and after, and
// what the loop that measures the peak sustains: on a shared machine it runs below its own best, as everything does.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <fmt/core.h>
#include <iostream>
#include <nlohmann/json.hpp>

#include "support/fma_peak.hpp"
#include "support/networks.hpp"

int main(int argc, char** argv) try {
  using namespace telar;
  int threads = 2, epochs = 5;
  bench::Network which = bench::Network::baseline;
  bool json = false;
  DType dtype = DType::float32;
  CLI::App app{"Seconds per training epoch and the share of this machine's FMA peak"};
  app.add_option("--network", which, "baseline, batch-normalization or wide (1024-1024-1024, dropout, AdamW)")
      ->transform(CLI::CheckedTransformer(bench::kNetworks));
  app.add_option("--threads", threads, "Threads")->capture_default_str()->check(CLI::Range(1, 1024));
  app.add_option("--epochs", epochs, "Epochs; the median counts")->capture_default_str()->check(CLI::Range(1, 1000));
  const std::map<std::string, DType> dtypes{{"float32", DType::float32}, {"mixed_bfloat16", DType::mixed_bfloat16}};
  app.add_option("--dtype", dtype, "Arithmetic")->transform(CLI::CheckedTransformer(dtypes));
  app.add_flag("--json", json, "One JSON document");
  CLI11_PARSE(app, argc, argv);

  const auto [train, rest] = take_first(datasets::fashion_mnist().train, 50'000);
  Sequential model = bench::network(which, dtype);
  const double before = bench::fma_peak(threads);
  std::vector<double> rates;  // between epochs, for about half a second
  const LambdaCallback loop{.on_epoch_end = [&](Training&, int, Logs&) {
    for (const double rate : bench::fma_rates(threads, 50)) rates.push_back(rate);
  }};
  const History history = model.fit(
      train, {.batch_size = bench::batch_size(which), .epochs = epochs, .callbacks = {loop}, .threads = threads});
  const double sustained = bench::median(rates);
  const double peak = std::max(before, bench::fma_peak(threads));

  const double gflop = bench::flops_per_epoch(model, train.size()) * 1e-9;
  const double median = bench::median(history.epoch_seconds);
  const double fastest = *std::min_element(history.epoch_seconds.begin(), history.epoch_seconds.end());
  if (json) {
    nlohmann::ordered_json document{{"schema", "telar.bench_epoch/1"},
                                    {"threads", threads},
                                    {"gflop_per_epoch", gflop},
                                    {"seconds_per_epoch", median},
                                    {"epoch_seconds", history.epoch_seconds},
                                    {"gflop_per_second", gflop / median},
                                    {"fma_peak", peak},
                                    {"fma_sustained", sustained},
                                    {"share_of_peak", gflop / median / peak},
                                    {"share_of_sustained", gflop / median / sustained}};
    std::cout << document.dump() << '\n';
  } else {
    std::cout << fmt::format(
        "{} threads: {:.3f} s per epoch of {:.1f} GFLOP = {:.1f} GFLOP/s, {:.1f} % of the FMA peak of {:.1f} GFLOP/s "
        "(fastest epoch {:.1f} %), {:.1f} % of the {:.1f} GFLOP/s that its loop sustains between epochs\n",
        threads, median, gflop, gflop / median, 100 * gflop / median / peak, peak, 100 * gflop / fastest / peak,
        100 * gflop / median / sustained, sustained);
  }
} catch (const telar::Error& error) {
  std::cerr << "error: " << error.what() << '\n';
  return 1;
}
