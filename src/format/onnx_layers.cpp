#include "format/onnx_layers.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

#include <telar/error.hpp>

#include "model/axes.hpp"

namespace telar {

namespace {

class LayerLowering {
 public:
  LayerLowering(OnnxGraph& graph, const Model& model) : graph_(graph), model_(model) {}

  /// `where`: of the layers, in messages; empty, or "layer 2, residual (Residual), ".
  std::string chain(const std::vector<Layer>& layers, const std::vector<LayerInfo>& infos, std::string x,
                    const std::string& where) {
    for (std::size_t i = 0; i < layers.size(); ++i) {
      info_ = &infos[i];
      where_ = where + LayerInfo::describe(i, info_->name.substr(info_->name.rfind('/') + 1), layers[i]);
      graph_.enter(info_->name);
      x = std::visit([&](const auto& layer) { return lower(layer, x); },
                     static_cast<const Layer::Alternatives&>(layers[i]));
    }
    return x;
  }

 private:
  using Name = std::string;

  // ---- what changes nothing in inference mode
  Name lower(const Dropout&, const Name& x) { return x; }
  Name lower(const GaussianNoise&, const Name& x) { return x; }
  Name lower(const GaussianDropout&, const Name& x) { return x; }
  Name lower(const AlphaDropout&, const Name& x) { return x; }
  Name lower(const ActivityRegularization&, const Name& x) { return x; }
  Name lower(const RandomFlip&, const Name& x) { return x; }
  Name lower(const RandomTranslation&, const Name& x) { return x; }

  [[noreturn]] Name lower(const Custom&, const Name&) {
    throw Error(ErrorCode::usage, where_, "it is a layer of your own, which is code, and ONNX has no operator for it",
                "build it of telar's layers, or predict with telar::Predictor");
  }

  // ---- shapes
  Name lower(const Flatten&, const Name& x) { return graph_.add("Flatten", {x}, {{"axis", std::int64_t{1}}}); }
  Name lower(const Reshape&, const Name& x) { return reshaped(x, info_->output_shape); }
  /// `samples` of the shape `sample`; 0: as many as x has, -1: as there are then.
  Name reshaped(const Name& x, const std::vector<int>& sample, std::int64_t samples = 0) {
    std::vector<std::int64_t> shape{samples};
    shape.insert(shape.end(), sample.begin(), sample.end());
    const auto axes = static_cast<std::int64_t>(shape.size());
    return graph_.add("Reshape", {x, graph_.constant("shape", {axes}, std::move(shape))});
  }

  // ---- products and sums
  Name lower(const Rescaling& layer, const Name& x) {
    const Name scaled = graph_.add("Mul", {x, graph_.constant("scale", layer.scale)});
    return layer.offset == 0 ? scaled : graph_.add("Add", {scaled, graph_.constant("offset", layer.offset)});
  }
  Name lower(const Dense& layer, const Name& x) {
    std::vector<Name> inputs{x, weights("kernel")};
    if (layer.use_bias) inputs.push_back(weights("bias"));
    return add_onnx_activation(graph_, layer.activation, graph_.add("Gemm", std::move(inputs)), layer.units);
  }
  Name lower(const Residual& layer, const Name& x) {
    const LayerInfo& info = *info_;
    const Name inner = chain(layer.layers, info.inner, x, where_ + ", ");
    graph_.enter(info.name);
    return graph_.add("Add", {x, inner});
  }

  // ---- activations
  Name lower(const ActivationLayer& layer, const Name& x) {
    return add_onnx_activation(graph_, layer.activation, x, info_->input_shape.back());
  }
  Name lower(const Softmax& layer, const Name& x) {
    return along(layer.axis, x, [&](const Name& part) {
      if (part_.size() == 1) return add_onnx_activation(graph_, Activation::softmax, part, 0);
      // The operator takes one axis.
      const Name flat = graph_.add("Flatten", {part}, {{"axis", std::int64_t{1}}});
      return reshaped(add_onnx_activation(graph_, Activation::softmax, flat, 0), part_);
    });
  }
  Name lower(const LeakyReLU& layer, const Name& x) {
    return graph_.add("LeakyRelu", {x}, {{"alpha", static_cast<float>(layer.negative_slope)}});
  }
  Name lower(const ELU& layer, const Name& x) {
    return graph_.add("Elu", {x}, {{"alpha", static_cast<float>(layer.alpha)}});
  }
  Name lower(const PReLU&, const Name& x) { return graph_.add("PRelu", {x, weights("alpha")}); }
  Name lower(const ReLU& layer, const Name& x) {
    if (layer.threshold == 0 && layer.negative_slope == 0) {
      if (!layer.max_value) return graph_.add("Relu", {x});
      return graph_.add("Clip", {x, graph_.constant("low", 0.0), graph_.constant("max_value", *layer.max_value)});
    }
    const Name threshold = graph_.constant("threshold", layer.threshold);
    const Name above = layer.max_value ? graph_.add("Min", {x, graph_.constant("max_value", *layer.max_value)}) : x;
    const Name below =
        graph_.add("Mul", {graph_.add("Sub", {x, threshold}), graph_.constant("negative_slope", layer.negative_slope)});
    return graph_.add("Where", {graph_.add("Greater", {x, threshold}), above, below});
  }

