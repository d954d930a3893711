#include "train/sample_weights.hpp"

#include <cmath>

#include <telar/error.hpp>

#include "base/number_text.hpp"
#include "spec/validate.hpp"
#include "train/session.hpp"

namespace telar {

std::vector<float> stored_weights(const Dataset& data, std::span<const float> weights, const std::string& verb) {
  if (weights.empty()) return {};
  if (weights.size() != data.size())
    throw Error(ErrorCode::usage, verb,
                "sample_weight has " + std::to_string(weights.size()) + " numbers for " + std::to_string(data.size()) +
                    " samples");
  const std::size_t stored =
      std::visit([](const auto& values) { return values.size(); }, data.storage().features) / data.sample_size();
  std::vector<float> all(stored, -1.0f);
  for (std::size_t i = 0; i < weights.size(); ++i) {
    if (!(weights[i] >= 0) || !std::isfinite(weights[i]))
      throw Error(ErrorCode::usage, verb,
                  "sample_weight of sample " + std::to_string(i) + " is " +
                      number_text(static_cast<double>(weights[i])) + ", but must be at least 0");
    float& own = all[data.rows()[i]];
    if (own >= 0 && own != weights[i])
      throw Error(ErrorCode::usage, verb, "sample " + std::to_string(i) + " is there twice, with different weights",
                  "give the same weight to each");
    own = weights[i];
  }
  return all;
}

std::vector<float> weights_of_classes(const Dataset& data, const std::map<int, double>& class_weight, int classes) {
  if (class_weight.empty()) return {};
  if (classes == 0)
    throw Error(ErrorCode::usage, "fit", "class_weight needs classes, but this training has none", "use sample_weight");
  for (const auto& [label, weight] : class_weight) {
    check_range("class_weight of class " + std::to_string(label), weight, kNotNegative, "fit");
    if (label < 0 || label >= classes)
      throw Error(
          ErrorCode::usage, "fit",
          "class_weight names class " + std::to_string(label) + ", but there are 0 to " + std::to_string(classes - 1));
  }
  const Truth truth(data, classes);
  std::vector<float> weights(data.size(), 1.0f);
  for (std::size_t i = 0; i < weights.size(); ++i)
    if (const auto found = class_weight.find(truth[data.rows()[i]]); found != class_weight.end())
      weights[i] = static_cast<float>(found->second);
  return weights;
}

}  // namespace telar
