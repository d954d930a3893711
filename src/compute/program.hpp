// A Program: what one network does in a step, as lists of operations over one arena of floats.
//
// The plan (floor `model`) writes it, a device compiles it into an Executable. Operations are plain data: offsets into
// the arena and constants. Each has a plain definition in reference.hpp and a vectorised kernel in kernels/.
#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include <telar/custom.hpp>
#include <telar/custom_layer.hpp>

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

/// l1 |x| + l2 x^2 of every number x.
struct Penalty {
  float l1 = 0, l2 = 0;
  [[nodiscard]] constexpr explicit operator bool() const noexcept { return l1 != 0 || l2 != 0; }
};

/// A kernel (in, out) in panels: element (i, o) at `at + ((o / 32) * in + i) * 32 + o % 32`. Padding is zero.
struct Kernel {
  std::size_t at = 0;
  int in = 0;
  int out = 0;
  bool decays = true;  ///< of weights: the decay applies to them
  Penalty penalty{};   ///< of weights: its gradient is added to theirs

  [[nodiscard]] constexpr std::size_t index(int i, int o) const noexcept {
    return at +
           (static_cast<std::size_t>(o / kPanel) * static_cast<std::size_t>(in) + static_cast<std::size_t>(i)) *
               kPanel +
           static_cast<std::size_t>(o % kPanel);
  }
  [[nodiscard]] constexpr std::size_t size() const noexcept { return padded(out) * static_cast<std::size_t>(in); }
};

/// Blocks of up to 16 rows of a panel (SquaresOp).
[[nodiscard]] constexpr std::size_t blocks_of(const Kernel& kernel) noexcept {
  return static_cast<std::size_t>(panels(kernel.out)) *
         static_cast<std::size_t>((kernel.in + kRowBlock - 1) / kRowBlock);
}

[[nodiscard]] constexpr std::size_t block_of(const Kernel& kernel, int i, int o) noexcept {
  const int blocks_of_panel = (kernel.in + kRowBlock - 1) / kRowBlock,
            block = o / kPanel * blocks_of_panel + i / kRowBlock;
  return static_cast<std::size_t>(block);
}

/// A vector of `size` numbers, padded with zeros. size 0: there is none (no bias, no gamma).
struct Vector {
  std::size_t at = 0;
  int size = 0;
  bool decays = true;  ///< of weights: the decay applies to them
  Penalty penalty{};   ///< of weights: its gradient is added to theirs

  [[nodiscard]] constexpr explicit operator bool() const noexcept { return size > 0; }
};

// ---- operations
// -------------------------------------------------------------------------------------------------------

/// Element-wise activations, Keras's by name (keras.io/api/layers/activations), with its default constants.
enum class Act : std::uint8_t {
  linear,
  relu,
  sigmoid,
  tanh,
  leaky_relu,
  relu6,
  elu,
  selu,
  softplus,
  softsign,
  exponential,
  hard_sigmoid,
  hard_tanh,
  hard_shrink,
  soft_shrink,
  log_sigmoid,
  squareplus,
  sparse_plus,
  sparse_sigmoid,
  silu,
  gelu,
  gelu_tanh,
  hard_silu,
  mish,
  tanh_shrink
};
inline constexpr int kActs = static_cast<int>(Act::tanh_shrink) + 1;

inline constexpr float kLeakySlope = 0.2f;
inline constexpr float kSeluScale = 1.05070098735548049342f, kSeluAlpha = 1.67326324235437728481f;

/// Whether act' is computed from the input of the activation: its output alone does not tell. All others take the
/// output.
[[nodiscard]] constexpr bool takes_input(Act act) noexcept { return act >= Act::silu; }

/// out = sample * scale + offset, for the batch's samples (StepInput). Product and sum are rounded one after the other.
struct GatherOp {
  Matrix out;
  float scale = 1, offset = 0;
};

/// Rows that are images (height, width, channels) in C order.
struct ImageShape {
  int height = 1, width = 1, channels = 1;
};

/// out = in, of whose images about half are turned round: row r of step s where bit 31 of Philox(key, r, s) is set.
struct FlipOp {
  Matrix in, out;
  ImageShape shape;
  bool horizontal = false, vertical = false;
  std::uint64_t key = 0;
};

