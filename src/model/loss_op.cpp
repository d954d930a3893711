#include "model/loss_op.hpp"

#include <limits>
#include <type_traits>

namespace telar {

namespace {

using compute::CrossEntropyOp;
using compute::LossFormula;
using compute::LossReduction;
using Kind = LossFormula::Kind;

// Which formula a loss has. Fields beyond `kind` follow from the names of the loss's own.
constexpr Kind kind_of(const BinaryCrossentropy&) noexcept { return Kind::binary; }
constexpr Kind kind_of(const BinaryFocalCrossentropy&) noexcept { return Kind::binary_focal; }
constexpr Kind kind_of(const CategoricalFocalCrossentropy&) noexcept { return Kind::categorical_focal; }
constexpr Kind kind_of(const MeanSquaredError&) noexcept { return Kind::squared; }
constexpr Kind kind_of(const MeanAbsoluteError&) noexcept { return Kind::absolute; }
constexpr Kind kind_of(const MeanAbsolutePercentageError&) noexcept { return Kind::percentage; }
constexpr Kind kind_of(const MeanSquaredLogarithmicError&) noexcept { return Kind::logarithmic; }
constexpr Kind kind_of(const Huber&) noexcept { return Kind::huber; }
constexpr Kind kind_of(const LogCosh&) noexcept { return Kind::log_cosh; }
constexpr Kind kind_of(const KLDivergence&) noexcept { return Kind::kl_divergence; }
constexpr Kind kind_of(const Poisson&) noexcept { return Kind::poisson; }
constexpr Kind kind_of(const CosineSimilarity&) noexcept { return Kind::cosine; }
constexpr Kind kind_of(const Hinge&) noexcept { return Kind::hinge; }
constexpr Kind kind_of(const SquaredHinge&) noexcept { return Kind::squared_hinge; }
constexpr Kind kind_of(const CategoricalHinge&) noexcept { return Kind::categorical_hinge; }
constexpr Kind kind_of(const CategoricalGeneralizedCrossEntropy&) noexcept { return Kind::generalized; }
constexpr Kind kind_of(const Dice&) noexcept { return Kind::overlap; }
constexpr Kind kind_of(const Tversky&) noexcept { return Kind::overlap; }
constexpr Kind kind_of(const CustomLoss&) noexcept { return Kind::custom; }

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
  if (op.formula.logits || op.formula.kind == Kind::hinge || op.formula.kind == Kind::squared_hinge) op.threshold = 0;
  // A single output of a loss over classes is the only class, whatever its value.
  if (op.formula.kind == Kind::categorical_focal || op.formula.kind == Kind::categorical_hinge ||
      op.formula.kind == Kind::generalized)
    op.threshold = std::numeric_limits<float>::infinity();
  return op;
}

}  // namespace

LossOperation loss_op(const Loss& loss) {
  return std::visit([](const auto& l) { return lower(l); }, loss);
}

}  // namespace telar
