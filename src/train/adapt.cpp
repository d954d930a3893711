// Sequential::adapt: the statistics of Normalization layers.
#include <algorithm>
#include <variant>
#include <vector>

#include <telar/sequential.hpp>

#include "train/session.hpp"
#include "train/state.hpp"

namespace telar {

namespace {

/// Sums over samples of each feature's distance to its first number, and of the squares, in the samples' order.
struct FeatureSums {
  std::vector<double> first, sums, squares;

  void add(const float* row, std::size_t columns) {
    if (first.empty()) {
      first.assign(row, row + columns);
      sums.resize(columns);
      squares.resize(columns);
    }
    for (std::size_t c = 0; c < columns; ++c) {
      const double distance = static_cast<double>(row[c]) - first[c];
      sums[c] += distance;
      squares[c] += distance * distance;
    }
  }
};

FeatureSums sums_of_outputs(const Model& model, const Dataset& data) {
  constexpr std::size_t kRows = 256;
  Session session(model, {.max_rows = static_cast<int>(std::min(kRows, data.size()))}, 0);
  compute::StepInput input = bind(data);
  FeatureSums sums;
  const std::span<const std::uint32_t> rows = data.rows();
  for (std::size_t begin = 0; begin < rows.size(); begin += static_cast<std::size_t>(input.rows)) {
    input.rows = static_cast<int>(std::min(rows.size() - begin, static_cast<std::size_t>(session.max_rows())));
    input.index = rows.data() + begin;
    session.executable().run(compute::Phase::predict, input);
    for (int r = 0; r < input.rows; ++r)
      sums.add(session.executable().output() + static_cast<std::ptrdiff_t>(r) * session.output().stride,
               static_cast<std::size_t>(session.output().columns));
  }
  return sums;
}

}  // namespace

void Sequential::adapt(const Dataset& data) {
  Model& model = state_->model;
  check_data(model, data, nullptr, "adapt");
  for (std::size_t i = 0; i < model.layers().size(); ++i) {
    const auto* layer = std::get_if<Normalization>(&model.layers()[i]);
    if (layer == nullptr || !layer->mean.empty()) continue;
    const FeatureSums sums = sums_of_outputs(first_layers(model, i), data);
    const double count = static_cast<double>(data.size());
    float* mean = &model.weights()[model.variable(i, "mean")->offset];
    float* variance = &model.weights()[model.variable(i, "variance")->offset];
    for (std::size_t c = 0; c < sums.first.size(); ++c) {
      const double shift = sums.sums[c] / count;
      mean[c] = static_cast<float>(sums.first[c] + shift);
      variance[c] = static_cast<float>(std::max(sums.squares[c] / count - shift * shift, 0.0));
    }
  }
}

}  // namespace telar
