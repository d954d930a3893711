// The kernels: Run makes one piece of the output of an operation. Each is defined in the file of its kind.
#if defined(TELAR_RUN_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef TELAR_RUN_INL_H_
#undef TELAR_RUN_INL_H_
#else
#define TELAR_RUN_INL_H_
#endif

#include "compute/frame.hpp"

HWY_BEFORE_NAMESPACE();
namespace telar::compute::HWY_NAMESPACE {

void Run(const GatherOp& op, const Frame& frame, const Piece& piece);
void Run(const AffineOp& op, const Frame& frame, const Piece& piece);
void Run(const DenseOp& op, const Frame& frame, const Piece& piece);
void Run(const ActivationOp& op, const Frame& frame, const Piece& piece);
void Run(const SoftmaxOp& op, const Frame& frame, const Piece& piece);
void Run(const DropoutOp& op, const Frame& frame, const Piece& piece);
void Run(const BatchNormOp& op, const Frame& frame, const Piece& piece);
void Run(const CrossEntropyOp& op, const Frame& frame, const Piece& piece);
void Run(const ActivationGradOp& op, const Frame& frame, const Piece& piece);
void Run(const SoftmaxGradOp& op, const Frame& frame, const Piece& piece);
void Run(const AffineGradOp& op, const Frame& frame, const Piece& piece);
void Run(const DropoutGradOp& op, const Frame& frame, const Piece& piece);
void Run(const BatchNormGradOp& op, const Frame& frame, const Piece& piece);
void Run(const DenseInputGradOp& op, const Frame& frame, const Piece& piece);
void Run(const DenseUpdateOp& op, const Frame& frame, const Piece& piece);
void Run(const RoundOp& op, const Frame& frame, const Piece& piece);
void Run(const LossOp& op, const Frame& frame, const Piece& piece);
void Run(const SquaresOp& op, const Frame& frame, const Piece& piece);
void Run(const ClipNormOp& op, const Frame& frame, const Piece& piece);
void Run(const UpdateOp& op, const Frame& frame, const Piece& piece);
void Run(const NoiseOp& op, const Frame& frame, const Piece& piece);
void Run(const MeansOp& op, const Frame& frame, const Piece& piece);
void Run(const DirectionOp& op, const Frame& frame, const Piece& piece);
void Run(const FactorOp& op, const Frame& frame, const Piece& piece);
void Run(const NormaliseOp& op, const Frame& frame, const Piece& piece);
void Run(const ProductOp& op, const Frame& frame, const Piece& piece);
void Run(const PenaltyOp& op, const Frame& frame, const Piece& piece);
void Run(const ActivityOp& op, const Frame& frame, const Piece& piece);
void Run(const ActivityGradOp& op, const Frame& frame, const Piece& piece);
void Run(const ConstrainOp& op, const Frame& frame, const Piece& piece);
void Run(const FlipOp& op, const Frame& frame, const Piece& piece);
void Run(const TranslateOp& op, const Frame& frame, const Piece& piece);
void Run(const OverlapOp& op, const Frame& frame, const Piece& piece);
void Run(const UnitOp& op, const Frame& frame, const Piece& piece);
void Run(const SignOp& op, const Frame& frame, const Piece& piece);
void Run(const TangentOp& op, const Frame& frame, const Piece& piece);
void Run(const CustomOp& op, const Frame& frame, const Piece& piece);
void Run(const CustomGradOp& op, const Frame& frame, const Piece& piece);
void Run(const CustomUpdateOp& op, const Frame& frame, const Piece& piece);
void Run(const KneeOp& op, const Frame& frame, const Piece& piece);
void Run(const PReluOp& op, const Frame& frame, const Piece& piece);
void Run(const KneeGradOp& op, const Frame& frame, const Piece& piece);
void Run(const PReluGradOp& op, const Frame& frame, const Piece& piece);
void Run(const RowNormOp& op, const Frame& frame, const Piece& piece);
void Run(const RowNormGradOp& op, const Frame& frame, const Piece& piece);
void Run(const RowNormUpdateOp& op, const Frame& frame, const Piece& piece);
void Run(const AddOp& op, const Frame& frame, const Piece& piece);
void Run(const RegroupOp& op, const Frame& frame, const Piece& piece);
void Run(const RelayOp& op, const Frame& frame, const Piece& piece);

}  // namespace telar::compute::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif
