// The model a user works with: a stack of layers, its weights, and Keras's verbs on them.
#pragma once

#include <cstdint>
#include <filesystem>
#include <iosfwd>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <telar/callbacks.hpp>
#include <telar/dataset.hpp>
#include <telar/history.hpp>
#include <telar/layers.hpp>
#include <telar/losses.hpp>
#include <telar/metrics.hpp>
#include <telar/optimizers.hpp>

namespace telar {

/// Arithmetic of the network, named as Keras's policies are. Weights, sums, losses and updates are float32 in both.
enum class DType {
  float32,
  mixed_bfloat16  ///< the products take their operands rounded to bfloat16
};

struct CompileOptions {
  Optimizer optimizer = Adam{};
  std::optional<Loss> loss{};              ///< needed by fit and evaluate
  std::vector<Metric> metrics{};           ///< every sample counts 1, whatever its weight
  std::vector<Metric> weighted_metrics{};  ///< every sample counts its sample_weight or class_weight
  DType dtype = DType::float32;
};

/// Zhang et al. 2018, "mixup: beyond empirical risk minimization" (arxiv.org/abs/1710.09412): each sample x of a batch
/// becomes share x + (1 - share) x', x' another one of the batch, and so does its one-hot label. The share is drawn for
/// each batch from Beta(alpha, alpha).
struct MixUp {
  double alpha = 0.2;  ///< above 0
};

struct FitOptions {
  int batch_size = 32;
  int epochs = 1;                        ///< the last one's number: initial_epoch counts
  int initial_epoch = 0;                 ///< in [0, epochs): the first epoch's number, for callbacks and text
  std::optional<int> steps_per_epoch{};  ///< default: all batches of the data. Else the next epoch takes the next
                                         ///< batches, and one that the data ends in is short, as in Keras
  std::optional<Dataset> validation_data{};
  double validation_split = 0.0;  ///< in [0, 1): the last part of the data, as in Keras; not with validation_data
  /// Factor of the losses of a class's samples, also in weighted_metrics, 1 for classes that are not named; not with
  /// sample_weight. Training only.
  std::map<int, double> class_weight{};
  /// Factor of the loss of each sample, also in weighted_metrics; empty: 1. With validation_split, the held-out samples
  /// keep theirs.
  std::vector<float> sample_weight{};
  std::vector<float> validation_sample_weight{};  ///< the same of validation_data, the third of Keras's tuple
  int validation_freq = 1;                        ///< validate after every validation_freq-th epoch
  /// Validate after every so-many-th step instead, counted from the first one of this fit: History::validations. An
  /// epoch's own val_* are those of its last validation.
  std::optional<int> validation_freq_steps{};
  bool shuffle = true;  ///< a new order every epoch, decided by the model's seed
  /// Training only. Needs a cross-entropy of classes; not with class_weight or sample_weight. Metrics take the class of
  /// the larger share as the true one.
  std::optional<MixUp> mixup{};
  bool training_score =
      true;  ///< evaluate the training data at the end (History::training): a third of an epoch's time
  std::vector<Callback> callbacks{};
  int threads = 0;                 ///< 0: one per core this process may use. The bits do not depend on it.
  std::ostream* output = nullptr;  ///< for ProgressBar and verbose callbacks; null: std::cerr
};

struct EvaluateOptions {
  int batch_size = 256;  ///< changes speed, not results (with Reduction::sum, the loss as in Keras)
  int threads = 0;
  std::vector<float> sample_weight{};  ///< factor of each sample's loss, also in weighted_metrics; empty: 1
};

struct LoadOptions {
  bool compile = true;     ///< take optimiser, loss and metrics too, with the optimiser's state
  std::uint64_t seed = 0;  ///< of trainings to come; a file that telar wrote has its own
};

struct SaveOptions {
  // Kept in a .keras file:
  std::vector<std::string> class_names{};
  std::vector<std::string> feature_names{};  ///< of the columns of a table, one per number of a sample
  std::vector<std::string> target_names{};   ///< of the columns that were learnt
};

/// One weight tensor of a layer.
struct Variable {
  std::string path;        ///< "dense_1/kernel"
  std::vector<int> shape;  ///< (in, out) or (n)
  bool trainable = true;
  std::size_t offset = 0;  ///< of its first element in the flat weights
  [[nodiscard]] std::size_t size() const noexcept;
};

/// A value: copying it copies the network. Not thread-safe; const members may run at the same time.
class Sequential {
 public:
  /// Gives every layer its name and initial weights. `seed` decides initial weights, shuffles and dropout.
  /// Throws Error (usage): no layers, a bad option, a shape a layer cannot take.
  Sequential(Input input, std::vector<Layer> layers, std::uint64_t seed = 0);
  Sequential(const Sequential&);
  Sequential(Sequential&&) noexcept;
  Sequential& operator=(const Sequential&);
  Sequential& operator=(Sequential&&) noexcept;
  ~Sequential();

