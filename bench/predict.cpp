// Time of a prediction: the notebook's network on samples of its size.
//   telar_bench_predict [--batch N] [--threads N] [--batch-normalization] [--seconds S] [--json]
#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <iostream>
#include <nlohmann/json.hpp>

#include <telar/telar.hpp>

int main(int argc, char** argv) try {
  using namespace telar;
  int threads = 1, batch = 1;
  double seconds = 1;
  bool batch_normalization = false, json = false;
  CLI::App app{"Median seconds of a call of Predictor::predict, 784-512-512-10"};
  app.add_option("--threads", threads, "Threads of a call")->capture_default_str()->check(CLI::Range(1, 1024));
  app.add_option("--batch", batch, "Samples of a call")->capture_default_str()->check(CLI::Range(1, 1 << 20));
  app.add_option("--seconds", seconds, "How long to measure")->capture_default_str()->check(CLI::Range(0.01, 3600.0));
  app.add_flag("--batch-normalization", batch_normalization, "With BatchNormalization after each hidden layer");
  app.add_flag("--json", json, "One JSON document");
  CLI11_PARSE(app, argc, argv);

  std::vector<Layer> layers;
  for (int i = 0; i < 2; ++i) {
    layers.push_back(Dense{.units = 512, .activation = Activation::relu});
    if (batch_normalization) layers.push_back(BatchNormalization{});
  }
  layers.push_back(Dense{.units = 10, .activation = Activation::softmax});
  const Predictor predictor(Sequential(Input{784}, layers), {.threads = threads});
  std::vector<float> samples(static_cast<std::size_t>(batch) * 784), results(static_cast<std::size_t>(batch) * 10);
  for (std::size_t i = 0; i < samples.size(); ++i) samples[i] = static_cast<float>(i % 251) / 251;

  using Clock = std::chrono::steady_clock;
  std::vector<double> calls;
  const Clock::time_point begin = Clock::now();
  for (Clock::time_point now = begin; calls.size() < 3 || now - begin < std::chrono::duration<double>(seconds);) {
    predictor.predict(samples, results);
    const Clock::time_point after = Clock::now();
    calls.push_back(std::chrono::duration<double>(after - now).count());
    now = after;
  }
  std::nth_element(calls.begin(), calls.begin() + static_cast<std::ptrdiff_t>(calls.size() / 2), calls.end());
  const double median = calls[calls.size() / 2];
  if (json) {
    std::cout << nlohmann::ordered_json{{"schema", "telar.bench_predict/1"},
                                        {"batch", batch},
                                        {"threads", threads},
                                        {"calls", calls.size()},
                                        {"seconds_per_call", median}}
                     .dump()
              << '\n';
  } else {
    std::cout << "batch " << batch << ", " << threads << " threads: " << median * 1e6 << " us a call\n";
  }
} catch (const telar::Error& error) {
  std::cerr << "error: " << error.what() << '\n';
  return 1;
}