/// out = in, each image moved down by dy of its heights and to the right by dx of its widths: with the numbers u, v of
/// Philox(key, r, s), multiples of 2^-24 in [0, 1), dy = low_y + (high_y - low_y) u, and dx likewise from v. Pixel (y,
/// x) becomes what is at (y - dy height, x - dx width), between pixels a mean by distance, or the nearest pixel.
struct TranslateOp {
  enum class Fill : std::uint8_t { constant, nearest, reflect, wrap };
  Matrix in, out;
  ImageShape shape;
  float low_y = 0, high_y = 0, low_x = 0, high_x = 0;
  Fill fill = Fill::reflect;
  bool bilinear = true;
  float fill_value = 0;
  std::uint64_t key = 0;
};

/// out = in * scale + offset, rounded one after the other.
struct AffineOp {
  Matrix in, out;
  float scale = 1, offset = 0;
};

/// out = in + other. out may be in.
struct AddOp {
  Matrix in, other, out;
};

/// out = in rounded to bfloat16 (nearest, ties to even): an operand of products of `bfloat16`. How the numbers lie
/// within `out` is the kernels' choice (kernels/bfloat16.cpp); it has space for an even number of rows.
struct RoundOp {
  Matrix in, out;
  bool over_columns = true;  ///< a product over the columns reads it: DenseOp, DenseInputGradOp
  bool over_batch = true;    ///< a product over the batch reads it: DenseUpdateOp
};

/// out = act(in . kernel + bias). Each product is one chain of fused multiply-adds over `in`, from 0, in order.
/// `bfloat16`: `in` was made by RoundOp and `kernel` is a rounded copy; sums are float32, in an order of the kernels'
/// own, and so are the other products'.
struct DenseOp {
  Matrix in, out;
  Kernel kernel;
  Vector bias;
  Act act = Act::linear;
  bool bfloat16 = false;
};

/// out = act(in), element by element.
struct ActivationOp {
  Matrix in, out;
  Act act = Act::linear;
};

/// out = in above `threshold`, but at most `max`; below alpha (in - threshold), or alpha (exp(in) - 1) if
/// `exponential`. Where alpha is 0, an infinite input gives 0.
struct Knee {
  float threshold = 0, max = std::numeric_limits<float>::infinity(), alpha = 0;
  bool exponential = false;
};
struct KneeOp {
  Matrix in, out;
  Knee knee;
};

/// out = in above 0, alpha of its column times in elsewhere.
struct PReluOp {
  Matrix in, out;
  Vector alpha;
};

/// Activations of a whole row.
enum class RowAct : std::uint8_t {
  softmax,      ///< exp(x - max) / sum(exp(x - max))
  log_softmax,  ///< its logarithm
  sparsemax     ///< the nearest point whose numbers are not negative and sum to 1 (Martins and Astudillo 2016)
};

/// out = act(in) along each row.
struct SoftmaxOp {
  Matrix in, out;
  RowAct act = RowAct::softmax;
};

/// mask = 0 with probability rate, else 1 / (1 - rate); out = in * mask. Element (r, c) of step s draws
/// Philox(key, index = r * columns + c, sub = s).
struct DropoutOp {
  Matrix in, out, mask;
  float rate = 0;
  std::uint64_t key = 0;
};

/// Noise. Element (r, c) of step s draws a number of Philox as in DropoutOp: the sign of a standard normal z is its
/// highest bit m31, and P(|Z| > |z|) = (m + 0.5) 2^-31 for the others, m.
struct NoiseOp {
  enum class Kind : std::uint8_t {
    add,       ///< out = in + amount z; no mask
    multiply,  ///< mask = 1 + amount z; out = in * mask
    alpha  ///< mask = 0 with probability amount, else a; out = (mask = 0 ? p : in) * a + b, with p = -scale alpha of
           ///< selu, a = 1 / sqrt((1 - amount) (1 + amount p^2)), b = -a p amount
  };
  Matrix in, out, mask;
  Kind kind = Kind::add;
  float amount = 0;
  std::uint64_t key = 0;
};
/// a, b and p of NoiseOp::Kind::alpha.
struct AlphaDropoutScale {
  float limit = -kSeluScale * kSeluAlpha, factor, shift;
  explicit AlphaDropoutScale(float rate)
      : factor(1.0f / std::sqrt((1.0f - rate) * (1.0f + rate * limit * limit))), shift(-factor * limit * rate) {}
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
  bool inverted = false;  ///< without gamma, beta and `batch`: out = in * sqrt(variance + epsilon) + mean, and
                          ///< saved_inverse is the root itself
};

