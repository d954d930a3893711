// Operations of layers that users write.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include <telar/custom_layer.hpp>

#include "compute/layout.hpp"

namespace telar::compute {

/// A layer that a user wrote: its functions, and its weights, each a vector that starts on a panel.
struct UserLayer {
  std::shared_ptr<const Custom::Functions> functions;
  std::size_t first = 0;                  ///< where the weights begin
  std::vector<CustomWeightPlace> places;  ///< of each, counted from there
  std::size_t size = 0;                   ///< of all, padding included
};

/// out = what the layer makes of each row of in.
struct CustomOp {
  Matrix in, out;
  UserLayer layer;
  bool training = false;
};

/// out = the gradient of each row of in. Those of the weights are added up over blocks of 16 rows, in order: number i
/// of block b is at `sums + b * layer.size + i`.
struct CustomGradOp {
  Matrix in, y, delta, out;
  UserLayer layer;
  std::size_t sums = 0;
  int batch_rows = 0;  ///< max_rows
};

/// The step of one of the layer's weights: its gradient is the sum of those of the blocks, in a pairwise tree.
struct CustomUpdateOp {
  Vector weights;
  std::size_t sums = 0, distance = 0;  ///< of the first block, and from block to block
};

}  // namespace telar::compute
