// The shape rule of every layer.
#include <cstdint>

#include <telar/error.hpp>

#include "model/model.hpp"
#include "spec/describe.hpp"
#include "spec/validate.hpp"

namespace telar {

namespace {

void need_flat(std::string_view what, const std::vector<int>& input, const std::string& where) {
  if (input.size() != 1)
    throw Error(ErrorCode::usage, where,
                std::string(what) + " takes samples of one axis, but gets " + shape_text(input),
                "put a Flatten before it");
}

struct Rule {
  const std::vector<int>& input;
  const std::string& where;

  std::vector<int> operator()(const Rescaling&) const { return input; }
  std::vector<int> operator()(const Flatten&) const { return {flat_size(input, where)}; }
  std::vector<int> operator()(const Dense& layer) const {
    need_flat("a Dense layer", input, where);
    return {layer.units};
  }
  std::vector<int> operator()(const ActivationLayer& layer) const {
    if (layer.activation == Activation::softmax) need_flat("softmax", input, where);
    return input;
  }
  std::vector<int> operator()(const BatchNormalization&) const {
    need_flat("BatchNormalization", input, where);
    return input;
  }
  std::vector<int> operator()(const Dropout&) const { return input; }
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
