// The shape rule of every layer.
#include <algorithm>
#include <cstdint>

#include <telar/error.hpp>

#include "compute/forward_ops.hpp"
#include "model/acts.hpp"
#include "model/axes.hpp"
#include "model/model.hpp"
#include "spec/describe.hpp"
#include "spec/validate.hpp"

namespace telar {

namespace {

std::string list_text(const std::vector<int>& numbers) {
  std::string text = "[";
  for (std::size_t i = 0; i < numbers.size(); ++i) text += (i == 0 ? "" : ", ") + std::to_string(numbers[i]);
  return text + "]";
}

void need_flat(std::string_view what, const std::vector<int>& input, const std::string& where) {
  if (input.size() != 1)
    throw Error(ErrorCode::usage, where,
                std::string(what) + " takes samples of one axis, but gets " + shape_text(input),
                "put a Flatten before it");
}

void need_image(std::string_view what, const std::vector<int>& input, const std::string& where) {
  if (input.size() != 2 && input.size() != 3)
    throw Error(
        ErrorCode::usage, where,
        std::string(what) + " takes images (height, width) or (height, width, channels), but gets " + shape_text(input),
        "put it before the Flatten, or a Reshape before it");
}

constexpr std::size_t kMostAxes = 8;

struct Rule {
  const std::vector<int>& input;
  const std::string& where;

