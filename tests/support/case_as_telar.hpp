// A random network of the oracle's tests as a user of telar would build it, and as the engine sees it.
#pragma once

#include <utility>

#include <telar/sequential.hpp>

#include "oracle/random_network.hpp"
#include "support/engine.hpp"

namespace telar {

/// The samples with labels for the sparse loss, with targets for the other.
inline Dataset dataset_of(const oracle::Case& c) {
  Dataset::Storage storage;
  storage.shape = {c.inputs};
  storage.features = std::vector<float>(c.batch.x.values.begin(), c.batch.x.values.end());
  storage.classes = c.batch.targets.columns;
  if (std::holds_alternative<SparseCategoricalCrossentropy>(c.loss)) {
    storage.labels.assign(c.batch.labels.begin(), c.batch.labels.end());
  } else {
    storage.targets.assign(c.batch.targets.values.begin(), c.batch.targets.values.end());
    storage.target_width = c.batch.targets.columns;
  }
  return Dataset(std::move(storage));
}

/// The network with the case's weights, compiled with its loss.
inline Sequential model_of(const oracle::Case& c, const Optimizer& optimizer = Adam{}, std::uint64_t seed = 0) {
  Sequential model(Input{c.inputs}, c.layers, seed);
  model.set_weights(c.weights);
  const std::vector<Metric> metrics(oracle::is_cross_entropy(c.loss) ? 1 : 0, Accuracy{});
  model.compile({.optimizer = optimizer, .loss = c.loss, .metrics = metrics});
  return model;
}

inline EngineBatch engine_batch_of(const oracle::Case& c) {
  EngineBatch b;
  b.columns = c.inputs;
  b.samples.assign(c.batch.x.values.begin(), c.batch.x.values.end());
  if (std::holds_alternative<SparseCategoricalCrossentropy>(c.loss))
    b.labels.assign(c.batch.labels.begin(), c.batch.labels.end());
  else
    b.targets.assign(c.batch.targets.values.begin(), c.batch.targets.values.end());
  b.weights.assign(c.batch.weights.begin(), c.batch.weights.end());
  return b;
}

}  // namespace telar
