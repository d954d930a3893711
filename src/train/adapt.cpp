// Sequential::adapt: the statistics of Normalization layers.
#include <algorithm>
#include <variant>
#include <vector>

#include <telar/sequential.hpp>

#include "model/axes.hpp"
#include "train/session.hpp"
#include "train/state.hpp"

namespace telar {

namespace {

/// Sums over samples of each number's distance to the first sample's, and of the squares, in the samples' order.
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

/// Of each number of a sample, which feature it belongs to.
std::vector<std::size_t> features_of(const Axes& axes, const std::vector<int>& shape) {
  const std::vector<int> places = places_of(axes, shape);
  auto step = static_cast<std::size_t>(flat_size(shape, "adapt"));
  std::vector<std::size_t> features(step);
  for (std::size_t axis = 0; axis < shape.size(); ++axis) {
    const auto extent = static_cast<std::size_t>(shape[axis]);
    step /= extent;
    if (!std::ranges::binary_search(places, static_cast<int>(axis))) continue;
    for (std::size_t i = 0; i < features.size(); ++i) features[i] = features[i] * extent + i / step % extent;
  }
  return features;
}

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
    const std::vector<std::size_t> feature = features_of(layer->axis, model.infos()[i].input_shape);
    const Variable &mean = *model.variable(i, "mean"), &variance = *model.variable(i, "variance");
    const double each = static_cast<double>(feature.size()) / static_cast<double>(mean.size());
    // A feature's variance is the mean of those of its numbers, and the variance of their means.
    std::vector<double> means(feature.size()), of_feature(mean.size()), spread(mean.size());
    for (std::size_t c = 0; c < feature.size(); ++c) {
      means[c] = sums.first[c] + sums.sums[c] / count;
      of_feature[feature[c]] += means[c] / each;
    }
    for (std::size_t c = 0; c < feature.size(); ++c) {
      const double shift = sums.sums[c] / count, apart = means[c] - of_feature[feature[c]];
      spread[feature[c]] += (std::max(sums.squares[c] / count - shift * shift, 0.0) + apart * apart) / each;
    }
    for (std::size_t f = 0; f < mean.size(); ++f) {
      model.weights()[mean.offset + f] = static_cast<float>(of_feature[f]);
      model.weights()[variance.offset + f] = static_cast<float>(spread[f]);
    }
  }
}

}  // namespace telar
