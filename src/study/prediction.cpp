#include "study/prediction.hpp"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <iterator>
#include <numeric>
#include <optional>
#include <utility>
#include <variant>

#include <telar/error.hpp>

#include "study/documents.hpp"

namespace telar {

namespace {

template <class... Alternatives>
bool is_one_of(const Loss& loss) {
  return (std::holds_alternative<Alternatives>(loss) || ...);
}

bool takes_logits(const Loss& loss) {
  return std::visit(
      [](const auto& l) {
        if constexpr (requires { l.from_logits; }) return l.from_logits;
        return false;
      },
      loss);
}

/// What the last layer does to its numbers.
Activation last_activation(const std::vector<Layer>& layers) {
  const Layer& last = layers.back();
  if (std::holds_alternative<Softmax>(last)) return Activation::softmax;
  if (const auto* dense = std::get_if<Dense>(&last)) return dense->activation;
  if (const auto* activation = std::get_if<ActivationLayer>(&last)) return activation->activation;
  return Activation::linear;
}

/// Whether its outputs lie in [0, 1].
bool gives_shares(Activation activation) {
  switch (activation) {
    case Activation::softmax:
    case Activation::sparsemax:
    case Activation::sigmoid:
    case Activation::hard_sigmoid:
    case Activation::sparse_sigmoid:
      return true;
    default:
      return false;
  }
}

void read_one_output(const OutputMeaning& meaning, float output, Prediction& prediction) {
  const double y = static_cast<double>(output);
  const double second = meaning.transform == OutputMeaning::Transform::sigmoid ? 1 / (1 + std::exp(-y)) : y;
  prediction.label = output > meaning.threshold ? 1 : 0;
  if (meaning.probabilities)
    prediction.values.assign({1 - second, second});
  else
    prediction.values.assign({y});
}

std::string json_text(const std::string& text) {
  return Json(text).dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace

OutputMeaning meaning_of(const TrainedNetwork& network) {
  using Transform = OutputMeaning::Transform;
  const std::optional<Loss>& loss = network.model.compiled().loss;
  const auto outputs = static_cast<std::size_t>(network.model.outputs());
  const Activation last = last_activation(network.model.layers());
  const bool softmax = last == Activation::softmax;
  const std::vector<std::string>& classes = network.names.class_names;
  OutputMeaning meaning;
  if (loss && outputs == 1) {
    const bool crossentropy = is_one_of<BinaryCrossentropy, BinaryFocalCrossentropy>(*loss);
    const bool hinge = is_one_of<Hinge, SquaredHinge>(*loss);
    if (crossentropy || hinge || is_one_of<Dice, Tversky>(*loss)) meaning.classes = 2;
    meaning.probabilities = !hinge;
    if (takes_logits(*loss)) meaning.transform = Transform::sigmoid;
    if (takes_logits(*loss) || hinge) meaning.threshold = 0;
  } else if (loss) {
    const bool crossentropy =
        is_one_of<CategoricalCrossentropy, SparseCategoricalCrossentropy, CategoricalFocalCrossentropy>(*loss);
    const bool independent = is_one_of<BinaryCrossentropy, BinaryFocalCrossentropy>(*loss);
    if (crossentropy || softmax || is_one_of<CategoricalHinge, CategoricalGeneralizedCrossEntropy>(*loss) ||
        classes.size() == outputs)
      meaning.classes = outputs;
    meaning.probabilities =
        crossentropy || softmax || independent || is_one_of<CategoricalGeneralizedCrossEntropy>(*loss);
    if (takes_logits(*loss)) meaning.transform = independent ? Transform::sigmoid : Transform::softmax;
  } else if (softmax && outputs > 1) {
    meaning.classes = outputs;
    meaning.probabilities = true;
  }
  // Whatever the loss takes them for.
  if (meaning.transform == Transform::none && !gives_shares(last)) meaning.probabilities = false;
  if (meaning.classes == 0) {
    meaning.transform = Transform::none;
    if (network.names.target_names.size() == outputs) meaning.names = network.names.target_names;
    return meaning;
  }
  for (std::size_t c = 0; c < meaning.classes; ++c)
    meaning.names.push_back(classes.size() == meaning.classes ? classes[c] : std::to_string(c));
  return meaning;
}

void read_outputs(const OutputMeaning& meaning, std::span<const float> outputs, std::size_t top,
                  const std::string& source, std::uint64_t index, Prediction& prediction) {
  for (std::size_t i = 0; i < outputs.size(); ++i)
    if (!std::isfinite(outputs[i]))
      throw Error(ErrorCode::data, source, fmt::format("sample {}: output {} of the network is not finite", index, i),
                  "its numbers are far from those of the training, or the training diverged");
  std::vector<double>& values = prediction.values;
  if (meaning.classes == 2 && outputs.size() == 1) {
    read_one_output(meaning, outputs[0], prediction);
  } else {
    values.assign(outputs.begin(), outputs.end());
    prediction.label = static_cast<std::size_t>(std::ranges::max_element(outputs) - outputs.begin());
    if (meaning.transform == OutputMeaning::Transform::softmax) {
      const double most = values[prediction.label];
      double sum = 0;
      for (double& value : values) {
        value = std::exp(value - most);
        sum += value;
      }
      for (double& value : values) value /= sum;
    } else if (meaning.transform == OutputMeaning::Transform::sigmoid) {
      for (double& value : values) value = 1 / (1 + std::exp(-value));
    }
  }
  prediction.top.clear();
  if (values.size() < meaning.classes || meaning.classes == 0) return;
  prediction.top.resize(meaning.classes);
  std::iota(prediction.top.begin(), prediction.top.end(), 0u);
  const auto end = prediction.top.begin() + static_cast<std::ptrdiff_t>(std::min(top, meaning.classes));
  std::partial_sort(prediction.top.begin(), end, prediction.top.end(), [&](std::uint32_t a, std::uint32_t b) {
    if (values[a] != values[b]) return values[a] > values[b];
    return a == prediction.label || (b != prediction.label && a < b);
  });
  prediction.top.erase(end, prediction.top.end());
}

PredictionDocument::PredictionDocument(const OutputMeaning& meaning) : meaning_(meaning) {
  if (meaning.classes > 0)
    for (const std::string& name : meaning.names) classes_.push_back(json_text(name));
}

void PredictionDocument::begin(std::string& text) const { text += R"({"schema":"telar.predict/1","predictions":[)"; }

void PredictionDocument::begin_source(const std::string& source) { source_ = json_text(source); }

void PredictionDocument::add(const Prediction& prediction, std::uint64_t index, std::string& text) {
  const auto out = std::back_inserter(text);
  if (!std::exchange(first_, false)) text += ',';
  fmt::format_to(out, R"({{"source":{},"index":{})", source_, index);
  const char* value = meaning_.probabilities ? "probability" : "output";
  if (meaning_.classes > 0) {
    fmt::format_to(out, R"(,"label":{},"class":{},"top":[)", prediction.label, classes_[prediction.label]);
    for (std::size_t i = 0; i < prediction.top.size(); ++i) {
      const std::uint32_t c = prediction.top[i];
      fmt::format_to(out, R"({}{{"label":{},"class":{},"{}":{:.9g}}})", i == 0 ? "" : ",", c, classes_[c], value,
                     prediction.values[c]);
    }
    text += ']';
  }
  add_list(meaning_.classes > 0 && meaning_.probabilities ? "probabilities" : "output", prediction.values, text);
  text += '}';
}

void PredictionDocument::add_list(const char* key, std::span<const double> values, std::string& text) const {
  fmt::format_to(std::back_inserter(text), R"(,"{}":[)", key);
  for (std::size_t i = 0; i < values.size(); ++i)
    fmt::format_to(std::back_inserter(text), "{}{:.9g}", i == 0 ? "" : ",", values[i]);
  text += ']';
}

void PredictionDocument::end(std::string& text) const { text += "]}\n"; }

}  // namespace telar
