// Operations from a layer's inputs to its outputs.
#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>

#include "compute/layout.hpp"

namespace telar::compute {

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

/// An order to go through a sample's numbers in: axis after axis, the last one fastest, where `steps` lie from number
/// to number of an axis.
struct AxisOrder {
  static constexpr std::size_t kMostAxes = 8;

  int axes = 1;
  std::array<int, kMostAxes> extents{}, steps{};
};

/// Number i of a sample, counted in `order`, is in row i / columns of the sample's rows of `grouped`, in column i %
/// columns; `flat` has samples in C order, one a row. Copied from `flat` to `grouped`, or with `back` the other way.
struct RegroupOp {
  Matrix flat, grouped;
  AxisOrder order;
  bool back = false;

  [[nodiscard]] const Matrix& in() const noexcept { return back ? grouped : flat; }
  [[nodiscard]] const Matrix& out() const noexcept { return back ? flat : grouped; }
  [[nodiscard]] Matrix& in() noexcept { return back ? grouped : flat; }
  [[nodiscard]] Matrix& out() noexcept { return back ? flat : grouped; }
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

/// Which element's draw element (r, c) of a matrix takes: its own, or along some axes of a sample, or of the batch,
/// that of the first one.
struct DrawSharing {
  static constexpr std::size_t kMostAxes = 8;

  bool rows = false;                              ///< all rows share those of row 0
  int axes = 0;                                   ///< of a sample in C order; 0: each column has its own
  std::array<int, kMostAxes> extents{}, steps{};  ///< of each axis; step 0: its elements share

  [[nodiscard]] std::uint64_t column(std::uint64_t c) const noexcept {
    if (axes == 0) return c;
    std::uint64_t own = 0;
    for (std::size_t axis = static_cast<std::size_t>(axes); axis-- > 0;) {
      const auto extent = static_cast<std::uint64_t>(extents[axis]);
      own += c % extent * static_cast<std::uint64_t>(steps[axis]);
      c /= extent;
    }
    return own;
  }
};

/// mask = 0 with probability rate, else 1 / (1 - rate); out = in * mask. Element (r, c) of step s draws
/// Philox(key, index = r' * columns + c', sub = s), where (r', c') is (r, c) but for what `sharing` says.
struct DropoutOp {
  Matrix in, out, mask;
  float rate = 0;
  std::uint64_t key = 0;
  DrawSharing sharing{};
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

/// Penalties of the rows of a layer's outputs.
struct ActivityOp {
  Matrix in;
  Penalty penalty;
  std::size_t row_penalty = 0;  ///< (rows)
};

}  // namespace telar::compute
