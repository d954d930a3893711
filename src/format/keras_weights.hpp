// The variables of a Keras model in HDF5, and those of its optimiser.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "format/hdf5.hpp"
#include "format/keras_network.hpp"
#include "train/state.hpp"

namespace telar {

/// Datasets of the network's variables, in the order of Model::variables(); null where the network has the numbers.
using KerasDatasets = std::vector<const Hdf5Object*>;

/// Those of a .weights.h5, or of the member of a .keras. Every shape is the network's. Throws Error (data) naming the
/// layer.
[[nodiscard]] KerasDatasets keras_datasets(const Hdf5File& weights, const KerasNetwork& network,
                                           const std::string& file);
/// Likewise those of a legacy .h5 with its groups named after layers, from `group` on.
[[nodiscard]] KerasDatasets legacy_datasets(const Hdf5File& weights, const Hdf5Object& group,
                                            const KerasNetwork& network, const std::string& file);

/// Their numbers to where the variables are in `values`.
void read_datasets(const Hdf5File& weights, const KerasDatasets& datasets, const std::vector<Variable>& variables,
                   std::span<float> values);

/// The optimiser's state, which `state` has the sizes of. False, and nothing is changed, if there is none of this
/// optimiser and these variables. Throws Error (data) if it is damaged.
bool read_optimizer(const Hdf5File& weights, const CompileOptions& compiled, const std::vector<Variable>& variables,
                    const std::string& file, OptimizerState& state);

/// One of an optimiser's variables in Keras's order: a variable's part of a slot; of Adafactor's kernels the means of
/// rows (column 0 of slot 0) and columns (row 0 of slot 1); or what telar does not keep.
struct KerasSlot {
  enum class Kind : std::uint8_t { whole, rows, columns, unused };
  Kind kind = Kind::whole;
  std::size_t slot = 0, variable = 0;
  std::vector<int> shape{};
};
[[nodiscard]] std::vector<KerasSlot> keras_slots(const Optimizer& optimizer, const std::vector<Variable>& variables);
/// Nadam's product of momentums after `t` steps.
[[nodiscard]] float nadam_schedule(double beta_1, std::int64_t t);

}  // namespace telar
