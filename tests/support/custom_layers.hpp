// Layers as a user of telar would write them, of which telar has the same.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include <telar/custom_layer.hpp>

namespace telar::test {

/// PReLU, with a slope of 0.3 at first.
struct OwnPRelu {
  static constexpr std::string_view class_name = "OwnPRelu";

  std::vector<int> output_shape(std::span<const int> input) const { return {input.begin(), input.end()}; }
  std::vector<CustomWeight> weights(std::span<const int> input) const {
    return {{.name = "alpha", .shape = {input[0]}, .initializer = Constant{0.3}}};
  }
  template <class T>
  void forward(const CustomForward<T>& sample) const {
    for (std::size_t i = 0; i < sample.inputs.size(); ++i) {
      const T x = sample.inputs[i];
      sample.outputs[i] = x > 0 ? x : sample.weights[0][i] * x;
    }
  }
  template <class T>
  void backward(const CustomBackward<T>& sample) const {
    for (std::size_t i = 0; i < sample.inputs.size(); ++i) {
      const T x = sample.inputs[i], g = sample.output_gradient[i];
      sample.input_gradient[i] = x > 0 ? g : g * sample.weights[0][i];
      if (!(x > 0)) sample.weight_gradients[0][i] += g * x;
    }
  }
};

/// A linear Dense.
struct OwnDense {
  int units = 0;

  std::vector<int> output_shape(std::span<const int>) const { return {units}; }
  std::vector<CustomWeight> weights(std::span<const int> input) const {
    return {{.name = "kernel", .shape = {input[0], units}}, {.name = "bias", .shape = {units}, .initializer = Zeros{}}};
  }
  template <class T>
  void forward(const CustomForward<T>& sample) const {
    const auto kernel = sample.weights[0], bias = sample.weights[1];
    for (std::size_t o = 0; o < bias.size(); ++o) {
      T sum = 0;
      for (std::size_t i = 0; i < sample.inputs.size(); ++i) sum += sample.inputs[i] * kernel[i * bias.size() + o];
      sample.outputs[o] = sum + bias[o];
    }
  }
  template <class T>
  void backward(const CustomBackward<T>& sample) const {
    const std::size_t outputs = sample.outputs.size();
    for (std::size_t o = 0; o < outputs; ++o) {
      const T g = sample.output_gradient[o];
      sample.weight_gradients[1][o] += g;
      for (std::size_t i = 0; i < sample.inputs.size(); ++i) {
        sample.input_gradient[i] += g * sample.weights[0][i * outputs + o];
        sample.weight_gradients[0][i * outputs + o] += g * sample.inputs[i];
      }
    }
  }
};

}  // namespace telar::test