  std::vector<int> operator()(const Rescaling&) const { return input; }
  std::vector<int> operator()(const Flatten&) const { return {flat_size(input, where)}; }
  std::vector<int> operator()(const Reshape& layer) const {
    std::vector<int> shape = layer.target_shape;
    if (shape.empty()) throw Error(ErrorCode::usage, where, "target_shape is empty", "such as {28, 28}");
    if (shape.size() > kMostAxes)
      throw Error(ErrorCode::usage, where,
                  "target_shape has " + std::to_string(shape.size()) + " axes; at most 8 are read");
    const int size = flat_size(input, where);
    const auto left = std::ranges::find(shape, -1);
    if (left != shape.end()) {
      *left = 1;
      const int others = flat_size(shape, where);
      *left = size % others == 0 ? size / others : 1;
    }
    if (flat_size(shape, where) != size)
      throw Error(ErrorCode::usage, where,
                  "target_shape " + shape_text(layer.target_shape) + " cannot hold the " + std::to_string(size) +
                      " numbers of samples " + shape_text(input));
    return shape;
  }
  std::vector<int> operator()(const Dense& layer) const {
    need_flat("a Dense layer", input, where);
    return {layer.units};
  }
  std::vector<int> operator()(const ActivationLayer& layer) const {
    if (row_act_of(layer.activation)) need_flat(name_of(layer.activation), input, where);
    return input;
  }
  std::vector<int> operator()(const BatchNormalization& layer) const {
    check_axes(layer.axis, input, where);
    return input;
  }
  std::vector<int> operator()(const Dropout& layer) const {
    const std::vector<int>& noise = layer.noise_shape;
    const auto refuse = [&](const std::string& message) {
      std::string hint = "such as [-1";
      for (std::size_t axis = 0; axis < input.size(); ++axis) hint += axis + 1 == input.size() ? ", 1" : ", -1";
      throw Error(ErrorCode::usage, where, "noise_shape " + list_text(noise) + message, hint + "]");
    };
    if (noise.empty()) return input;
    if (input.size() > compute::DrawSharing::kMostAxes)
      refuse(" is for samples of up to " + std::to_string(compute::DrawSharing::kMostAxes) + " axes, but these have " +
             std::to_string(input.size()));
    if (noise.size() != input.size() + 1)
      refuse(" has " + std::to_string(noise.size()) + (noise.size() == 1 ? " extent" : " extents") +
             ", but a batch of samples " + shape_text(input) + " has " + std::to_string(input.size() + 1) + " axes");
    if (noise[0] != -1 && noise[0] != 1)
      refuse(" has " + std::to_string(noise[0]) + " for the batch, whose size is not always the same: -1 or 1");
    for (std::size_t axis = 0; axis < input.size(); ++axis)
      if (noise[axis + 1] != -1 && noise[axis + 1] != 1 && noise[axis + 1] != input[axis])
        refuse(" does not fit samples " + shape_text(input) + ": each extent is -1, 1 or the axis's own");
    return input;
  }
  std::vector<int> operator()(const GaussianNoise&) const { return input; }
  std::vector<int> operator()(const GaussianDropout&) const { return input; }
  std::vector<int> operator()(const AlphaDropout&) const { return input; }
  std::vector<int> operator()(const Residual& layer) const {
    if (layer.layers.empty())
      throw Error(ErrorCode::usage, where, "it has no layers", "give it at least one, such as a Dense");
    std::vector<int> shape = input;
    for (std::size_t i = 0; i < layer.layers.size(); ++i)
      shape = output_shape(layer.layers[i], shape, where + ", " + LayerInfo::describe(i, "", layer.layers[i]));
    if (shape != input)
      throw Error(ErrorCode::usage, where,
                  "its layers make " + shape_text(shape) + " of " + shape_text(input) +
                      ", but what is added to the inputs must have their shape",
                  shape.size() == 1 && input.size() == 1
                      ? "end it with a Dense layer of units = " + std::to_string(input[0])
                      : "end it with a Reshape");
    return shape;
  }
  std::vector<int> operator()(const Custom& layer) const {
    std::vector<int> shape = layer.functions->output_shape(input);
    if (shape.empty() || shape.size() > kMostAxes)
      throw Error(ErrorCode::usage, where,
                  "its output_shape of samples " + shape_text(input) + " has " + std::to_string(shape.size()) +
                      " axes, but must have 1 to 8",
                  "such as {10}");
    static_cast<void>(flat_size(shape, where));
    return shape;
  }
  std::vector<int> operator()(const RandomFlip&) const {
    need_image("RandomFlip", input, where);
    return input;
  }
  std::vector<int> operator()(const RandomTranslation&) const {
    need_image("RandomTranslation", input, where);
    return input;
  }
  std::vector<int> operator()(const ActivityRegularization&) const { return input; }
  std::vector<int> operator()(const ReLU&) const { return input; }
  std::vector<int> operator()(const LeakyReLU&) const { return input; }
  std::vector<int> operator()(const ELU&) const { return input; }
  std::vector<int> operator()(const Softmax& layer) const {
    check_axes(layer.axis, input, where);
    return input;
  }
  std::vector<int> operator()(const PReLU&) const {
    need_flat("PReLU", input, where);
    return input;
  }
  std::vector<int> operator()(const LayerNormalization& layer) const {
    check_axes(layer.axis, input, where);
    return input;
  }
  std::vector<int> operator()(const RMSNormalization& layer) const {
    check_axes(layer.axis, input, where);
    const std::vector<int> places = places_of(layer.axis, input);
    if (places.front() + static_cast<int>(places.size()) != static_cast<int>(input.size()))
      throw Error(ErrorCode::usage, where,
                  "RMSNormalization of samples " + shape_text(input) +
                      " is over axes that are not the last ones, and Keras has its scale along the last ones",
                  "such as axis = -1, or LayerNormalization");
    return input;
  }
  std::vector<int> operator()(const Normalization& layer) const {
    check_axes(layer.axis, input, where);
    const int features = flat_size(extents_along(layer.axis, input), where);
    if (!layer.mean.empty() && layer.mean.size() != static_cast<std::size_t>(features))
      throw Error(ErrorCode::usage, where,
                  "mean and variance have " + std::to_string(layer.mean.size()) + " numbers, but the samples " +
                      std::to_string(features),
                  "give one of each for every feature, or neither");
    return input;
  }
  std::vector<int> operator()(const UnitNormalization& layer) const {
    check_axes(layer.axis, input, where);
    return input;
  }
};

}  // namespace

std::string shape_text(const std::vector<int>& shape) {
  std::string text = "(";
  for (std::size_t i = 0; i < shape.size(); ++i) text += (i == 0 ? "" : ", ") + std::to_string(shape[i]);
  return text + ")";
}

int flat_size(const std::vector<int>& shape, const std::string& where) {
  std::int64_t size = 1;
  for (const int extent : shape) {
    if (extent < 1) throw Error(ErrorCode::usage, where, "the shape " + shape_text(shape) + " has an extent below 1");
    size *= extent;
    if (size > (1 << 24))
      throw Error(ErrorCode::usage, where, "the shape " + shape_text(shape) + " has more than 2^24 elements");
  }
  return static_cast<int>(size);
}

std::vector<int> output_shape(const Layer& layer, const std::vector<int>& input, const std::string& where) {
  return std::visit(Rule{input, where}, static_cast<const Layer::Alternatives&>(layer));
}

std::string LayerInfo::describe(std::size_t index, const std::string& name, const Layer& layer) {
  return "layer " + std::to_string(index) + (name.empty() ? ", " : ", " + name + " ") + "(" +
         std::string(class_name(layer)) + ")";
}

}  // namespace telar
