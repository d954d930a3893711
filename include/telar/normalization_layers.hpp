// Layers that normalise each sample by itself (keras.io/api/layers/normalization_layers). BatchNormalization, which
// normalises over the batch, is in layers.hpp.
#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <vector>

#include <telar/constraints.hpp>
#include <telar/initializers.hpp>
#include <telar/regularizers.hpp>

namespace telar {

/// The axes of a sample that a layer takes together, in any order. A number or several, counted as Keras does: 1 is the
/// first one, as 0 is the batch; -1 the last one. {-2, -1} or {1, 2} of a sample (height, width): the whole of it.
struct Axes {
  std::vector<int> list{-1};

  Axes() = default;
  Axes(int one) : list{one} {}
  Axes(std::initializer_list<int> several) : list(several) {}
};

/// y = gamma * (x - mean) / sqrt(variance + epsilon) + beta, with mean and biased variance along `axis` (Ba et al.
/// 2016), for each place on the other axes by itself. Variables (extents of `axis`): gamma, beta.
struct LayerNormalization {
  Axes axis{};
  double epsilon = 1e-3;
  bool center = true;
  bool scale = true;
  Initializer beta_initializer = Zeros{};
  Initializer gamma_initializer = Ones{};
  std::optional<Regularizer> beta_regularizer{}, gamma_regularizer{};
  std::optional<Constraint> beta_constraint{}, gamma_constraint{};
  bool trainable = true;
  std::string name{};
};

/// y = scale * x / sqrt(mean(x^2) + epsilon) along `axis`, the last one or the last ones (Zhang and Sennrich 2019).
/// Variable (extents of `axis`): scale, ones at first.
struct RMSNormalization {
  Axes axis{};
  double epsilon = 1e-6;
  bool trainable = true;
  std::string name{};
};

/// y = x / sqrt(sum(x^2)) along `axis`: vectors of length 1. One that is shorter than 1e-12 is multiplied by 1e12.
struct UnitNormalization {
  Axes axis{};
  std::string name{};
};

/// y = (x - mean) / sqrt(variance) for each feature, or with `invert` x sqrt(variance) + mean, with sqrt(variance) at
/// least 1e-7. A feature is a place on `axis`: all numbers of a sample there belong to it. Either `mean` and `variance`
/// are given, one number for each feature, or they are those of the training data: Sequential::adapt, which a recipe
/// calls by itself; until then they are 0 and 1. Variables (extents of `axis`): mean, variance; no training changes
/// them.
struct Normalization {
  Axes axis{};
  std::vector<double> mean{};
  std::vector<double> variance{};
  bool invert = false;
  std::string name{};
};

}  // namespace telar
