// A Program: what one network does in a step, as lists of operations over one arena of floats.
//
// The plan (floor `model`) writes it, a device compiles it into an Executable. Operations are plain data: offsets into
// the arena and constants. Each has a plain definition in reference.hpp and a vectorised kernel in kernels/.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <variant>
#include <vector>

#include "compute/custom_ops.hpp"
#include "compute/forward_ops.hpp"
#include "compute/gradient_ops.hpp"
#include "compute/layout.hpp"
#include "compute/loss_ops.hpp"
#include "compute/step.hpp"
#include "compute/update_rule.hpp"
#include "compute/weight_ops.hpp"

namespace telar::compute {

using Op =
    std::variant<GatherOp, AffineOp, DenseOp, ActivationOp, SoftmaxOp, DropoutOp, BatchNormOp, CrossEntropyOp, GuardOp,
                 ActivationGradOp, SoftmaxGradOp, AffineGradOp, DropoutGradOp, BatchNormGradOp, DenseInputGradOp,
                 DenseUpdateOp, RoundOp, LossOp, SquaresOp, ClipNormOp, UpdateOp, KneeOp, PReluOp, KneeGradOp,
                 PReluGradOp, NoiseOp, RowNormOp, RowNormGradOp, RowNormUpdateOp, AddOp, MeansOp, DirectionOp, FactorOp,
                 NormaliseOp, ProductOp, PenaltyOp, ActivityOp, ActivityGradOp, ConstrainOp, FlipOp, TranslateOp,
                 OverlapOp, UnitOp, SignOp, TangentOp, CustomOp, CustomGradOp, CustomUpdateOp, RegroupOp, RelayOp>;

/// A variable of the model: where its packed form is, and where its canonical one (flat weights, kernels (in, out)
/// row-major).
struct PackedVariable {
  std::variant<Kernel, Vector> packed;
  std::size_t canonical = 0;         ///< offset of its first element in the flat weights
  std::optional<Kernel> transposed;  ///< a derived copy, written whenever the kernel is
  std::optional<Kernel> rounded{};   ///< another, of bfloat16 numbers; `transposed` then has such numbers too
  std::optional<Vector> flat{};      ///< another in C order, with slots: its layer reads it and keeps gradients there
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
