// A Program: what one network does in a step, as lists of operations over one arena of floats.
//
// The plan (floor `model`) writes it, a device compiles it into an Executable. Operations are plain data: offsets into
// the arena and constants. Each has a plain definition in reference.hpp and a vectorised kernel in kernels/.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace telar::compute {

/// Weights are kept in panels of this many outputs; a vector is padded to a multiple of it.
inline constexpr int kPanel = 32;
/// A sum over the batch adds blocks of this many rows, each in row order, then the blocks in a pairwise tree.
inline constexpr int kRowBlock = 16;

[[nodiscard]] constexpr int panels(int columns) noexcept { return (columns + kPanel - 1) / kPanel; }
[[nodiscard]] constexpr std::size_t padded(int columns) noexcept {
  return static_cast<std::size_t>(panels(columns)) * kPanel;
}

// ---- where things are in the arena (offsets and sizes in floats)
// ------------------------------------------------------

/// An activation or its gradient, (rows, columns), row-major: element (r, c) at `at + r * stride + c`.
/// stride >= padded(columns); columns beyond `columns` hold finite numbers that nothing reads.
struct Matrix {
  std::size_t at = 0;
  int columns = 0;
  int stride = 0;
};

/// A kernel (in, out) in panels: element (i, o) at `at + ((o / 32) * in + i) * 32 + o % 32`. Padding is zero.
struct Kernel {
  std::size_t at = 0;
  int in = 0;
  int out = 0;

  [[nodiscard]] constexpr std::size_t index(int i, int o) const noexcept {
    return at +
           (static_cast<std::size_t>(o / kPanel) * static_cast<std::size_t>(in) + static_cast<std::size_t>(i)) *
               kPanel +
           static_cast<std::size_t>(o % kPanel);
  }
  [[nodiscard]] constexpr std::size_t size() const noexcept { return padded(out) * static_cast<std::size_t>(in); }
};

/// A vector of `size` numbers, padded with zeros. size 0: there is none (no bias, no gamma).
struct Vector {
  std::size_t at = 0;
  int size = 0;

  [[nodiscard]] constexpr explicit operator bool() const noexcept { return size > 0; }
};

// ---- operations
// -------------------------------------------------------------------------------------------------------

enum class Act : std::uint8_t { linear, relu, sigmoid, tanh };

/// out = sample * scale + offset, for the batch's samples (StepInput). Product and sum are rounded one after the other.
struct GatherOp {
  Matrix out;
  float scale = 1, offset = 0;
};

/// out = in * scale + offset, rounded one after the other.
struct AffineOp {
  Matrix in, out;
  float scale = 1, offset = 0;
};

/// out = act(in . kernel + bias). Each product is one chain of fused multiply-adds over `in`, from 0, in order.
struct DenseOp {
  Matrix in, out;
  Kernel kernel;
  Vector bias;
  Act act = Act::linear;
};

/// out = act(in), element by element.
struct ActivationOp {
  Matrix in, out;
  Act act = Act::linear;
};

/// out = exp(in - max) / sum(exp(in - max)) along each row.
struct SoftmaxOp {
  Matrix in, out;
};

/// mask = 0 with probability rate, else 1 / (1 - rate); out = in * mask. Element (r, c) of step s draws
/// Philox(key, index = r * columns + c, sub = s).
struct DropoutOp {
  Matrix in, out, mask;
  float rate = 0;
  std::uint64_t key = 0;
};

/// Batch statistics (`batch` true): mean and biased variance of each column, two passes; moving = moving * momentum +
/// batch * (1 - momentum); saves mean and 1 / sqrt(variance + epsilon) for the gradient. Otherwise the moving averages
/// are used. out = (in - mean) * (gamma / sqrt(variance + epsilon)) + beta.
struct BatchNormOp {
  Matrix in, out;
  Vector gamma, beta, moving_mean, moving_variance;
  Vector saved_mean, saved_inverse;  ///< written where a gradient follows
  float momentum = 0, epsilon = 0;
  bool batch = false;
};

/// Losses of the rows against the batch's labels or targets, the predicted class of each row (NaN inputs give a NaN
/// loss), and with `delta` the gradient of the reduced loss in the inputs. `logits`: softmax and cross-entropy in one;
/// else probabilities: p / sum(p), clipped to [1e-7, 1 - 1e-7], where the gradient of a clipped one is zero.
struct CrossEntropyOp {
  Matrix in;
  std::optional<Matrix> delta;
  Matrix scratch;             ///< like `in`; used for logits
  std::size_t row_loss = 0;   ///< (rows): w * l
  std::size_t row_class = 0;  ///< (rows): index of the first largest input
  bool logits = true;
  float smoothing = 0;
  enum class Reduction : std::uint8_t { mean, sum, weighted_mean } reduction = Reduction::mean;
};

/// Ends the step if the reduced loss is not finite: nothing after it is run, so a bad step changes no weight.
struct GuardOp {
  std::size_t row_loss = 0;
  CrossEntropyOp::Reduction reduction = CrossEntropyOp::Reduction::mean;
};

/// delta *= act'(.), from the output y = act(.).
struct ActivationGradOp {
  Matrix delta, y;
  Act act = Act::linear;
};

