// How far a gradient can be trusted: loss and gradient on a walk along it (Santurkar et al. 2018, arXiv:1805.11604).
#pragma once

#include <vector>

#include <telar/sequential.hpp>

namespace telar {

struct GradientWalkSettings {
  int batches = 4;  ///< gradients that are followed, at least 1
  int steps = 8;    ///< of the optimiser, whose length is measured; at least 1
  int threads = 1;
};

/// Means over some batches.
struct GradientWalk {
  /// A place against the gradient, from the network as it is.
  struct Place {
    double steps = 0;            ///< how far, in steps of the optimiser
    double fall = 0;             ///< of the loss
    double predicted = 0;        ///< what it would be if the gradient were the same all the way
    double gradient_change = 0;  ///< |gradient there - gradient here| / |gradient here|
    double cosine = 0;           ///< between the two
  };
  double step_length = 0;     ///< Euclidean, of all trained weights
  std::vector<Place> places;  ///< at half a step, 1, 2 and 4; numbers are NaN where there is no gradient
};

/// In training mode, but with nothing dropped or disturbed. `options`: those of the training. The batches have samples
/// from all over `train`, the same ones for every network.
[[nodiscard]] GradientWalk walk_along_gradient(const Sequential& model, const Dataset& train, const FitOptions& options,
                                               const GradientWalkSettings& settings);

}  // namespace telar
