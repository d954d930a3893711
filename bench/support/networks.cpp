#include "support/networks.hpp"

#include <algorithm>

namespace telar::bench {

Sequential network(Network network, DType dtype) {
  const bool wide = network == Network::wide;
  std::vector<Layer> layers{Rescaling{.scale = 1.0 / 255}, Flatten{}};
  for (int i = 0; i < (wide ? 3 : 2); ++i) {
    layers.emplace_back(Dense{.units = wide ? 1024 : 512, .activation = Activation::relu});
    if (network == Network::batch_normalization) layers.emplace_back(BatchNormalization{});
    if (wide) layers.emplace_back(Dropout{.rate = 0.3});
  }
  layers.emplace_back(Dense{.units = 10, .activation = Activation::softmax});
  Sequential model{Input{28, 28}, layers};
  model.compile({.optimizer = wide ? Optimizer(AdamW{}) : Optimizer(Adam{}),
                 .loss = SparseCategoricalCrossentropy{},
                 .metrics = {Accuracy{}},
                 .dtype = dtype});
  return model;
}

double flops_per_epoch(const Sequential& model, std::size_t samples) {
  double all = 0, first = 0;
  for (const Variable& variable : model.variables()) {
    if (variable.shape.size() != 2) continue;
    if (all == 0) first = static_cast<double>(variable.size());
    all += static_cast<double>(variable.size());
  }
  return 2.0 * static_cast<double>(samples) * (2 * all + (all - first));
}

double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

}  // namespace telar::bench
