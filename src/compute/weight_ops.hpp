// Operations on weights: gradients and steps, penalties and constraints.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "compute/layout.hpp"

namespace telar::compute {

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
/// one. Writes the kernel's copies anew, as DenseUpdateOp. In steps that only accumulate gradients: the averages alone.
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

/// Of a variable that is a kernel to its rule and a vector in C order to its layer (PackedVariable::flat): copies the
/// kept gradients from `flat` to `kernel`, or with `back` the weights from `kernel` to `flat`.
struct RelayOp {
  Kernel kernel;
  Vector flat;
  bool back = false;
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

}  // namespace telar::compute
