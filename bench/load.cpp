// Time to read a network of 784-512-512-10 from a file that the operating system has in its memory.
//   telar_bench_load [--repeats N] [--json]
#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fmt/format.h>
#include <iostream>
#include <nlohmann/json.hpp>
#include <unistd.h>
#include <vector>

#include <telar/telar.hpp>

#include "support/networks.hpp"

namespace {

namespace fs = std::filesystem;

/// A folder of this process that goes with this object.
class Folder {
 public:
  Folder() : path_(fs::temp_directory_path() / ("telar-bench-" + std::to_string(getpid()))) {
    fs::create_directories(path_);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  [[nodiscard]] fs::path operator/(const char* name) const { return path_ / name; }

 private:
  fs::path path_;
};

/// Milliseconds of a load.
struct Times {
  double median, best;  ///< where other programs have the processor too, the best says more
};

/// Of `repeats` calls, after one that warms up.
template <class Work>
Times time_of(int repeats, const Work& work) {
  work();
  std::vector<double> all;
  for (int i = 0; i < repeats; ++i) {
    const auto begin = std::chrono::steady_clock::now();
    work();
    all.push_back(std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count());
  }
  return {telar::bench::median(all), *std::ranges::min_element(all)};
}

}  // namespace

int main(int argc, char** argv) try {
  using namespace telar;
  int repeats = 50;
  bool json = false;
  CLI::App app{"Milliseconds to load a network of 784-512-512-10"};
  app.add_option("--repeats", repeats, "Loads of each kind")->capture_default_str()->check(CLI::Range(1, 100000));
  app.add_flag("--json", json, "One JSON document");
  CLI11_PARSE(app, argc, argv);

  Sequential model = bench::network(bench::Network::baseline, DType::float32);
  const Folder folder;
  nlohmann::ordered_json document{{"schema", "telar.bench_load/1"}, {"repeats", repeats}};
  const auto measure = [&](const char* what, const char* file, const auto& work) {
    const Times time = time_of(repeats, work);
    const auto bytes = fs::file_size(folder / file);
    if (json)
      document[what] = {{"bytes", bytes}, {"median_ms", time.median}, {"best_ms", time.best}};
    else
      std::cout << fmt::format("{}: {:.2f} ms, at best {:.2f} ms, of {:.1f} MB\n", what, time.median, time.best,
                               static_cast<double>(bytes) * 1e-6);
  };
  model.save_weights(folder / "weights.npz");
  model.save_weights(folder / "model.weights.h5");
  model.save(folder / "model.keras");
  measure("weights of .npz", "weights.npz", [&] { model.load_weights(folder / "weights.npz"); });
  measure("weights of .weights.h5", "model.weights.h5", [&] { model.load_weights(folder / "model.weights.h5"); });
  measure("weights of .keras", "model.keras", [&] { model.load_weights(folder / "model.keras"); });
  measure("whole .keras", "model.keras", [&] { static_cast<void>(Sequential::load(folder / "model.keras")); });
  if (json) std::cout << document.dump() << '\n';
} catch (const telar::Error& error) {
  std::cerr << "error: " << error.what() << '\n';
  return 1;
}
