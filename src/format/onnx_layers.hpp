// Layers and activations as ONNX operators, in inference mode.
#pragma once

#include <string>

#include <telar/layers.hpp>

#include "format/onnx_graph.hpp"
#include "model/model.hpp"

namespace telar {

/// Adds the activation of `x` and returns the name of what it makes. `width`: of x's last axis.
[[nodiscard]] std::string add_onnx_activation(OnnxGraph& graph, Activation activation, const std::string& x, int width);

/// Adds the layers of the model one after the other, of which the first takes `x`; returns the name of the outputs.
[[nodiscard]] std::string add_onnx_layers(OnnxGraph& graph, const Model& model, const std::string& x);

}  // namespace telar
