#include "study/report/network_view.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <span>

#include <telar/error.hpp>

#include "data/picture.hpp"
#include "study/environment.hpp"
#include "study/resume.hpp"
#include "study/run_store.hpp"

namespace telar {

namespace {

constexpr std::size_t kMostMistakes = 24;
constexpr int kLargestPicture = 64;  // pixels along a side

/// The class of a sample, from its label or its one-hot targets.
int class_of_sample(const Dataset& data, std::size_t i) {
  if (data.has_labels()) return data.label(i);
  const Dataset::Storage& storage = data.storage();
  const auto width = static_cast<std::size_t>(storage.target_width);
  if (width == 1) return storage.targets[data.rows()[i]] > 0.5f;
  const auto first = storage.targets.begin() + static_cast<std::ptrdiff_t>(data.rows()[i] * width);
  return static_cast<int>(std::max_element(first, first + static_cast<std::ptrdiff_t>(width)) - first);
}

std::string name_of_class(const Dataset& data, int c) {
  const auto at = static_cast<std::size_t>(c);
  return at < data.class_names().size() ? data.class_names()[at] : std::to_string(c);
}

/// A sample as a picture: numbers that are no bytes are spread from the sample's smallest to its largest.
std::vector<std::byte> picture_of_sample(const Dataset& data, std::size_t i) {
  const std::vector<int>& shape = data.shape();
  const bool image = shape.size() == 2 || (shape.size() == 3 && (shape[2] == 1 || shape[2] == 3));
  if (!image || std::min(shape[0], shape[1]) < 2) return {};
  Picture picture{shape[0], shape[1], shape.size() == 3 ? shape[2] : 1, {}};
  const std::size_t size = data.sample_size();
  std::visit(
      [&](const auto& features) {
        const auto sample = std::span(features).subspan(data.rows()[i] * size, size);
        [[maybe_unused]] const auto [low, high] = std::ranges::minmax(sample);
        for (const auto value : sample) {
          if constexpr (std::is_same_v<std::remove_cvref_t<decltype(value)>, std::uint8_t>)
            picture.bytes.push_back(value);
          else
            picture.bytes.push_back(high > low
                                        ? static_cast<std::uint8_t>(std::lround(255 * (value - low) / (high - low)))
                                        : std::uint8_t{0});
        }
      },
      data.storage().features);
  const int largest = std::max(picture.height, picture.width);
  if (largest > kLargestPicture) {
    const auto shrunk = [largest](int side) { return std::max(1, side * kLargestPicture / largest); };
    picture = resized(picture, shrunk(picture.height), shrunk(picture.width));
  }
  return png_bytes(picture);
}

/// Whether the outputs of a network with this loss are probabilities, logits, or neither.
enum class OutputKind { probabilities, logits, other };

OutputKind output_kind(const Loss& loss) {
  return std::visit(
      [](const auto& l) {
        if constexpr (requires { l.from_logits; })
          return l.from_logits ? OutputKind::logits : OutputKind::probabilities;
        else
          return OutputKind::other;
      },
      loss);
}

/// Logits become probabilities, in place.
void to_probabilities(std::vector<float>& outputs, std::size_t width) {
  for (auto row = outputs.begin(); row != outputs.end(); row += static_cast<std::ptrdiff_t>(width)) {
    const auto end = row + static_cast<std::ptrdiff_t>(width);
    if (width == 1) {
      *row = 1 / (1 + std::exp(-*row));
      continue;
    }
    const float largest = *std::max_element(row, end);
    std::transform(row, end, row, [largest](float x) { return std::exp(x - largest); });
    const float sum = std::accumulate(row, end, 0.0f);
    std::transform(row, end, row, [sum](float x) { return x / sum; });
  }
}

}  // namespace

void view_outputs(const std::vector<float>& outputs, const Dataset& test, std::size_t most, NetworkView& view) {
  view.samples = test.size();
  const std::size_t width = test.empty() ? 1 : outputs.size() / test.size();
  const int bins = ExpectedCalibrationError{}.bins;
  view.calibration.assign(static_cast<std::size_t>(bins), {});
  struct Wrong {
    std::size_t sample;
    int predicted;
    double confidence;
  };
  std::vector<Wrong> wrong;
  for (std::size_t i = 0; i < test.size(); ++i) {
    const auto row = std::span(outputs).subspan(i * width, width);
    const auto largest = std::ranges::max_element(row);
    const int predicted = width == 1 ? row[0] > 0.5f : static_cast<int>(largest - row.begin());
    const double confidence = width == 1 ? std::max<double>(row[0], 1 - row[0]) : *largest;
    const bool right = predicted == class_of_sample(test, i);
    if (!right) wrong.push_back({i, predicted, confidence});
    if (std::isnan(confidence)) continue;
    const double at = std::clamp(std::ceil(confidence * bins) - 1, 0.0, bins - 1.0);
    CalibrationBin& bin = view.calibration[static_cast<std::size_t>(at)];
    ++bin.samples;
    bin.confidence += confidence;
    bin.accuracy += right ? 1 : 0;
  }
  view.wrong = wrong.size();
  double distance = 0, counted = 0;
  for (std::size_t b = 0; b < view.calibration.size(); ++b) {
    CalibrationBin& bin = view.calibration[b];
    bin.low = static_cast<double>(b) / bins;
    bin.high = static_cast<double>(b + 1) / bins;
    distance += std::abs(bin.confidence - bin.accuracy);
    counted += static_cast<double>(bin.samples);
    bin.confidence /= static_cast<double>(bin.samples);
    bin.accuracy /= static_cast<double>(bin.samples);
  }
  view.calibration_error = distance / counted;

  std::ranges::stable_sort(wrong, [](const Wrong& a, const Wrong& b) { return a.confidence > b.confidence; });
  if (wrong.size() > most) wrong.resize(most);
  for (const Wrong& w : wrong)
    view.mistakes.push_back({w.sample, name_of_class(test, class_of_sample(test, w.sample)),
                             name_of_class(test, w.predicted), w.confidence, picture_of_sample(test, w.sample)});
}

NetworkView view_network(const TrainResult& run, const Recipe& recipe, const RecipeData& data, const Json& environment,
                         int threads) {
  NetworkView view;
  view.seed = run.seed;
  check_same_data(Json{{"test", Json{{"sha256", fingerprint(data.test)}}}}, environment, run.run_dir.string());
  if (data.test.empty()) {
    view.problem = "the test set is empty";
    return view;
  }
  Sequential model = build_model(recipe, data.test);
  model.load_weights(open_run(run.run_dir).weights());
  if (!run.weights_sha256.empty() && model.weights_sha256() != run.weights_sha256)
    throw Error(ErrorCode::data, run.run_dir.string(), "the weights in the folder are not those of its result");

  view.layers = layer_health(model, data.test, threads);
  view.layer_samples = std::min(kHealthSamples, data.test.size());
  const OutputKind kind = recipe.compile.loss ? output_kind(*recipe.compile.loss) : OutputKind::other;
  if (kind == OutputKind::other || !run.test || run.test->classes == 0) {
    view.samples = data.test.size();
    view.calibration_error = std::numeric_limits<double>::quiet_NaN();
    return view;
  }
  std::vector<float> outputs = model.predict(data.test, {.threads = threads});
  if (kind == OutputKind::logits) to_probabilities(outputs, static_cast<std::size_t>(model.outputs()));
  view_outputs(outputs, data.test, kMostMistakes, view);
  return view;
}

}  // namespace telar