/// How a row is normalised: x -> (x - mean) * inverse.
struct RowNorm {
  enum class Kind : std::uint8_t {
    layer,  ///< inverse = 1 / sqrt(variance + epsilon), the biased variance in a second pass
    rms,    ///< mean = 0, inverse = 1 / sqrt(mean(x^2) + epsilon)
    unit    ///< mean = 0, inverse = 1 / sqrt(sum(x^2)), but at most 1 / epsilon
  };
  Kind kind = Kind::layer;
  float epsilon = 0;
};

/// out = (in - mean) * inverse * gamma + beta along each row.
struct RowNormOp {
  Matrix in, out;
  Vector gamma, beta;
  Vector row_mean, row_inverse;  ///< (rows): written where a gradient follows
  RowNorm norm;
};

/// What the sum of the rows' weighted losses is divided by: the number of rows that count, 1, or their weights.
enum class LossReduction : std::uint8_t { mean, sum, weighted_mean };

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
  using Reduction = LossReduction;
  Reduction reduction = Reduction::mean;
  std::int32_t ignored_class = -1;  ///< rows with this label do not count
};

/// The loss of a row of outputs y against a row of targets t, both of `columns` numbers; errors e = y - t, epsilon =
/// 1e-7. Targets are first smoothed: t (1 - smoothing) + smoothing / 2, or / columns in categorical_focal.
struct LossFormula {
  enum class Kind : std::uint8_t {
    squared,            ///< mean e^2
    absolute,           ///< mean |e|
    percentage,         ///< mean 100 |e| / max(|t|, epsilon)
    logarithmic,        ///< mean (log(max(y, epsilon) + 1) - log(max(t, epsilon) + 1))^2
    huber,              ///< mean (|e| <= delta ? e^2 / 2 : delta |e| - delta^2 / 2)
    log_cosh,           ///< mean |e| + log(1 + exp(-2 |e|)) - log 2
    poisson,            ///< mean y - t log(y + epsilon)
    hinge,              ///< mean max(1 - t y, 0), with a t of 0 read as -1
    squared_hinge,      ///< mean max(1 - t y, 0)^2, likewise
    binary,             ///< mean -t log p - (1 - t) log(1 - p); p = y clipped to [epsilon, 1 - epsilon], or sigmoid(y)
    binary_focal,       ///< mean of the same times (1 - t p - (1 - t) (1 - p))^gamma, balanced: (t alpha + (1 - t) (1 -
                        ///< alpha))
    kl_divergence,      ///< sum t log(t / y), both clipped to [epsilon, 1]
    categorical_focal,  ///< sum -alpha (1 - p)^gamma t log p; p = y / sum y or softmax(y), clipped as above
    categorical_hinge,  ///< max(1 + max((1 - t) y) - sum t y, 0)
    cosine,             ///< -sum t y / (max(|t|, epsilon) max(|y|, epsilon))
    generalized,        ///< (1 - p^gamma) / gamma, p = sum t y; of p below epsilon the slope is 0
    overlap,            ///< 1 - s / (s + alpha sum (1 - t) y + delta sum t (1 - y) + gamma), s = sum t y
    custom              ///< LossOp::custom
  };
  Kind kind = Kind::squared;
  bool logits = false;  ///< binary and focal kinds
  bool balanced = false;
  float smoothing = 0, delta = 0, alpha = 0, gamma = 0;
};

/// Losses of the rows by `formula`, predicted classes (of one column: whether it is above `threshold`), and with
/// `delta` the gradient of the reduced loss in the inputs, zero where a clipped number is outside. A label is the
/// target of one column.
struct LossOp {
  Matrix in;
  std::optional<Matrix> delta;
  std::size_t row_loss = 0;   ///< (rows): w * l
  std::size_t row_class = 0;  ///< (rows)
  LossFormula formula;
  LossReduction reduction = LossReduction::mean;
  float threshold = 0.5f;
  /// Of `overlap` over the whole batch: where OverlapOp left the rows' sums. Every row then has the batch's loss.
  std::optional<std::size_t> batch_sums{};
  std::size_t batch_rows = 0;  ///< max_rows
  std::shared_ptr<const CustomLoss::Functions> custom{};
};