  // ---- normalisation
  /// lower(part) gives what the layer makes of `part`, whose samples have the shape part_: what lies along `axes`, of
  /// all samples of x.
  template <class F>
  Name along(const Axes& axes, const Name& x, const F& lower) {
    const std::vector<int>& shape = info_->input_shape;
    const std::vector<int> places = places_of(axes, shape);
    part_ = shape;
    if (places.size() == shape.size()) return lower(x);
    std::vector<std::int64_t> order{0}, back(shape.size() + 1);
    std::vector<int> ordered;
    part_.clear();
    for (const bool last : {false, true})
      for (int axis = 0; axis < static_cast<int>(shape.size()); ++axis) {
        if (std::ranges::binary_search(places, axis) != last) continue;
        const int extent = shape[static_cast<std::size_t>(axis)];
        back[static_cast<std::size_t>(axis) + 1] = static_cast<std::int64_t>(order.size());
        order.push_back(axis + 1);
        ordered.push_back(extent);
        if (last) part_.push_back(extent);
      }
    const Name made = lower(reshaped(graph_.add("Transpose", {x}, {{"perm", std::move(order)}}), part_, -1));
    return graph_.add("Transpose", {reshaped(made, ordered, -1)}, {{"perm", std::move(back)}});
  }
  Name lower(const BatchNormalization& layer, const Name& x) {
    return along(layer.axis, x, [&](const Name& part) {
      const Name gamma = weights_or("gamma", 1), beta = weights_or("beta", 0);
      return graph_.add("BatchNormalization", {part, gamma, beta, weights("moving_mean"), weights("moving_variance")},
                        {{"epsilon", static_cast<float>(layer.epsilon)}});
    });
  }
  Name lower(const LayerNormalization& layer, const Name& x) {
    return along(layer.axis, x, [&](const Name& part) {
      const Name gamma = weights_or("gamma", 1), beta = weights_or("beta", 0);
      return graph_.add("LayerNormalization", {part, gamma, beta},
                        {{"axis", axes_of_part().front()}, {"epsilon", static_cast<float>(layer.epsilon)}});
    });
  }
  Name lower(const RMSNormalization& layer, const Name& x) {
    return along(layer.axis, x, [&](const Name& part) {
      const Name mean = graph_.add("ReduceMean", {graph_.add("Mul", {part, part})}, {{"axes", axes_of_part()}});
      const Name root = graph_.add("Sqrt", {graph_.add("Add", {mean, graph_.constant("epsilon", layer.epsilon)})});
      return graph_.add("Mul", {graph_.add("Div", {part, root}), weights_or("scale", 1)});
    });
  }
  Name lower(const UnitNormalization& layer, const Name& x) {
    return along(layer.axis, x, [&](const Name& part) {
      const Name length = graph_.add("ReduceL2", {part}, {{"axes", axes_of_part()}});
      return graph_.add("Div", {part, graph_.add("Max", {length, graph_.constant("least", 1e-12)})});
    });
  }
  Name lower(const Normalization& layer, const Name& x) {
    std::vector<float> deviation = numbers("variance");
    for (float& variance : deviation)
      variance = static_cast<float>(std::max(std::sqrt(static_cast<double>(variance)), 1e-7));
    return along(layer.axis, x, [&](const Name& part) {
      const Name mean = weights_or("mean", 0);
      const Name scale = graph_.constant("deviation", {part_.begin(), part_.end()}, deviation);
      if (layer.invert) return graph_.add("Add", {graph_.add("Mul", {part, scale}), mean});
      return graph_.add("Div", {graph_.add("Sub", {part, mean}), scale});
    });
  }

  // ---- the layer's own numbers
  [[nodiscard]] std::vector<float> numbers(const std::string& name) const {
    const Variable* variable = model_.variable(*info_, name);
    const auto begin = model_.weights().begin() + static_cast<std::ptrdiff_t>(variable->offset);
    return {begin, begin + static_cast<std::ptrdiff_t>(variable->size())};
  }
  [[nodiscard]] std::vector<std::int64_t> shape_of(const std::string& name) const {
    const std::vector<int>& shape = model_.variable(*info_, name)->shape;
    return {shape.begin(), shape.end()};
  }
  Name weights(const std::string& name) { return graph_.constant(name, shape_of(name), numbers(name)); }
  /// In the shape part_; for operators that must be given what the layer may lack.
  Name weights_or(const std::string& name, float value) {
    const auto size = static_cast<std::size_t>(flat_size(part_, where_));
    return graph_.constant(name, {part_.begin(), part_.end()},
                           model_.variable(*info_, name) != nullptr ? numbers(name) : std::vector<float>(size, value));
  }
  /// -2, -1 of two axes.
  [[nodiscard]] std::vector<std::int64_t> axes_of_part() const {
    std::vector<std::int64_t> axes;
    for (std::size_t left = part_.size(); left > 0; --left) axes.push_back(-static_cast<std::int64_t>(left));
    return axes;
  }

  OnnxGraph& graph_;
  const Model& model_;
  const LayerInfo* info_ = nullptr;  // of the layer in hand
  std::vector<int> part_;            // shape of what a normalisation or softmax takes together
  std::string where_;                // that is, for messages
};

}  // namespace

std::string add_onnx_layers(OnnxGraph& graph, const Model& model, const std::string& x) {
  return LayerLowering(graph, model).chain(model.layers(), model.infos(), x, "");
}

}  // namespace telar
