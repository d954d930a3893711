// Time of a training step of the baseline with every optimiser, over that with Adam, in alternating pairs.
//   telar_bench_optimizers [--batch N] [--threads N] [--pairs N] [--json]
// Adam against itself tells the noise of the machine.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <fmt/core.h>
#include <iostream>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <utility>
#include <vector>

#include <telar/telar.hpp>

#include "support/networks.hpp"

namespace {

using namespace telar;

struct Candidate {
  const char* name;
  Optimizer optimizer;
};

/// Element by element, then those that look at whole variables or norms first.
std::vector<Candidate> candidates() {
  return {{"Adam (again)", Adam{}},
          {"SGD", SGD{}},
          {"SGD, nesterov", SGD{.momentum = 0.9, .nesterov = true}},
          {"Adam, amsgrad", Adam{.amsgrad = true}},
          {"AdamW", AdamW{}},
          {"RMSprop", RMSprop{}},
          {"RMSprop, centered, momentum", RMSprop{.momentum = 0.9, .centered = true}},
          {"Nadam", Nadam{}},
          {"Adamax", Adamax{}},
          {"Adagrad", Adagrad{}},
          {"Adadelta", Adadelta{}},
          {"Lion", Lion{}},
          {"Ftrl", Ftrl{}},
          {"Adam, use_ema", Adam{.use_ema = true}},
          {"Adam, global_clipnorm", Adam{.global_clipnorm = 1.0}},
          {"Lamb", Lamb{}},
          {"Adafactor", Adafactor{}},
          {"Muon", Muon{}}};
}

Dataset noise(int samples) {
  std::vector<float> features(static_cast<std::size_t>(samples) * 784);
  std::vector<std::int32_t> labels(static_cast<std::size_t>(samples));
  for (std::size_t i = 0; i < features.size(); ++i) features[i] = static_cast<float>(i * 2654435761u % 256);
  for (std::size_t i = 0; i < labels.size(); ++i) labels[i] = static_cast<std::int32_t>(i % 10);
  return from_arrays({28, 28}, std::move(features), std::move(labels));
}

/// Seconds of a step: the fastest of some epochs, the first of which does not count.
double step_seconds(const Optimizer& optimizer, const Dataset& data, const FitOptions& options, int steps) {
  Sequential model = bench::network(bench::Network::baseline, DType::float32);
  model.compile({.optimizer = optimizer, .loss = SparseCategoricalCrossentropy{}});
  const History history = model.fit(data, options);
  if (history.ended != Ended::completed) throw std::runtime_error("a training broke off: " + history.reason);
  const std::vector<double>& seconds = history.epoch_seconds;
  return *std::min_element(seconds.begin() + 1, seconds.end()) / steps;
}

}  // namespace

int main(int argc, char** argv) try {
  int batch = 128, threads = 1, pairs = 5;
  bool json = false;
  CLI::App app{"Time of a step with every optimiser over that with Adam"};
  app.add_option("--batch", batch, "Samples of a step")->capture_default_str()->check(CLI::Range(1, 1 << 16));
  app.add_option("--threads", threads, "Threads")->capture_default_str()->check(CLI::Range(1, 1024));
  app.add_option("--pairs", pairs, "Pairs of measurements")->capture_default_str()->check(CLI::Range(1, 1000));
  app.add_flag("--json", json, "One JSON document");
  CLI11_PARSE(app, argc, argv);
  constexpr int kSteps = 8;
  const Dataset data = noise(kSteps * batch);
  const FitOptions options{.batch_size = batch, .epochs = 4, .threads = threads};
  nlohmann::ordered_json document{
      {"schema", "telar.bench_optimizers/1"}, {"batch", batch}, {"threads", threads}, {"optimizers", {}}};
  if (!json)
    std::cout << fmt::format("{:<30}{:>12}{:>9}{:>18}\n", "optimiser", "us a step", "ratio", "lowest, highest");
  for (const auto& [name, optimizer] : candidates()) {
    std::vector<double> ratios, seconds;
    for (int pair = 0; pair < pairs; ++pair) {
      const double adam = step_seconds(Adam{}, data, options, kSteps);
      seconds.push_back(step_seconds(optimizer, data, options, kSteps));
      ratios.push_back(seconds.back() / adam);
    }
    const double ratio = bench::median(ratios), time = bench::median(seconds);
    const auto [low, high] = std::minmax_element(ratios.begin(), ratios.end());
    document["optimizers"].push_back(
        {{"optimizer", name}, {"seconds_per_step", time}, {"ratio", ratio}, {"lowest", *low}, {"highest", *high}});
    if (!json)
      std::cout << fmt::format("{:<30}{:>12.0f}{:>9.2f}{:>12.2f}, {:.2f}\n", name, time * 1e6, ratio, *low, *high)
                << std::flush;
  }
  if (json) std::cout << document.dump() << '\n';
} catch (const std::exception& error) {
  std::cerr << "error: " << error.what() << '\n';
  return 1;
}
