// A layer of your own, in C++ only: neither a recipe nor a file holds code.
#pragma once

#include <concepts>
#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <telar/initializers.hpp>

namespace telar {

/// A weight tensor that a layer of your own asks for.
struct CustomWeight {
  std::string name{};        ///< of its own within the layer, without a '/': "kernel" of "scale/kernel"
  std::vector<int> shape{};  ///< (n) or (in, out)
  Initializer initializer = GlorotUniform{};
};

/// Where a weight tensor is: how many numbers after the first of the layer, and how many it has.
struct CustomWeightPlace {
  std::size_t at = 0, size = 0;
};

/// The layer's weight tensors, or their gradients, in the order of its `weights`. [i]: the numbers of one, row-major.
template <class T>
class CustomWeights {
 public:
  CustomWeights(T* first, std::span<const CustomWeightPlace> places) noexcept : first_(first), places_(places) {}
  [[nodiscard]] std::size_t size() const noexcept { return places_.size(); }
  [[nodiscard]] std::span<T> operator[](std::size_t i) const noexcept {
    return {first_ + places_[i].at, places_[i].size};
  }

 private:
  T* first_;
  std::span<const CustomWeightPlace> places_;
};

/// One sample on its way through the layer. Samples of more than one axis are flat, in C order.
template <class T>
struct CustomForward {
  std::span<const T> inputs;
  CustomWeights<const T> weights;
  std::span<T> outputs;   ///< zeros at first
  bool training = false;  ///< false in evaluate and predict
};

/// The way back: gradients of the loss, of one sample of a training batch.
template <class T>
struct CustomBackward {
  std::span<const T> inputs, outputs;  ///< as forward had and left them
  CustomWeights<const T> weights;
  std::span<const T> output_gradient;
  std::span<T> input_gradient;        ///< to be written; zeros at first
  CustomWeights<T> weight_gradients;  ///< of several samples: this one's are to be added
};

/// What makes a type a layer. Weights are optional, by `std::vector<CustomWeight> weights(std::span<const int>) const`,
/// which is given the shape of a sample too; so is `static constexpr std::string_view class_name`, which names the
/// layer in tables and messages, and with it, in snake_case, where it has no name of its own.
template <class L>
concept CustomLayer = requires(const L& layer, std::span<const int> shape, const CustomForward<float>& forward,
                               const CustomBackward<float>& backward, const CustomForward<double>& exact_forward,
                               const CustomBackward<double>& exact_backward) {
  { layer.output_shape(shape) } -> std::convertible_to<std::vector<int>>;
  layer.forward(forward);
  layer.forward(exact_forward);
  layer.backward(backward);
  layer.backward(exact_backward);
};

/// A layer by a type of yours; it stands among other layers as it is, or as Custom(Scale{}, "name"):
///
///   struct Scale {  // y = factor * x, with a learned factor for each feature
///     std::vector<int> output_shape(std::span<const int> input) const { return {input.begin(), input.end()}; }
///     std::vector<CustomWeight> weights(std::span<const int> input) const { return {{"factor", {input[0]}, Ones{}}}; }
///     template <class T>
///     void forward(const CustomForward<T>& sample) const {
///       for (std::size_t i = 0; i < sample.inputs.size(); ++i)
///         sample.outputs[i] = sample.weights[0][i] * sample.inputs[i];
///     }
///     template <class T>
///     void backward(const CustomBackward<T>& sample) const {
///       for (std::size_t i = 0; i < sample.inputs.size(); ++i) {
///         sample.input_gradient[i] = sample.weights[0][i] * sample.output_gradient[i];
///         sample.weight_gradients[0][i] += sample.inputs[i] * sample.output_gradient[i];
///       }
///     }
///   };
///
/// forward and backward are called with float in training and prediction, and with double by check_gradients, which
/// says whether the two fit; by several threads at the same time, each for samples of its own. They must keep no state,
/// allocate nothing, and throw nothing: an exception in a step ends the program (std::terminate). What output_shape and
/// weights throw comes out of Sequential's constructor; a telar::Error is made for it. Copies of a network share the
/// layer object, which is never changed.
class Custom {
 public:
  template <class T>
  struct Passes {
    std::function<void(const CustomForward<T>&)> forward;
    std::function<void(const CustomBackward<T>&)> backward;
  };
  struct Functions {
    std::string class_name = "Custom";
    std::function<std::vector<int>(std::span<const int>)> output_shape;
    std::function<std::vector<CustomWeight>(std::span<const int>)> weights;
    Passes<float> single_precision;
    Passes<double> double_precision;
  };

  Custom() = default;
  template <CustomLayer L>
  Custom(L layer, std::string called = {}, bool trains = true) : name(std::move(called)), trainable(trains) {
    const auto own = std::make_shared<const L>(std::move(layer));
    Functions all;
    if constexpr (requires { std::string_view(L::class_name); }) all.class_name = std::string_view(L::class_name);
    all.output_shape = [own](std::span<const int> input) -> std::vector<int> { return own->output_shape(input); };
    all.weights = [own](std::span<const int> input) { return weights_of(*own, input); };
    all.single_precision = passes<float>(own);
    all.double_precision = passes<double>(own);
    functions = std::make_shared<const Functions>(std::move(all));
  }

  std::string name;                            ///< empty: an automatic one
  bool trainable = true;                       ///< whether training changes the weights
  std::shared_ptr<const Functions> functions;  ///< null: not a layer yet, which a network refuses

 private:
  template <class L>
  static std::vector<CustomWeight> weights_of(const L& layer, std::span<const int> input) {
    if constexpr (requires {
                    { layer.weights(input) } -> std::convertible_to<std::vector<CustomWeight>>;
                  }) {
      return layer.weights(input);
    } else {
      static_assert(
          !requires { &L::weights; }, "std::vector<CustomWeight> weights(std::span<const int>) const");
      return {};
    }
  }
  template <class T, class L>
  static Passes<T> passes(const std::shared_ptr<const L>& own) {
    return {[own](const CustomForward<T>& sample) { own->forward(sample); },
            [own](const CustomBackward<T>& sample) { own->backward(sample); }};
  }
};

}  // namespace telar
