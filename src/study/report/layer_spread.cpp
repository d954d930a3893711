#include "study/report/layer_spread.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#include "base/statistics.hpp"
#include "study/report/view.hpp"

namespace telar {

namespace {

/// What the runs say of one layer.
struct LayerNumbers {
  std::vector<double> zeros, dead, update_ratio, gradient_norm;
};

SeedSpread spread_of(std::vector<double> values) {
  std::erase_if(values, [](double x) { return !std::isfinite(x); });
  if (values.empty()) return {};
  const auto [low, high] = std::ranges::minmax(values);
  return {summarize(values).mean, low, high};
}

}  // namespace

void merge_names(std::vector<std::string>& order, const std::vector<std::string>& names) {
  auto place = order.begin();
  for (const std::string& name : names) {
    const auto known = std::ranges::find(order, name);
    place = (known != order.end() ? known : order.insert(place, name)) + 1;
  }
}

std::vector<LayerSpread> spread_of_layers(std::span<const Measures> runs) {
  std::vector<std::string> order;
  std::map<std::string, LayerNumbers> numbers;
  for (const Measures& run : runs) {
    std::vector<std::string> outputs, kernels;
    for (const LayerHealth& layer : run.layers) {
      LayerNumbers& of_layer = numbers[outputs.emplace_back(shown(layer.name))];
      of_layer.zeros.push_back(layer.zeros);
      if (layer.units > 0) of_layer.dead.push_back(static_cast<double>(layer.dead) / layer.units);
    }
    for (const KernelMotion& kernel : run.kernels) {
      LayerNumbers& of_layer = numbers[kernels.emplace_back(shown(kernel.layer))];
      of_layer.update_ratio.push_back(kernel.update_ratio);
      of_layer.gradient_norm.push_back(kernel.gradient_norm);
    }
    merge_names(order, outputs);
    merge_names(order, kernels);
  }
  if (order.size() > kMostLayers) order.resize(kMostLayers);
  std::vector<LayerSpread> layers;
  for (const std::string& name : order) {
    const LayerNumbers& of_layer = numbers[name];
    layers.push_back({name, spread_of(of_layer.zeros), spread_of(of_layer.dead), spread_of(of_layer.update_ratio),
                      spread_of(of_layer.gradient_norm)});
  }
  return layers;
}

}  // namespace telar
