// Small experiments with a network at the end of its training.
#pragma once

#include <iosfwd>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <telar/sequential.hpp>

namespace telar {

/// How long they take: a few hundredths of an epoch each.
struct ProbeSettings {
  int further_steps = 64;     ///< of the training, to see how far its weights still move; at least 4
  int statistics_steps = 16;  ///< batches for recomputed statistics, at least 1
  int gradient_steps = 8;     ///< batches for the norms of gradients, at least 1
  int threads = 1;
};

/// The layers without what disturbs samples while training, without constraints on weights, and with moving averages
/// that are those of the last batch.
[[nodiscard]] std::vector<Layer> undisturbed(std::vector<Layer> layers);

/// `options` of a training for an epoch of an experiment: without validation and callbacks. `said` takes what it says.
[[nodiscard]] FitOptions experiment_options(FitOptions options, int threads, std::ostream& said);

/// Euclidean. Both have as many numbers.
[[nodiscard]] double distance_between(std::span<const float> a, std::span<const float> b);

/// Whether it has a BatchNormalization that uses the batch's statistics while training.
[[nodiscard]] bool uses_batch_statistics(const Sequential& model);

/// The network with the mean and variance that its BatchNormalization layers see now, over some batches of `train`, in
/// place of their moving averages. Nothing is dropped or disturbed meanwhile: these are the statistics of inference.
[[nodiscard]] Sequential with_recomputed_statistics(const Sequential& model, const Dataset& train, int batch_size,
                                                    const ProbeSettings& settings);

/// Loss and metrics, by name, if BatchNormalization uses the statistics of each batch, as while training.
[[nodiscard]] Logs score_by_batch_statistics(const Sequential& model, const Dataset& data, int batch_size,
                                             const ProbeSettings& settings);

/// How far a step moves a layer's kernel.
struct KernelMotion {
  std::string layer;
  double gradient_norm = 0;  ///< Euclidean, mean over batches, of the loss with its penalties
  double update_ratio = 0;   ///< |step| / |kernel| of the optimiser's steps, mean over some of them
};

/// The training for some steps more, with the optimiser, rate and batches it had.
struct FurtherSteps {
  Sequential averaged;  ///< with the mean of the weights on the way; moving statistics too
  std::vector<KernelMotion> kernels;
};
/// `options`: those of the training; its callbacks and validation are left out.
[[nodiscard]] FurtherSteps take_further_steps(const Sequential& model, const Dataset& train, FitOptions options,
                                              const ProbeSettings& settings);

}  // namespace telar