  /// Sets what fit and evaluate use and forgets the optimiser's state. Throws Error (usage) on a bad option.
  void compile(CompileOptions options);

  /// Gives every Normalization that has no mean and variance those of what reaches it from `data`, in inference mode:
  /// from the first layer to the last. Layers within a Residual stay as they are. Call it before fit. Throws Error
  /// (usage) if the network cannot take the samples.
  void adapt(const Dataset& data);

  /// Trains. Throws Error (usage) before the first step for every mistake that can be seen then; divergence is a result
  /// (`History::ended`). A second fit goes on where the first ended, optimiser state included.
  History fit(const Dataset& data, const FitOptions& options = {});

  /// Loss and metrics in inference mode, with 95 % intervals.
  [[nodiscard]] Score evaluate(const Dataset& data, const EvaluateOptions& options = {}) const;

  /// Outputs (size, outputs) of the last layer, row-major.
  [[nodiscard]] std::vector<float> predict(const Dataset& data, const EvaluateOptions& options = {}) const;

  /// Keras's table of layers, shapes and parameters; optimiser state is counted apart.
  void summary(std::ostream& out) const;

  [[nodiscard]] const Input& input() const noexcept;
  [[nodiscard]] const std::vector<Layer>& layers() const noexcept;
  /// Freezes or thaws the layer of that name. Throws Error (usage) if there is none or it has no weights.
  void set_trainable(const std::string& layer, bool trainable);
  [[nodiscard]] int outputs() const noexcept;  ///< width of the last layer
  [[nodiscard]] std::uint64_t seed() const noexcept;
  [[nodiscard]] const CompileOptions& compiled() const noexcept;

  /// In model order: a layer's trainable variables, then its moving statistics.
  [[nodiscard]] const std::vector<Variable>& variables() const noexcept;
  /// All variables one after the other, canonical layout (Keras's order, kernels (in, out) row-major).
  [[nodiscard]] std::span<const float> get_weights() const noexcept;
  /// Throws Error (usage) unless the size is get_weights().size().
  void set_weights(std::span<const float> weights);
  /// Keras's get_weights of one variable. Throws Error (usage) for an unknown path.
  [[nodiscard]] std::span<const float> get_weights(const std::string& path) const;
  void set_weights(const std::string& path, std::span<const float> values);

  /// SHA-256 of all variables as little-endian float32, in hexadecimal.
  [[nodiscard]] std::string weights_sha256() const;

  /// A Keras model: layers, weights, optimiser, loss and metrics. Reads .keras of Keras 3 and whole-model .h5. Throws
  /// Error (data) if the file is damaged or hostile, or has what telar has not, which it names.
  [[nodiscard]] static Sequential load(const std::filesystem::path& file, const LoadOptions& options = {});
  /// Writes .keras, which every Keras from 3.0 on loads, or .h5 by the file's name. Throws Error: usage if Keras has no
  /// such layer, resource if the file cannot be written. A loss or metric of your own is code, which no file holds:
  /// such a model has to be compiled again when it was loaded.
  void save(const std::filesystem::path& file, const SaveOptions& options = {}) const;

  /// NumPy archive, one array per variable ("dense/kernel.npy"), or Keras's format where the name ends in .weights.h5.
  /// Throws Error (resource).
  void save_weights(const std::filesystem::path& file) const;
  /// From such a file, a .keras, or those of a run folder. Throws Error (data) if the file is damaged or does not have
  /// exactly this model's variables and shapes, which names the layer.
  void load_weights(const std::filesystem::path& file);

  struct State;  ///< floor `train`

 private:
  friend class Predictor;
  std::unique_ptr<State> state_;
};

}  // namespace telar
