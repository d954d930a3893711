#include "study/report/network_view.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <span>
#include <string_view>

#include <telar/error.hpp>

#include "data/picture.hpp"
#include "spec/validate.hpp"
#include "study/environment.hpp"
#include "study/resume.hpp"
#include "study/run_store.hpp"

namespace telar {

namespace {

constexpr std::size_t kMostMistakes = 24;
constexpr std::size_t kLayerSamples = 2000;
constexpr std::size_t kLayerOutputs = std::size_t{1} << 25;  // numbers of one layer's outputs that are looked at
constexpr int kLargestPicture = 64;                          // pixels along a side

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

/// Whether a layer's outputs are worth a line: not if they are its inputs, in inference mode.
bool computes(const Layer& layer) {
  constexpr std::string_view silent[] = {"Rescaling",     "Flatten",           "Reshape",      "Dropout",
                                         "GaussianNoise", "GaussianDropout",   "AlphaDropout", "ActivityRegularization",
                                         "RandomFlip",    "RandomTranslation", "Normalization"};
  return std::ranges::find(silent, class_name(layer)) == std::end(silent);
}

std::string name_of_layer(const Layer& layer) {
  return std::visit([](const auto& l) { return l.name; }, layer);
}

void look_at_outputs(const std::vector<float>& outputs, LayerHealth& health) {
  const auto width = static_cast<std::size_t>(health.units);
  std::vector<bool> alive(width);
  std::size_t zeros = 0;
  double sum = 0, squares = 0;
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    const double x = outputs[i];
    sum += x;
    squares += x * x;
    if (x == 0)
      ++zeros;
    else
      alive[i % width] = true;
  }
  const auto n = static_cast<double>(outputs.size());
  health.mean = sum / n;
  health.sd = std::sqrt(std::max(0.0, squares / n - health.mean * health.mean));
  health.zeros = static_cast<double>(zeros) / n;
  health.dead = static_cast<int>(std::ranges::count(alive, false));
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

std::vector<LayerHealth> view_layers(const Sequential& model, const Dataset& data, int threads) {
  std::vector<LayerHealth> layers;
  const std::vector<Layer>& all = model.layers();
  const std::span<const float> weights = model.get_weights();
  for (std::size_t k = 0; k < all.size(); ++k) {
    if (!computes(all[k])) continue;
    // The network up to this layer: its variables are the first ones of the whole network's.
    Sequential part(model.input(), {all.begin(), all.begin() + static_cast<std::ptrdiff_t>(k) + 1}, model.seed());
    part.set_weights(weights.first(part.get_weights().size()));
    LayerHealth health{.name = name_of_layer(all[k]), .type = std::string(class_name(all[k]))};
    health.units = part.outputs();
    health.weight_norm = std::numeric_limits<double>::quiet_NaN();
    for (const Variable& variable : part.variables()) {
      if (!variable.path.starts_with(health.name + "/")) continue;
      health.parameters += variable.size();
      if (!std::isnan(health.weight_norm)) continue;
      double squares = 0;
      for (const float w : part.get_weights().subspan(variable.offset, variable.size())) squares += double{w} * w;
      health.weight_norm = std::sqrt(squares);
    }
    const std::size_t samples = std::clamp<std::size_t>(kLayerOutputs / static_cast<std::size_t>(health.units), 1,
                                                        std::min(kLayerSamples, data.size()));
    look_at_outputs(part.predict(data.slice(0, samples), {.threads = threads}), health);
    layers.push_back(std::move(health));
  }
  return layers;
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

  view.layers = view_layers(model, data.test, threads);
  view.layer_samples = std::min(kLayerSamples, data.test.size());
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
