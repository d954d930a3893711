// Speed of the reader of tables, of decimals and of small whole numbers, as a training reads them.
//   telar_bench_csv [--megabytes N] [--columns N] [--json]
#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fmt/format.h>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>
#include <random>
#include <string>
#include <unistd.h>

#include <telar/telar.hpp>

namespace {

/// Numbers of a table, drawn between two bounds.
struct Numbers {
  const char *name, *format;
  double low, high;
};

/// A table with the features x0, x1, ... and the target y, in a file that goes with this object.
class TableFile {
 public:
  TableFile(std::size_t bytes, int columns, const Numbers& numbers)
      : path_(std::filesystem::temp_directory_path() / ("telar-bench-" + std::to_string(getpid()) + ".csv")) {
    std::string text;
    for (int c = 0; c < columns; ++c) text += "x" + std::to_string(c) + ",";
    text += "y\n";
    std::mt19937 random(1);
    std::uniform_real_distribution<double> draw(numbers.low, numbers.high);
    while (text.size() < bytes)
      for (int c = 0; c <= columns; ++c)
        text += fmt::format(fmt::runtime(numbers.format), draw(random)) + (c == columns ? '\n' : ',');
    std::ofstream(path_, std::ios::binary) << text;
    size_ = text.size();
  }
  TableFile(const TableFile&) = delete;
  TableFile& operator=(const TableFile&) = delete;
  ~TableFile() {
    std::error_code ignored;
    std::filesystem::remove(path_, ignored);
  }

  /// Megabytes a second, the best of some readings.
  [[nodiscard]] double speed() const {
    double best = 0;
    for (int i = 0; i < 5; ++i) {
      const auto begin = std::chrono::steady_clock::now();
      const telar::datasets::Table table = telar::datasets::csv(path_, {.targets = {"y"}});
      const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
      best = std::max(best, static_cast<double>(size_) * 1e-6 / took.count());
    }
    return best;
  }

 private:
  std::filesystem::path path_;
  std::size_t size_ = 0;
};

}  // namespace

int main(int argc, char** argv) try {
  std::size_t megabytes = 64;
  int columns = 20;
  bool json = false;
  CLI::App app{"Megabytes a second of datasets::csv on one core, of tables of numbers"};
  app.add_option("--megabytes", megabytes, "Size of each table")->capture_default_str()->check(CLI::Range(1, 4096));
  app.add_option("--columns", columns, "Features of each")->capture_default_str()->check(CLI::Range(1, 10000));
  app.add_flag("--json", json, "One JSON document");
  CLI11_PARSE(app, argc, argv);

  nlohmann::ordered_json document{{"schema", "telar.bench_csv/1"}, {"megabytes", megabytes}, {"columns", columns}};
  for (const Numbers& numbers :
       {Numbers{"decimals", "{:.6f}", -1, 1}, Numbers{"long decimals", "{:.9g}", -1, 1},
        Numbers{"whole numbers to 255", "{:.0f}", 0, 255}, Numbers{"whole numbers to 9", "{:.0f}", 0, 9}}) {
    const double speed = TableFile(megabytes * 1'000'000, columns, numbers).speed();
    if (json)
      document[numbers.name] = speed;
    else
      std::cout << numbers.name << ": " << speed << " MB/s\n";
  }
  if (json) std::cout << document.dump() << '\n';
} catch (const telar::Error& error) {
  std::cerr << "error: " << error.what() << '\n';
  return 1;
}