/// For each row of outputs y and targets t its sum t y, sum y and sum t, one after the other: (3, max_rows).
struct OverlapOp {
  Matrix in;
  std::size_t sums = 0;
  std::size_t rows = 0;  ///< max_rows
};

/// Ends the step if the reduced loss is not finite: nothing after it is run, so a bad step changes no weight.
struct GuardOp {
  std::size_t row_loss = 0;
  LossReduction reduction = LossReduction::mean;
  std::int32_t ignored_class = -1;
};

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

/// Gradients of kernel (in^T . delta: one chain over the rows) and bias (sum over the batch), each followed at once by
/// its update. Writes the kernel's copies anew if there are any. With `rounded`, the kernel's bfloat16 copy, the
/// product is one of bfloat16, the transposed copy is rounded too, and the bias is summed over `unrounded`.
struct DenseUpdateOp {
  Matrix in, delta;
  Kernel kernel;
  std::optional<Kernel> transposed;
  Vector bias;
  std::optional<Kernel> rounded{};
  Matrix unrounded{};  ///< what `delta` was rounded from
};

/// Sums of squares of the kept gradients (UpdateRule::waits) of `kernel`, a vector being a kernel of one row: of rows
/// [16 b, 16 b + 16) of panel p into sums + p * ceil(in / 16) + b, added in 16 lanes, then a tree.
struct SquaresOp {
  Kernel kernel;
  std::size_t sums = 0;
};

/// With n the root of `count` sums of squares, added in order as double: factor = min(1, clip / n), or NaN where n is
/// not finite; 0 for one variable with an infinite n.
struct ClipNormOp {
  std::size_t sums = 0, count = 0, factor = 0;
  float clip = 0;
  bool all = false;  ///< the sums are those of all variables
};

/// The rule's step of `kernel`, a vector being a kernel of one row, with the kept gradients times `factor`, if there is
/// one. Writes the kernel's copies anew, as DenseUpdateOp.
struct UpdateOp {
  Kernel kernel;
  std::optional<Kernel> transposed{}, rounded{};
  std::optional<std::size_t> factor{};
  bool by_adam = false;  ///< of muon: the step is Adam's (StepInput::gradient_rate, adam_decay)
};

// A rule that directs (UpdateRule::directs) looks at whole variables: from the kept gradients g, times the factor at
// `clip`, if any, and brought into [-UpdateRule::clip, clip], these make the direction u, which is kept in their place.

/// Of adafactor: moving averages of the means of g^2 + epsilon over each row of `kernel`, in the first slot of column
/// 0, or over each column, in the second slot of row 0: r += (mean - r) correction. A sum over a row is added in 16
/// lanes, then a tree; one over a column as over the batch.
struct MeansOp {
  Kernel kernel;
  std::optional<std::size_t> clip{};
  bool of_rows = true;
};

/// Puts u in the place of g, and sums of squares, as SquaresOp, of u into `sums` and of the weights after their decay
/// into `weight_sums`.
struct DirectionOp {
  Kernel kernel;
  std::optional<std::size_t> clip{};
  std::size_t sums = 0, weight_sums = 0;
  std::optional<std::size_t> mean{};  ///< of adafactor with MeansOps: the mean of what those of rows keep
};

/// One number about a whole variable into `factor`. Sums of `count` numbers, each `distance` from the last, are added
/// in order as double.
struct FactorOp {
  enum class Kind : std::uint8_t {
    mean,              ///< that of the numbers at `sums`
    inverse_norm,      ///< 1 / (root of the sum at `sums` + 1e-7)
    ratio,             ///< root of the sum at `weight_sums` over that at `sums`; 1 where one of them is not above 0
    root_mean_square,  ///< max(smallest, r(weight_sums)) / max(1, r(sums) / threshold), r: root of the sum / elements
  };
  Kind kind = Kind::mean;
  std::size_t sums = 0, weight_sums = 0, count = 0, distance = 1, factor = 0;
  double elements = 0;
};

