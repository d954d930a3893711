// How near the arithmetic limit each product of a dense layer runs, alone and on one core.
//   telar_bench_kernels [--batch N] [--in N] [--out N] [--json]
#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <fmt/core.h>
#include <iostream>
#include <nlohmann/json.hpp>

#include <telar/error.hpp>

#include "compute/arena.hpp"
#include "compute/isa.hpp"
#include "compute/schedule.hpp"
#include "support/fma_peak.hpp"

namespace {

using namespace telar;
using namespace telar::compute;

struct Timing {
  double median, fastest;  ///< seconds
};

/// Of a call, over half a second of calls.
template <class F>
Timing timing_of(const F& f) {
  using Clock = std::chrono::steady_clock;
  std::vector<double> seconds;
  const auto begin = Clock::now();
  for (auto now = begin; now - begin < std::chrono::milliseconds(500);) {
    f();
    const auto after = Clock::now();
    seconds.push_back(std::chrono::duration<double>(after - now).count());
    now = after;
  }
  std::nth_element(seconds.begin(), seconds.begin() + static_cast<std::ptrdiff_t>(seconds.size() / 2), seconds.end());
  return {seconds[seconds.size() / 2], *std::min_element(seconds.begin(), seconds.end())};
}

}  // namespace

int main(int argc, char** argv) try {
  int batch = 128, in = 784, out = 512;
  bool json = false;
  CLI::App app{"Share of the FMA peak of each product of a dense layer, on one core"};
  app.add_option("--batch", batch, "Rows")->capture_default_str()->check(CLI::Range(1, 1 << 16));
  app.add_option("--in", in, "Inputs of the layer")->capture_default_str()->check(CLI::Range(1, 1 << 16));
  app.add_option("--out", out, "Outputs of the layer")->capture_default_str()->check(CLI::Range(1, 1 << 16));
  app.add_flag("--json", json, "One JSON document");
  CLI11_PARSE(app, argc, argv);

  std::size_t used = 0;
  const auto take = [&](std::size_t floats) { return std::exchange(used, used + (floats + 31) / 32 * 32 + 288); };
  const auto matrix = [&](int columns) {
    const int stride = static_cast<int>(padded(columns)) + 16;
    return Matrix{take(static_cast<std::size_t>(stride) * static_cast<std::size_t>(batch)), columns, stride};
  };
  const auto kernel = [&](int rows, int columns) {
    Kernel k{0, rows, columns};
    k.at = take(k.size());
    return k;
  };
  const Kernel weights = kernel(in, out);
  const Vector bias{take(padded(out)), out};
  const std::size_t stride = (used + 1023) / 1024 * 1024 + 288;
  used = 4 * stride;
  const Kernel transposed = kernel(out, in);
  const Matrix x = matrix(in), y = matrix(out), delta = matrix(out), below = matrix(in);
  Arena arena(used);
  for (std::size_t i = 0; i < used; ++i) arena.data()[i] = static_cast<float>(i * 2654435761u % 1000) * 1e-3f;

  StepInput input;
  input.rows = batch;
  input.rate = 1e-9f;
  const RunOp run = run_op(current_isa());
  const double gflop = 2e-9 * batch * in * out;
  double peak = bench::fma_peak(1);
  nlohmann::ordered_json results = nlohmann::ordered_json::array();
  const auto measure = [&](const std::string& name, const Op& op, UpdateRule::Kind kind, int columns, int rows) {
    const Frame frame{arena.data(), &input, {kind, 0.9f, 0.1f, 0.001f, 1e-7f}, stride};
    const auto across = static_cast<std::size_t>(panels(columns)), all = static_cast<std::size_t>(rows);
    const bool updates = std::holds_alternative<DenseUpdateOp>(op);
    const Timing seconds = timing_of([&] {
      if (!updates) return run(op, frame, {0, across, 0, all});
      for (std::size_t r = 0; r < all; r += kKernelRowsAtOnce)
        run(op, frame, {0, across, r, std::min(kKernelRowsAtOnce, all - r)});
    });
    peak = std::max(peak, bench::fma_peak(1));
    results.push_back({{"kernel", name},
                       {"microseconds", seconds.median * 1e6},
                       {"gflop_per_second", gflop / seconds.median},
                       {"fastest_gflop_per_second", gflop / seconds.fastest}});
  };
  using Kind = UpdateRule::Kind;
  const Op update = DenseUpdateOp{x, delta, weights, {}, bias};
  measure("forward, relu", DenseOp{x, y, weights, bias, Act::relu}, Kind::sgd, out, batch);
  measure("forward, tanh", DenseOp{x, y, weights, bias, Act::tanh}, Kind::sgd, out, batch);
  measure("input gradient", DenseInputGradOp{delta, below, transposed, x, Act::relu}, Kind::sgd, in, batch);
  measure("weight gradient", update, Kind::gradient, out, in);
  measure("update, sgd", update, Kind::sgd, out, in);
  measure("update, adam", update, Kind::adam, out, in);
  measure("update, adam, transposed copy", DenseUpdateOp{x, delta, weights, transposed, bias}, Kind::adam, out, in);

  for (auto& result : results)
    for (const std::string of : {"", "fastest_"})
      result[of + "share_of_peak"] = result[of + "gflop_per_second"].get<double>() / peak;
  if (json) {
    std::cout << nlohmann::ordered_json{{"schema", "telar.bench_kernels/1"},
                                        {"isa", name_of(current_isa())},
                                        {"batch", batch},
                                        {"in", in},
                                        {"out", out},
                                        {"fma_peak", peak},
                                        {"kernels", results}}
                     .dump()
              << '\n';
    return 0;
  }
  std::cout << fmt::format("batch {}, {} -> {}, {}, FMA peak {:.1f} GFLOP/s\n", batch, in, out, name_of(current_isa()),
                           peak);
  for (const auto& result : results)
    std::cout << fmt::format("{:<32} {:8.1f} us {:7.1f} GFLOP/s {:5.1f} %  (fastest {:5.1f} %)\n",
                             result["kernel"].get<std::string>(), result["microseconds"].get<double>(),
                             result["gflop_per_second"].get<double>(), 100 * result["share_of_peak"].get<double>(),
                             100 * result["fastest_share_of_peak"].get<double>());
} catch (const telar::Error& error) {
  std::cerr << "error: " << error.what() << '\n';
  return 1;
}
