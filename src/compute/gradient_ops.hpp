// Operations from the gradient of a layer's outputs to that of its inputs.
#pragma once

#include "compute/forward_ops.hpp"

namespace telar::compute {

/// delta *= act'(.), from the output y = act(.), or its input where takes_input(act).
struct ActivationGradOp {
  Matrix delta, y;
  Act act = Act::linear;
};

/// The gradient of SoftmaxOp along each row from its outputs y: delta = y * (delta - sum(delta * y)) for softmax,
/// delta - exp(y) * sum(delta) for its logarithm, delta - mean(delta) over y > 0 and 0 elsewhere for sparsemax.
struct SoftmaxGradOp {
  Matrix delta, y;
  RowAct act = RowAct::softmax;
};

/// The gradient of KneeOp from its inputs x: delta *= out'.
struct KneeGradOp {
  Matrix delta, x;
  Knee knee;
};

/// Gradient of PReluOp in place. With `update`, alpha takes its step from its gradient, sum(delta * x) over x <= 0.
struct PReluGradOp {
  Matrix x, delta;
  Vector alpha;
  bool update = false;
};

/// delta *= scale.
struct AffineGradOp {
  Matrix delta;
  float scale = 1;
};

/// delta *= mask.
struct DropoutGradOp {
  Matrix delta, mask;
};

/// Gradient of BatchNormOp in place, then times act' where `in` was the output of an activation that !takes_input. With
/// `update`, gamma and beta take their step from their gradients.
struct BatchNormGradOp {
  Matrix in, delta;
  Vector gamma, beta, saved_mean, saved_inverse;
  bool batch = false;
  bool update = false;
  Act act = Act::linear;
};

/// Gradient of RowNormOp in its inputs: with g = delta * gamma and y the normalised row, out = inverse (g - mean(g) - y
/// mean(g y)) for `layer`, inverse (g - y mean(g y)) for `rms`, inverse (g - y sum(g y)) for `unit`, or inverse g where
/// inverse has reached its limit. out may be delta.
struct RowNormGradOp {
  Matrix in, delta, out;
  Vector gamma, row_mean, row_inverse;
  RowNorm norm;
};

/// gamma and beta of a RowNormOp take their step from their gradients: sums over the batch of delta y and of delta.
struct RowNormUpdateOp {
  Matrix in, delta;
  Vector gamma, beta, row_mean, row_inverse;
};

/// out = (delta . kernel^T) * act'(y). `transposed` is the kernel's transposed copy.
struct DenseInputGradOp {
  Matrix delta, out;
  Kernel transposed;
  Matrix y;  ///< what `act` made the layer's input, or made it from where takes_input(act); read unless act is linear
  Act act = Act::linear;
  bool bfloat16 = false;
};

/// delta += the gradient in y of ActivityOp's penalties over the number of rows.
struct ActivityGradOp {
  Matrix delta, y;
  Penalty penalty;
};

}  // namespace telar::compute
