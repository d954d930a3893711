#include "format/test_case.hpp"

#include <algorithm>
#include <cmath>

#include <telar/error.hpp>
#include <telar/predictor.hpp>

namespace telar {

namespace {

constexpr const char* kInputName = "fractions of i * 0.6180339887498949";

std::size_t size_of(const std::vector<int>& shape) {
  std::size_t size = 1;
  for (const int extent : shape) size *= static_cast<std::size_t>(extent);
  return size;
}
std::size_t count_layers(const std::vector<Layer>& layers) {
  std::size_t count = 0;
  for (const Layer& layer : layers) {
    const auto* residual = std::get_if<Residual>(&layer);
    count += residual != nullptr ? count_layers(residual->layers) : 1;
  }
  return count;
}
/// Whether the case costs little: a file must not make a large network of nothing.
bool is_small(const Sequential& model) {
  std::size_t width = size_of(model.input().shape);
  for (const Variable& variable : model.variables())
    for (const int extent : variable.shape) width = std::max(width, static_cast<std::size_t>(extent));
  constexpr std::size_t kMost = std::size_t{1} << 17;  // a Predictor has room for 128 rows of all: 64 MiB
  return width <= kMost && (count_layers(model.layers()) + 1) * width <= kMost;
}

std::vector<float> outputs_of_case(const Sequential& model) {
  const Predictor predictor(model);
  std::vector<float> input(static_cast<std::size_t>(predictor.inputs()));
  std::vector<float> output(static_cast<std::size_t>(predictor.outputs()));
  for (std::size_t i = 0; i < input.size(); ++i) {
    const double multiple = static_cast<double>(i) * 0.6180339887498949;
    input[i] = static_cast<float>(multiple - std::floor(multiple));
  }
  predictor.predict(input, output);
  return output;
}

}  // namespace

KerasJson make_test_case(const Sequential& model) {
  if (!is_small(model)) return {};
  KerasJson outputs = KerasJson::array();
  for (const float y : outputs_of_case(model))
    outputs.push_back(std::isfinite(y) ? KerasJson(static_cast<double>(y)) : KerasJson());
  return KerasJson{{"input", kInputName}, {"output", std::move(outputs)}};
}

void check_test_case(const Sequential& model, const KerasJson& test_case, const std::string& file) {
  const auto refuse = [&](const std::string& message) {
    throw Error(ErrorCode::data, file, "its test case: " + message,
                "the file is damaged, or another program changed it");
  };
  if (!is_small(model)) return;
  if (!test_case.is_object() || test_case.value("input", KerasJson()) != kInputName)
    refuse("its input is not known to this version of telar");
  const KerasJson expected = test_case.value("output", KerasJson());
  const std::vector<float> outputs = outputs_of_case(model);
  if (!expected.is_array() || expected.size() != outputs.size()) refuse("it has another number of outputs");
  // Another version's kernels may round otherwise; a changed weight shows far above this.
  constexpr double kTolerance = 1e-4;
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    const double y = static_cast<double>(outputs[i]);
    const bool same = expected[i].is_number()
                          ? std::abs(expected[i].get<double>() - y) <= kTolerance * std::max(1.0, std::abs(y))
                          : expected[i].is_null() && !std::isfinite(y);
    if (!same) refuse("output " + std::to_string(i) + " is not what it was when the file was written");
  }
}

}  // namespace telar