/// out = in * factor. Writes the transposed copy.
struct NormaliseOp {
  Kernel in, out, transposed;
  std::size_t factor = 0;
};

/// out = scale a^T b + add_scale add, each product one chain of fused multiply-adds over the rows of both. Writes the
/// transposed copy, if there is one.
struct ProductOp {
  Kernel a, b, out;
  std::optional<Kernel> transposed{};
  float scale = 1;
  std::optional<Kernel> add{};
  float add_scale = 0;
  bool always = false;  ///< also in steps that only accumulate gradients
};

/// The kernel's penalty, in sums of blocks as SquaresOp makes them.
struct PenaltyOp {
  Kernel kernel;
  std::size_t sums = 0;
};

// OrthogonalRegularizer of a kernel W, (in, out), takes these in turn, between them ProductOps: with the unit rows (or
// columns) U of W, C = U U^T (or U^T U), their cosines; the signs S of C off its diagonal; R = S U (or U S).

/// out = in with rows, or columns, of 2-norm 1 (of at least 1e-12). Writes the transposed copy.
struct UnitOp {
  Kernel in, out, transposed;
  bool of_rows = true;
};

/// The numbers of `cosines` become their signs, 0 on the diagonal. Into sums[i]: the sum of their sizes in row i.
struct SignOp {
  Kernel cosines;
  float factor = 0;  ///< of the sums
  std::size_t sums = 0;
};

/// The kept gradients of `kernel` gain factor (R - (R . U) U) / |W| of each row, or column, with 2-norms of at least
/// 1e-12; not in steps that only accumulate gradients.
struct TangentOp {
  Kernel kernel, units, signed_sums;  ///< W, U, R
  float factor = 0;
  bool of_rows = true;
};

/// Penalties of the rows of a layer's outputs.
struct ActivityOp {
  Matrix in;
  Penalty penalty;
  std::size_t row_penalty = 0;  ///< (rows)
};

/// delta += the gradient in y of ActivityOp's penalties over the number of rows.
struct ActivityGradOp {
  Matrix delta, y;
  Penalty penalty;
};

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

/// Brings `kernel`, a vector being a kernel of one row, back to what its weights are held to, in every step: a norm n
/// of each column, or of each row, becomes rate clip(n, low, high) + (1 - rate) n, by a factor of that over n + 1e-7.
/// Sums as in MeansOp. Writes the kernel's copies anew, as DenseUpdateOp.
struct ConstrainOp {
  Kernel kernel;
  std::optional<Kernel> transposed{}, rounded{};
  bool not_negative = false;  ///< instead: numbers below 0 become 0
  bool of_rows = false;
  float low = 0, high = 0, rate = 1;
};

using Op =
    std::variant<GatherOp, AffineOp, DenseOp, ActivationOp, SoftmaxOp, DropoutOp, BatchNormOp, CrossEntropyOp, GuardOp,
                 ActivationGradOp, SoftmaxGradOp, AffineGradOp, DropoutGradOp, BatchNormGradOp, DenseInputGradOp,
                 DenseUpdateOp, RoundOp, LossOp, SquaresOp, ClipNormOp, UpdateOp, KneeOp, PReluOp, KneeGradOp,
                 PReluGradOp, NoiseOp, RowNormOp, RowNormGradOp, RowNormUpdateOp, AddOp, MeansOp, DirectionOp, FactorOp,
                 NormaliseOp, ProductOp, PenaltyOp, ActivityOp, ActivityGradOp, ConstrainOp, FlipOp, TranslateOp,
                 OverlapOp, UnitOp, SignOp, TangentOp, CustomOp, CustomGradOp, CustomUpdateOp>;

// ---- the update rule
// --------------------------------------------------------------------------------------------------

