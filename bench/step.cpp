// Time of a training step of any dense network on synthetic data, and what a second thread does to it.
//   telar_bench_step [--layers 20,16,3] [--batch N] [--threads N] [--json]
//   telar_bench_step --grid        widths x batches: 2 threads against 1, in alternating pairs
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cmath>
#include <fmt/core.h>
#include <iostream>
#include <nlohmann/json.hpp>

#include <telar/telar.hpp>

namespace {

using namespace telar;

/// A network and its data, trained an epoch at a time.
class Job {
 public:
  /// widths: inputs, hidden layers, classes.
  Job(const std::vector<int>& widths, int batch) : batch_(batch) {
    double weights = 0;
    std::vector<Layer> layers;
    for (std::size_t i = 1; i < widths.size(); ++i) {
      const bool last = i + 1 == widths.size();
      layers.emplace_back(Dense{.units = widths[i], .activation = last ? Activation::softmax : Activation::relu});
      weights += static_cast<double>(widths[i - 1]) * widths[i];
    }
    // About 10 ms of work, at least 20 steps.
    const double flops = 6.0 * weights * batch;
    steps_ = static_cast<int>(std::clamp(1e9 / flops, 20.0, 2000.0));
    const auto samples = static_cast<std::size_t>(steps_) * static_cast<std::size_t>(batch);
    std::vector<float> features(samples * static_cast<std::size_t>(widths[0]));
    std::vector<std::int32_t> labels(samples);
    for (std::size_t i = 0; i < features.size(); ++i) features[i] = static_cast<float>(i * 2654435761u % 1000) * 1e-3f;
    for (std::size_t i = 0; i < samples; ++i)
      labels[i] = static_cast<std::int32_t>(i % static_cast<std::size_t>(widths.back()));
    data_ = from_arrays({widths[0]}, std::move(features), std::move(labels));
    model_.emplace(Input{widths[0]}, layers);
    model_->compile({.optimizer = Adam{}, .loss = SparseCategoricalCrossentropy{}});
  }

  /// Seconds of a step, the median over `epochs` epochs.
  double step_seconds(int threads, int epochs) {
    std::vector<double> seconds =
        model_->fit(data_, {.batch_size = batch_, .epochs = epochs, .threads = threads}).epoch_seconds;
    std::nth_element(seconds.begin(), seconds.begin() + static_cast<std::ptrdiff_t>(seconds.size() / 2), seconds.end());
    return seconds[seconds.size() / 2] / steps_;
  }

 private:
  int batch_, steps_ = 0;
  Dataset data_;
  std::optional<Sequential> model_;
};

/// Ratios of 2 threads to 1 for hidden layers of each width and batches of each size, with the lower end of a 95 %
/// interval of the mean.
void grid() {
  std::cout << fmt::format("{:>6}{:>7}{:>12}{:>12}{:>8}{:>8}\n", "width", "batch", "1 thread us", "2 threads", "ratio",
                           "lower");
  for (const int width : {8, 16, 32, 46, 60, 100, 128, 512, 2048})
    for (const int batch : {1, 8, 32, 128, 1024}) {
      Job job({width, width, width, 10}, batch);
      constexpr int kPairs = 8;
      double sum = 0, squares = 0, one = 0, two = 0;
      for (int pair = 0; pair < kPairs; ++pair) {
        const double a = job.step_seconds(1, 3), b = job.step_seconds(2, 3), ratio = b / a;
        one += a / kPairs, two += b / kPairs, sum += ratio, squares += ratio * ratio;
      }
      const double mean = sum / kPairs,
                   sd = std::sqrt(std::max(0.0, squares / kPairs - mean * mean) * kPairs / (kPairs - 1));
      constexpr double kStudent = 2.365;  // 7 degrees of freedom, 97.5 %
      std::cout << fmt::format("{:>6}{:>7}{:>12.2f}{:>12.2f}{:>8.3f}{:>8.3f}\n", width, batch, one * 1e6, two * 1e6,
                               mean, mean - kStudent * sd / std::sqrt(static_cast<double>(kPairs)))
                << std::flush;
    }
}

}  // namespace

int main(int argc, char** argv) try {
  std::vector<int> widths{20, 16, 3};
  int batch = 32, threads = 1;
  bool all = false, json = false;
  CLI::App app{"Seconds of a training step with Adam"};
  app.add_option("--layers", widths, "Inputs, hidden widths, classes")->delimiter(',')->check(CLI::Range(1, 1 << 16));
  app.add_option("--batch", batch, "Samples of a step")->capture_default_str()->check(CLI::Range(1, 1 << 16));
  app.add_option("--threads", threads, "Threads")->capture_default_str()->check(CLI::Range(1, 1024));
  app.add_flag("--grid", all, "Widths 8 .. 2048 by batches 1 .. 1024: 2 threads against 1");
  app.add_flag("--json", json, "One JSON document");
  CLI11_PARSE(app, argc, argv);
  if (widths.size() < 2) {
    std::cerr << "error: --layers needs inputs and classes, such as 20,16,3\n";
    return 2;
  }
  if (all) {
    grid();
    return 0;
  }
  const double seconds = Job(widths, batch).step_seconds(threads, 50);
  if (json) {
    std::cout << nlohmann::ordered_json{{"schema", "telar.bench_step/1"},
                                        {"layers", widths},
                                        {"batch", batch},
                                        {"threads", threads},
                                        {"seconds_per_step", seconds}}
                     .dump()
              << '\n';
  } else {
    std::cout << seconds * 1e6 << " us a step\n";
  }
} catch (const telar::Error& error) {
  std::cerr << "error: " << error.what() << '\n';
  return 1;
}
