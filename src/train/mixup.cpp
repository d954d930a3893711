#include "train/mixup.hpp"

#include <cmath>
#include <numeric>
#include <variant>

#include <telar/error.hpp>

#include "spec/describe.hpp"
#include "spec/validate.hpp"

namespace telar {

double mixup_share(double alpha, const Random& random, std::uint64_t step) {
  // Devroye 1996, "Random variate generation in one line of code": with U in (0, 1) and an angle,
  // 1/2 +- 1/2 / sqrt(1 + 1 / ((U^(-1/alpha) - 1) cos^2)). Of a point in the disc the cosine needs no angle.
  const auto unit = [](std::uint32_t bits) { return (static_cast<double>(bits) + 0.5) * 0x1p-32; };
  for (std::uint64_t attempt = 0;; ++attempt) {
    const auto bits = random.block(attempt, step);
    const double x = 2 * unit(bits[0]) - 1, y = 2 * unit(bits[1]) - 1, square = x * x + y * y;
    if (square > 1) continue;
    const double spread = (std::pow(unit(bits[2]), -1 / alpha) - 1) * (x * x / square);
    const double half = 0.5 / std::sqrt(1 + 1 / spread);
    return x < 0 ? 0.5 - half : 0.5 + half;
  }
}

void Mixer::check(const Loss& loss, bool weighted) {
  const auto* sparse = std::get_if<SparseCategoricalCrossentropy>(&loss);
  const std::string name = snake_case(class_name(loss));
  if (sparse == nullptr && !std::holds_alternative<CategoricalCrossentropy>(loss) &&
      !std::holds_alternative<CategoricalFocalCrossentropy>(loss))
    throw Error(ErrorCode::usage, "fit", "mixup makes mixtures of classes, which " + name + " does not take",
                "use sparse_categorical_crossentropy or categorical_crossentropy");
  if (sparse != nullptr && sparse->ignore_class)
    throw Error(ErrorCode::usage, "fit", "mixup does not go with ignore_class: a mixture has no class to ignore",
                "leave one of them out");
  if (weighted)
    throw Error(ErrorCode::usage, "fit", "mixup does not go with class_weight or sample_weight",
                "leave one of them out");
}

Mixer::Mixer(const MixUp& settings, const Dataset& data, const Truth& truth, int outputs, int max_rows,
             std::uint64_t seed)
    : alpha_(settings.alpha),
      shares_(seed, Purpose::shuffle, "mixup"),
      partners_(seed, Purpose::shuffle, "mixup partners"),
      truth_(truth),
      outputs_(static_cast<std::size_t>(outputs)),
      partner_(static_cast<std::size_t>(max_rows)),
      rows_(partner_.size()),
      features_(partner_.size() * data.sample_size()),
      targets_(partner_.size() * outputs_),
      mixed_truth_(partner_.size(), truth.classes()) {
  std::iota(rows_.begin(), rows_.end(), 0u);
}

compute::StepInput Mixer::mix(const compute::StepInput& input) {
  const float share = static_cast<float>(mixup_share(alpha_, shares_, input.step)), rest = 1.0f - share;
  const auto rows = static_cast<std::size_t>(input.rows);
  std::iota(partner_.begin(), partner_.begin() + input.rows, 0u);
  shuffle(partner_.data(), rows, partners_, input.step);
  for (std::size_t r = 0; r < rows; ++r) {
    const std::size_t own = input.index[r], other = input.index[partner_[r]];
    float* features = &features_[r * input.sample_size];
    for (std::size_t i = 0; i < input.sample_size; ++i)
      features[i] = share * feature(input, own, i) + rest * feature(input, other, i);
    for (std::size_t c = 0; c < outputs_; ++c)
      targets_[r * outputs_ + c] = share * target(input, own, c) + rest * target(input, other, c);
    mixed_truth_.set(r, truth_[static_cast<std::uint32_t>(share >= 0.5f ? own : other)]);
  }
  compute::StepInput mixed = input;
  mixed.index = rows_.data();
  mixed.upcoming = 0;
  mixed.bytes = nullptr;
  mixed.floats = features_.data();
  mixed.labels = nullptr;
  mixed.targets = targets_.data();
  return mixed;
}

}  // namespace telar