/// What is done with a gradient g of a weight w, after g is brought into [-clip, clip] and w -= decay w. m, v, h: the
/// weight's first, second, third slot. Further arrays follow, in this order: sums of gradients (`accumulates`), moving
/// averages of weights (`averages`), gradients that wait for their norm (`waits`).
struct UpdateRule {
  enum class Kind : std::uint8_t {
    gradient,  ///< m = g, not clipped: for whoever wants gradients; the weight stays
    sgd,       ///< w -= rate g
    momentum,  ///< m = momentum m - rate g; w += m
    nesterov,  ///< m = momentum m - rate g; w += momentum m - rate g
    adam,      ///< m += (g - m) one_minus_beta_1; v += (g^2 - v) one_minus_beta_2; w -= rate m / (sqrt(v) + epsilon)
    amsgrad,   ///< the same with h = max(h, v) in place of v
    rmsprop,   ///< m += (g^2 - m) one_minus_beta_2; w -= rate g / sqrt(m + epsilon)
    rmsprop_momentum,           ///< the same with v = momentum v + rate g / sqrt(m + epsilon); w -= v
    centered_rmsprop,           ///< rmsprop with v += (g - v) one_minus_beta_2, and m - v^2 in place of m
    centered_rmsprop_momentum,  ///< both, where the momentum is v and the mean of gradients h
    nadam,                      ///< adam with w -= (rate m + gradient_rate g) / (sqrt(v correction) + epsilon)
    adamax,                     ///< m as adam; v = max(v - v one_minus_beta_2, |g|); w -= rate m / (v + epsilon)
    adagrad,                    ///< m += g^2; w -= rate g / sqrt(m + epsilon)
    adadelta,  ///< m as rmsprop; s = sqrt(v + epsilon) g / sqrt(m + epsilon); v += (s^2 - v) one_minus_beta_2; w -=
               ///< rate s
    lion,      ///< w -= rate sign(m + (g - m) one_minus_beta_1); m += (g - m) one_minus_beta_2
    ftrl,      ///< a = m + g^2; v += g + shrinkage w - (a^power - m^power) / rate w; m = a; w = 0 where |v| <= l1, else
               ///< (sign(v) l1 - v) / ((a^power + beta) / rate + l2); nothing at a rate of 0
    // These direct: g is the direction times what FactorOp found.
    lamb,       ///< m and v as adam; u = gradient_rate m / (sqrt(v correction) + epsilon); w -= rate u
    adafactor,  ///< of a vector m += (g^2 + epsilon - m) correction; u = g / sqrt(m); of a kernel r / mean(r) c in
                ///< place of m, by MeansOp; w -= rate u
    muon        ///< m = momentum m + g; u = m, or g + momentum m if `looks_ahead`; w -= rate u
  };
  Kind kind = Kind::gradient;
  float momentum = 0, one_minus_beta_1 = 0, one_minus_beta_2 = 0, epsilon = 0;
  float power = 0, l1 = 0, l2 = 0, shrinkage = 0, beta = 0;  ///< of ftrl
  float first_slot = 0;                                      ///< what m is before the first step; v and h are 0
  float smallest = 0, threshold = 1;                         ///< of adafactor (FactorOp)
  bool looks_ahead = false;                                  ///< of muon
  float clip = std::numeric_limits<float>::infinity();

  bool accumulates = false;  ///< gradients of several steps make one (StepInput::accumulation)
  bool averages = false;     ///< average = average average_keep + w (1 - average_keep) after each step (StepInput)
  bool waits = false;        ///< a gradient is only kept; UpdateOp takes the step

  /// Gradients become directions before the step (DirectionOp).
  [[nodiscard]] constexpr bool directs() const noexcept { return kind >= Kind::lamb; }
  /// Arrays that last from step to step.
  [[nodiscard]] constexpr int slots() const noexcept { return own_slots() + accumulates + averages; }
  [[nodiscard]] constexpr int arrays() const noexcept { return slots() + (waits && !accumulates); }
  /// Where kept gradients are: the sums, if there are any.
  [[nodiscard]] constexpr int gradient_slot() const noexcept { return accumulates ? own_slots() : slots(); }
  [[nodiscard]] constexpr int average_slot() const noexcept { return own_slots() + accumulates; }

