#include "train/predicted_classes.hpp"

#include <algorithm>
#include <limits>
#include <span>
#include <variant>

#include "model/loss_op.hpp"

namespace telar {

std::vector<std::int32_t> predicted_classes(const Sequential& model, const Dataset& data, int threads) {
  const std::vector<float> outputs = model.predict(data, {.threads = threads});
  const auto width = static_cast<std::size_t>(model.outputs());
  const LossOperation loss = loss_op(*model.compiled().loss);
  const auto* formula = std::get_if<compute::LossOp>(&loss);
  // A cross-entropy over a single class knows no other.
  const float threshold = formula != nullptr ? formula->threshold : std::numeric_limits<float>::infinity();
  std::vector<std::int32_t> classes;
  for (std::size_t first = 0; first < outputs.size(); first += width) {
    const auto row = std::span(outputs).subspan(first, width);
    classes.push_back(width > 1 ? static_cast<std::int32_t>(std::ranges::max_element(row) - row.begin())
                                : static_cast<std::int32_t>(row[0] > threshold));
  }
  return classes;
}

}  // namespace telar
