// Whether a network's gradients are the slopes of its loss: for whoever adds a layer.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include <telar/dataset.hpp>
#include <telar/sequential.hpp>

namespace telar {

struct GradientCheck {
  /// Largest |gradient - slope| / max(|slope|, 1e-3, 1e-3 |loss|) over the weights that training changes, where there
  /// is a slope.
  double error = 0;
  std::string worst;        ///< the weight with that error: "dense/kernel[7]"
  std::size_t checked = 0;  ///< weights
  std::size_t kinks = 0;  ///< weights at whose value the loss has no slope, such as at the knee of a relu: not checked
};

/// Compares the gradients of the loss over the whole of `data`, one batch in training mode, with differences of the
/// loss, of fourth order in a step of 1e-4 either way. Everything is computed in double precision by the plain
/// definitions of the operations, not by the kernels, which round; what is random is that of training step `step`.
///
/// A layer's gradient in its inputs shows in the weights before it: put a Dense in front of a layer to check it.
/// Needs a compiled network with a loss. Throws Error (usage) as fit does.
[[nodiscard]] GradientCheck check_gradients(const Sequential& model, const Dataset& data, std::uint64_t step = 0);

}  // namespace telar
