#include <cmath>
#include <iostream>

#include <telar/telar.hpp>

using namespace telar;

/// y = x + sin(a x)^2 / a, for data that repeats itself (Ziyin et al. 2020, arxiv.org/abs/2006.08195). Each feature
/// has an `a` of its own, which is learned. Takes samples of one axis.
struct Snake {
  static constexpr std::string_view class_name = "Snake";

  std::vector<int> output_shape(std::span<const int> input) const { return {input.begin(), input.end()}; }
  std::vector<CustomWeight> weights(std::span<const int> input) const {
    return {{.name = "a", .shape = {input[0]}, .initializer = Ones{}}};
  }

  template <class T>
  void forward(const CustomForward<T>& sample) const {
    for (std::size_t i = 0; i < sample.inputs.size(); ++i) {
      const T x = sample.inputs[i], a = sample.weights[0][i], s = std::sin(a * x);
      sample.outputs[i] = x + s * s / a;
    }
  }

  template <class T>
  void backward(const CustomBackward<T>& sample) const {
    for (std::size_t i = 0; i < sample.inputs.size(); ++i) {
      const T x = sample.inputs[i], a = sample.weights[0][i], g = sample.output_gradient[i];
      const T s = std::sin(a * x), slope = std::sin(2 * a * x);
      sample.input_gradient[i] = g * (1 + slope);
      sample.weight_gradients[0][i] += g * (x * slope - s * s / a) / a;
    }
  }
};

int main() {
  std::vector<float> x, waves;
  for (int i = 0; i < 400; ++i) {
    x.push_back(static_cast<float>(i) / 40 - 5);
    waves.push_back(std::sin(1.5f * x.back()));
  }
  const Dataset data = from_arrays({1}, x, Targets{waves, 1});

  Sequential model{Input{1}, {Dense{.units = 32}, Snake{}, Dense{.units = 1}}};
  model.compile({.optimizer = Adam{.learning_rate = 0.01}, .loss = MeanSquaredError{}});
  const GradientCheck check = check_gradients(model, data.slice(0, 16));
  std::cout << "gradients and slopes differ by " << check.error << " at most, at " << check.worst << '\n';
  model.fit(data, {.epochs = 60});
  model.summary(std::cout);
  const double error = model.evaluate(data).loss.value;
  std::cout << "mean squared error " << error << '\n';
  return check.error < 1e-6 && error < 0.01 ? 0 : 1;
}
