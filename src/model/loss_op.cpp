#include "model/loss_op.hpp"

#include <limits>
#include <type_traits>

namespace telar {

namespace {

using compute::CrossEntropyOp;
using compute::LossFormula;
using compute::LossReduction;
using Formula = LossFormula::Kind;

// Which formula a loss has. Fields beyond `kind` follow from the names of the loss's own.
constexpr Formula kind_of(const BinaryCrossentropy&) noexcept { return Formula::binary; }
constexpr Formula kind_of(const BinaryFocalCrossentropy&) noexcept { return Formula::binary_focal; }
constexpr Formula kind_of(const CategoricalFocalCrossentropy&) noexcept { return Formula::categorical_focal; }
constexpr Formula kind_of(const MeanSquaredError&) noexcept { return Formula::squared; }
constexpr Formula kind_of(const MeanAbsoluteError&) noexcept { return Formula::absolute; }
constexpr Formula kind_of(const MeanAbsolutePercentageError&) noexcept { return Formula::percentage; }
constexpr Formula kind_of(const MeanSquaredLogarithmicError&) noexcept { return Formula::logarithmic; }
constexpr Formula kind_of(const Huber&) noexcept { return Formula::huber; }
constexpr Formula kind_of(const LogCosh&) noexcept { return Formula::log_cosh; }
constexpr Formula kind_of(const KLDivergence&) noexcept { return Formula::kl_divergence; }
constexpr Formula kind_of(const Poisson&) noexcept { return Formula::poisson; }
constexpr Formula kind_of(const CosineSimilarity&) noexcept { return Formula::cosine; }
constexpr Formula kind_of(const Hinge&) noexcept { return Formula::hinge; }
constexpr Formula kind_of(const SquaredHinge&) noexcept { return Formula::squared_hinge; }
constexpr Formula kind_of(const CategoricalHinge&) noexcept { return Formula::categorical_hinge; }
constexpr Formula kind_of(const CategoricalGeneralizedCrossEntropy&) noexcept { return Formula::generalized; }
constexpr Formula kind_of(const Dice&) noexcept { return Formula::overlap; }
constexpr Formula kind_of(const Tversky&) noexcept { return Formula::overlap; }
constexpr Formula kind_of(const CustomLoss&) noexcept { return Formula::custom; }

template <class T>
concept IsCrossentropyOfClasses =
    std::is_same_v<T, CategoricalCrossentropy> || std::is_same_v<T, SparseCategoricalCrossentropy>;

LossReduction lower(Reduction reduction) noexcept {
  return reduction == Reduction::sum                       ? LossReduction::sum
         : reduction == Reduction::mean_with_sample_weight ? LossReduction::weighted_mean
                                                           : LossReduction::mean;
}

template <IsCrossentropyOfClasses T>
LossOperation lower(const T& loss) {
  CrossEntropyOp op;
  op.logits = loss.from_logits;
  op.smoothing = static_cast<float>(loss.label_smoothing);
  op.reduction = lower(loss.reduction);
  if constexpr (std::is_same_v<T, SparseCategoricalCrossentropy>) op.ignored_class = loss.ignore_class.value_or(-1);
  return op;
}

template <class T>
LossOperation lower(const T& loss) {
  compute::LossOp op;
  op.formula.kind = kind_of(loss);
  if constexpr (requires { loss.from_logits; }) {
    op.formula.logits = loss.from_logits;
    op.formula.smoothing = static_cast<float>(loss.label_smoothing);
  }
  if constexpr (requires { loss.gamma; }) {
    op.formula.alpha = static_cast<float>(loss.alpha);
    op.formula.gamma = static_cast<float>(loss.gamma);
  }
  if constexpr (requires { loss.apply_class_balancing; }) op.formula.balanced = loss.apply_class_balancing;
  if constexpr (requires { loss.delta; }) op.formula.delta = static_cast<float>(loss.delta);
  if constexpr (std::is_same_v<T, CategoricalGeneralizedCrossEntropy>) op.formula.gamma = static_cast<float>(loss.q);
  if constexpr (std::is_same_v<T, Tversky>) {
    // Keras's alpha weighs t (1 - y) and its beta (1 - t) y, whatever its documentation calls them.
    op.formula.alpha = static_cast<float>(loss.beta);
    op.formula.delta = static_cast<float>(loss.alpha);
    op.formula.gamma = 1e-7f;
  }
  if constexpr (std::is_same_v<T, Dice>) {  // both halves of its fraction by 2
    op.formula.alpha = op.formula.delta = 0.5f;
    op.formula.gamma = 0.5e-7f;
  }
  if constexpr (requires { loss.axis; })
    if (!loss.axis) op.batch_sums = 0;  // where they are, the plan decides
  if constexpr (std::is_same_v<T, CustomLoss>) op.custom = loss.functions;
  op.reduction = lower(loss.reduction);
  // Logits and margins change sides at 0.
  if (op.formula.logits || op.formula.kind == Formula::hinge || op.formula.kind == Formula::squared_hinge)
    op.threshold = 0;
  // A single output of a loss over classes is the only class, whatever its value.
  if (op.formula.kind == Formula::categorical_focal || op.formula.kind == Formula::categorical_hinge ||
      op.formula.kind == Formula::generalized)
    op.threshold = std::numeric_limits<float>::infinity();
  return op;
}

}  // namespace

LossOperation loss_op(const Loss& loss) {
  return std::visit([](const auto& l) { return lower(l); }, loss);
}

}  // namespace telar
