// How near the arithmetic limit whole training epochs run: the notebook's network on the real Fashion-MNIST.
//   telar_bench_epoch [--threads N] [--epochs N] [--batch-normalization] [--json]
// Prints seconds per epoch of training steps (the median) and its share of the FMA peak measured before and after.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>
#include <nlohmann/json.hpp>

#include <telar/telar.hpp>

#include "support/fma_peak.hpp"

namespace {

using namespace telar;

/// Floating-point operations of one epoch of a dense network: forward, weight gradients, and input gradients but the
/// first.
double flops_per_epoch(const Sequential& model, std::size_t samples) {
  double all = 0, first = 0;
  for (const Variable& variable : model.variables()) {
    if (variable.shape.size() != 2) continue;
    if (all == 0) first = static_cast<double>(variable.size());
    all += static_cast<double>(variable.size());
  }
  return 2.0 * static_cast<double>(samples) * (2 * all + (all - first));
}

}  // namespace

int main(int argc, char** argv) try {
  int threads = 2, epochs = 5;
  bool batch_normalization = false, json = false;
  CLI::App app{"Seconds per training epoch and the share of this machine's FMA peak"};
  app.add_option("--threads", threads, "Threads")->capture_default_str()->check(CLI::Range(1, 1024));
  app.add_option("--epochs", epochs, "Epochs; the median counts")->capture_default_str()->check(CLI::Range(1, 1000));
  app.add_flag("--batch-normalization", batch_normalization, "With BatchNormalization after each hidden layer");
  app.add_flag("--json", json, "One JSON document");
  CLI11_PARSE(app, argc, argv);

  const auto [train, rest] = take_first(datasets::fashion_mnist().train, 50'000);
  std::vector<Layer> layers{Rescaling{.scale = 1.0f / 255}, Flatten{}};
  for (int i = 0; i < 2; ++i) {
    layers.push_back(Dense{.units = 512, .activation = Activation::relu});
    if (batch_normalization) layers.push_back(BatchNormalization{});
  }
  layers.push_back(Dense{.units = 10, .activation = Activation::softmax});
  Sequential model{Input{28, 28}, layers};
  model.compile({.optimizer = Adam{}, .loss = SparseCategoricalCrossentropy{}, .metrics = {Accuracy{}}});

  const double before = bench::fma_peak(threads);
  const History history = model.fit(train, {.batch_size = 128, .epochs = epochs, .threads = threads});
  const double peak = std::max(before, bench::fma_peak(threads));

  std::vector<double> seconds = history.epoch_seconds;
  std::nth_element(seconds.begin(), seconds.begin() + static_cast<std::ptrdiff_t>(seconds.size() / 2), seconds.end());
  const double median = seconds[seconds.size() / 2];
  const double gflop = flops_per_epoch(model, train.size()) * 1e-9;
  if (json) {
    nlohmann::ordered_json document{{"schema", "telar.bench_epoch/1"},
                                    {"threads", threads},
                                    {"gflop_per_epoch", gflop},
                                    {"seconds_per_epoch", median},
                                    {"epoch_seconds", history.epoch_seconds},
                                    {"gflop_per_second", gflop / median},
                                    {"fma_peak", peak},
                                    {"share_of_peak", gflop / median / peak}};
    std::cout << document.dump() << '\n';
  } else {
    std::cout << threads << " threads: " << median << " s per epoch of " << gflop << " GFLOP = " << gflop / median
              << " GFLOP/s, " << 100 * gflop / median / peak << " % of the FMA peak of " << peak << " GFLOP/s\n";
  }
} catch (const telar::Error& error) {
  std::cerr << "error: " << error.what() << '\n';
  return 1;
}
