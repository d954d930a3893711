// What inference can leave out.
#pragma once

#include "model/model.hpp"

namespace telar {

/// The same network for inference with fewer layers: no Dropout or noise, and every BatchNormalization that has a Dense
/// beside it (before it without an activation, or after it) folded into that one's kernel and bias. Computed in double.
[[nodiscard]] Model fold_for_inference(const Model& model);

}  // namespace telar