/// delta = y * (delta - sum(delta * y)) along each row.
struct SoftmaxGradOp {
  Matrix delta, y;
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

/// Gradient of BatchNormOp in place, then times act'(in) where `in` was the output of an activation. With `update`,
/// gamma and beta take their step from their gradients.
struct BatchNormGradOp {
  Matrix in, delta;
  Vector gamma, beta, saved_mean, saved_inverse;
  bool batch = false;
  bool update = false;
  Act act = Act::linear;
};

/// out = (delta . kernel^T) * act'(y). `transposed` is the kernel's transposed copy.
struct DenseInputGradOp {
  Matrix delta, out;
  Kernel transposed;
  Matrix y;  ///< the input of the layer, an output of `act`; read unless act is linear
  Act act = Act::linear;
};

/// Gradients of kernel (in^T . delta: one chain over the rows) and bias (sum over the batch), each followed at once by
/// its update. Writes the kernel's transposed copy anew if there is one.
struct DenseUpdateOp {
  Matrix in, delta;
  Kernel kernel;
  std::optional<Kernel> transposed;
  Vector bias;
};

using Op = std::variant<GatherOp, AffineOp, DenseOp, ActivationOp, SoftmaxOp, DropoutOp, BatchNormOp, CrossEntropyOp,
                        GuardOp, ActivationGradOp, SoftmaxGradOp, AffineGradOp, DropoutGradOp, BatchNormGradOp,
                        DenseInputGradOp, DenseUpdateOp>;

// ---- the update rule
// --------------------------------------------------------------------------------------------------

/// What is done with a gradient g of a weight w. m, v, h: the weight's first, second, third slot.
struct UpdateRule {
  enum class Kind : std::uint8_t {
    gradient,  ///< m = g: for whoever wants gradients; the weight stays
    sgd,       ///< w -= rate g
    momentum,  ///< m = momentum m - rate g; w += m
    nesterov,  ///< m = momentum m - rate g; w += momentum m - rate g
    adam,      ///< m += (g - m) one_minus_beta_1; v += (g^2 - v) one_minus_beta_2; w -= rate m / (sqrt(v) + epsilon)
    amsgrad    ///< the same with h = max(h, v) in place of v
  };
  Kind kind = Kind::gradient;
  float momentum = 0, one_minus_beta_1 = 0, one_minus_beta_2 = 0, epsilon = 0;

  [[nodiscard]] constexpr int slots() const noexcept {
    switch (kind) {
      case Kind::sgd:
        return 0;
      case Kind::gradient:
      case Kind::momentum:
      case Kind::nesterov:
        return 1;
      case Kind::adam:
        return 2;
      case Kind::amsgrad:
        return 3;
    }
    return 0;
  }
};

// ---- the program
// ------------------------------------------------------------------------------------------------------

/// A variable of the model: where its packed form is, and where its canonical one (flat weights, kernels (in, out)
/// row-major).
struct PackedVariable {
  std::variant<Kernel, Vector> packed;
  std::size_t canonical = 0;         ///< offset of its first element in the flat weights
  std::optional<Kernel> transposed;  ///< a derived copy, written whenever the kernel is
};

enum class Phase : std::uint8_t { train, evaluate, predict };
inline constexpr std::size_t kPhases = 3;

struct Program {
  int max_rows = 0;
  std::size_t arena = 0;        ///< floats; everything is zero at first
  std::size_t slot_stride = 0;  ///< slot s of the weight at offset x is at x + (s + 1) * slot_stride
  std::size_t weights = 0;      ///< size of the flat canonical weights
  UpdateRule rule;
  std::vector<PackedVariable> variables;
  std::array<std::vector<Op>, kPhases> steps;  ///< by Phase; empty if the program has no such step
  Matrix output;                               ///< of `predict`
  std::size_t row_loss = 0, row_class = 0;     ///< of `train` and `evaluate`
  CrossEntropyOp::Reduction reduction = CrossEntropyOp::Reduction::mean;  ///< of their losses
};

// ---- running it
// -------------------------------------------------------------------------------------------------------

/// One batch. Row i of the batch is sample index[i] of the data; exactly one of bytes and floats is set, and one of
/// labels and targets in train and evaluate.
struct StepInput {
  int rows = 0;  ///< 1 .. max_rows
  const std::uint32_t* index = nullptr;
  const std::uint8_t* bytes = nullptr;
  const float* floats = nullptr;
  std::size_t sample_size = 0;  ///< numbers from one sample to the next
  const std::int32_t* labels = nullptr;
  const float* targets = nullptr;  ///< (samples, output columns)
  const float* weights = nullptr;  ///< of the samples; null: all 1
  std::uint64_t step = 0;          ///< counts from 0: addresses dropout
  float rate = 0;                  ///< of the UpdateRule: learning rate, for Adam with its bias correction
};

struct StepResult {
  double loss = 0;     ///< reduced over the batch; 0 in predict
  bool finite = true;  ///< false: the step was cut short before any weight changed
};

/// A compiled Program. One caller at a time.
class Executable {
 public:
  virtual ~Executable() = default;
  /// Runs one step. No allocation, no lock but its barriers.
  virtual StepResult run(Phase phase, const StepInput& input) noexcept = 0;

  /// All variables, flat canonical (Program::weights floats). Writing renews derived copies.
  virtual void write_weights(const float* canonical) noexcept = 0;
  virtual void read_weights(float* canonical) const noexcept = 0;
  /// Slot `slot` of all variables, in the same layout.
  virtual void write_slot(int slot, const float* canonical) noexcept = 0;
  virtual void read_slot(int slot, float* canonical) const noexcept = 0;

  /// After a step: (rows) losses or predicted classes.
  [[nodiscard]] virtual const float* row_loss() const noexcept = 0;
  [[nodiscard]] virtual const float* row_class() const noexcept = 0;
  /// After predict: element (r, c) at output()[r * Program::output.stride + c].
  [[nodiscard]] virtual const float* output() const noexcept = 0;
  [[nodiscard]] virtual int threads() const noexcept = 0;
};

}  // namespace telar::compute
