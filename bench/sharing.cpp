// What trainings do to each other, and what a busy neighbour does to a training on all cores.
//   telar_bench_sharing [--seconds S] [--json]
// Each case is an epoch of the baseline over 10,000 images. The cases take turns until the time is over; medians count.
#include <CLI/CLI.hpp>
#include <atomic>
#include <chrono>
#include <fmt/core.h>
#include <functional>
#include <iostream>
#include <nlohmann/json.hpp>
#include <thread>

#include "support/networks.hpp"

namespace {

using namespace telar;

double seconds_of(const std::function<void()>& f) {
  const auto begin = std::chrono::steady_clock::now();
  f();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

}  // namespace

int main(int argc, char** argv) try {
  double budget = 60;
  bool json = false;
  CLI::App app{"Two trainings side by side against one, and 2 threads beside an endless loop against 1 thread alone"};
  app.add_option("--seconds", budget, "How long to measure")->capture_default_str()->check(CLI::Range(1.0, 3600.0));
  app.add_flag("--json", json, "One JSON document");
  CLI11_PARSE(app, argc, argv);

  const Dataset data = take_first(datasets::fashion_mnist().train, 10'000).first;
  Sequential first = bench::network(bench::Network::baseline, DType::float32), second = first;
  const auto epoch = [&](Sequential& model, int threads) {
    model.fit(data, {.batch_size = 128, .training_score = false, .threads = threads});
  };
  const auto alone = [&] { epoch(first, 1); };
  const auto side_by_side = [&] {
    std::thread other([&] { epoch(second, 1); });
    epoch(first, 1);
    other.join();
  };
  const auto with_neighbour = [&] {
    std::atomic<bool> leave{false};
    std::thread neighbour([&] {
      while (!leave.load(std::memory_order_relaxed)) {
      }
    });
    const double seconds = seconds_of([&] { epoch(first, 2); });
    leave = true;
    neighbour.join();
    return seconds;
  };

  std::vector<double> one, two, beside;
  alone();  // warm-up
  for (double spent = 0; spent < budget || one.empty();) {
    one.push_back(seconds_of(alone));
    two.push_back(seconds_of(side_by_side));
    beside.push_back(with_neighbour());
    spent += one.back() + two.back() + beside.back();
  }
  const double throughput = 2 * bench::median(one) / bench::median(two);
  const double against_alone = bench::median(one) / bench::median(beside);
  if (json) {
    std::cout << nlohmann::ordered_json{{"schema", "telar.bench_sharing/1"},
                                        {"rounds", one.size()},
                                        {"alone_seconds", one},
                                        {"side_by_side_seconds", two},
                                        {"with_neighbour_seconds", beside},
                                        {"side_by_side_throughput", throughput},
                                        {"with_neighbour_speed", against_alone}}
                     .dump()
              << '\n';
  } else {
    std::cout << fmt::format(
        "{} rounds. Two trainings side by side: {:.2f} x the work of one.\n"
        "2 threads beside an endless loop: {:.2f} x the speed of 1 thread alone.\n",
        one.size(), throughput, against_alone);
  }
} catch (const telar::Error& error) {
  std::cerr << "error: " << error.what() << '\n';
  return 1;
}