  /// m, v, h: as many as the kind has.
  [[nodiscard]] constexpr int own_slots() const noexcept {
    switch (kind) {
      case Kind::sgd:
        return 0;
      case Kind::gradient:
      case Kind::momentum:
      case Kind::nesterov:
      case Kind::rmsprop:
      case Kind::adagrad:
      case Kind::lion:
        return 1;
      case Kind::adam:
      case Kind::rmsprop_momentum:
      case Kind::centered_rmsprop:
      case Kind::nadam:
      case Kind::adamax:
      case Kind::adadelta:
      case Kind::ftrl:
      case Kind::lamb:
      case Kind::adafactor:
      case Kind::muon:
        return 2;
      case Kind::amsgrad:
      case Kind::centered_rmsprop_momentum:
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
  std::optional<Kernel> rounded{};   ///< another, of bfloat16 numbers; `transposed` then has such numbers too
};

enum class Phase : std::uint8_t { train, evaluate, predict };
inline constexpr std::size_t kPhases = 3;

struct Program {
  int max_rows = 0;
  std::size_t arena = 0;          ///< floats; everything is zero at first
  std::size_t slot_stride = 0;    ///< array s of the weight at offset x is at x + (s + 1) * slot_stride
  std::size_t weights = 0;        ///< size of the flat canonical weights
  std::size_t variables_end = 0;  ///< floats at the arena's beginning that hold variables, which predict only reads
  UpdateRule rule;
  std::vector<PackedVariable> variables;
  std::array<std::vector<Op>, kPhases> steps;     ///< by Phase; empty if the program has no such step
  Matrix output;                                  ///< of `predict`
  std::size_t row_loss = 0, row_class = 0;        ///< of `train` and `evaluate`
  LossReduction reduction = LossReduction::mean;  ///< of their losses
  std::int32_t ignored_class = -1;                ///< rows with this label do not count in it
  std::size_t penalties = 0, penalty_count = 0;   ///< numbers that PenaltyOps make, one after the other
  std::vector<std::size_t> row_penalties;         ///< what ActivityOps make
};

// ---- running it
// -------------------------------------------------------------------------------------------------------

/// One batch. Row i of the batch is sample index[i] of the data; exactly one of bytes and floats is set, and one of
/// labels and targets in train and evaluate.
struct StepInput {
  int rows = 0;  ///< 1 .. max_rows
  const std::uint32_t* index = nullptr;
  std::size_t upcoming = 0;  ///< indices after those of this batch, whose samples will be used next
  const std::uint8_t* bytes = nullptr;
  const float* floats = nullptr;
  std::size_t sample_size = 0;  ///< numbers from one sample to the next
  const std::int32_t* labels = nullptr;
  const float* targets = nullptr;           ///< (samples, output columns)
  const float* weights = nullptr;           ///< of the samples; null: all 1
  std::uint64_t step = 0;                   ///< counts from 0: addresses dropout
  float rate = 0;                           ///< of the UpdateRule: learning rate, for Adam with its bias correction
  float decay = 0;                          ///< of the UpdateRule: every weight first loses this share of itself
  float gradient_rate = 0, correction = 1;  ///< of the UpdateRule, for nadam and rules that direct
  float adam_decay = 0;                     ///< rate is gradient_rate, decay this one, where muon steps as Adam
  /// Of a rule that accumulates: the first gradient of a sum and those after it are only added; the last one is too,
  /// then the sum over `accumulated` is the gradient of a step.
  enum class Accumulation : std::uint8_t { none, first, more, last } accumulation = Accumulation::none;
  float accumulated = 1;
  float average_keep = 0;   ///< of a rule that averages
  bool overwrites = false;  ///< of a rule that averages: the average becomes the weight
};

struct StepResult {
  double loss = 0;     ///< reduced over the batch, with penalties; 0 in predict
  double penalty = 0;  ///< those on weights and on the batch's activities
  bool finite = true;  ///< false: the step was cut short before any weight changed
};

/// Only adds gradients up: no weight moves.
[[nodiscard]] constexpr bool only_accumulates(const StepInput& input) noexcept {
  return input.accumulation == StepInput::Accumulation::first || input.accumulation == StepInput::Accumulation::more;
}

/// The rule and its numbers where muon steps as Adam (UpdateOp::by_adam).
inline void step_as_adam(UpdateRule& rule, StepInput& input) noexcept {
  rule.kind = UpdateRule::Kind::adam;
  input.rate = input.gradient_rate;
  input.decay = input.adam_decay;
}

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
  /// Another one for predict, on one thread, with the variables of this one, which must outlive it.
  [[nodiscard]] virtual std::unique_ptr<Executable> sharing_weights() const = 0;
};

}  // namespace telar::compute
