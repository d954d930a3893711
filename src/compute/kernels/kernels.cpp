// Chooses among the instruction sets that the kernels were compiled for.
#include "compute/kernels/targets.hpp"
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "compute/kernels/kernels.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "compute/kernels/run-inl.h"

HWY_BEFORE_NAMESPACE();
namespace telar::compute::HWY_NAMESPACE {

template <class... Ops>
void Dispatch(const Op& op, const Frame& frame, const Piece& piece) {
  // Not std::visit: the standard library's dispatchers would not be compiled for this target.
  static_cast<void>((... || (std::get_if<Ops>(&op) != nullptr && (Run(*std::get_if<Ops>(&op), frame, piece), true))));
}

void RunOne(const Op& op, const Frame& frame, const Piece& piece) {
  Dispatch<GatherOp, AffineOp, DenseOp, ActivationOp, SoftmaxOp, DropoutOp, BatchNormOp, CrossEntropyOp,
           ActivationGradOp, SoftmaxGradOp, AffineGradOp, DropoutGradOp, BatchNormGradOp, DenseInputGradOp,
           DenseUpdateOp, RoundOp, LossOp, SquaresOp, ClipNormOp, UpdateOp, KneeOp, PReluOp, KneeGradOp, PReluGradOp,
           NoiseOp, RowNormOp, RowNormGradOp, RowNormUpdateOp, AddOp, MeansOp, DirectionOp, FactorOp, NormaliseOp,
           ProductOp, PenaltyOp, ActivityOp, ActivityGradOp, ConstrainOp, FlipOp, TranslateOp, OverlapOp, UnitOp,
           SignOp, TangentOp, CustomOp, CustomGradOp, CustomUpdateOp, RegroupOp, RelayOp>(op, frame, piece);
}

}  // namespace telar::compute::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include <cstdlib>
#include <hwy/targets.h>
#include <string>

#include <telar/error.hpp>

#include "compute/isa.hpp"
#include "compute/kernels/bfloat16.hpp"

namespace telar::compute {

std::string_view name_of(Isa isa) noexcept {
  switch (isa) {
    case Isa::scalar:
      return "scalar";
    case Isa::avx2:
      return "avx2";
    case Isa::avx512:
      return "avx512";
    case Isa::avx512_bf16:
      return "avx512_bf16";
    case Isa::neon:
      return "neon";
  }
  return "?";
}

std::vector<Isa> available_isas() {
#if HWY_ARCH_ARM_A64
  return {Isa::neon};  // part of every such processor; Highway would also demand AES, which no kernel uses
#else
  // Asked once: in a virtual machine each question to the processor takes tens of microseconds.
  [[maybe_unused]] static const auto cpu = hwy::SupportedTargets();
  std::vector<Isa> isas;
#if HWY_TARGETS & HWY_SCALAR
  isas.push_back(Isa::scalar);
#endif
#if HWY_TARGETS & HWY_AVX2
  if (cpu & HWY_AVX2) isas.push_back(Isa::avx2);
#endif
#if HWY_TARGETS & HWY_AVX3
  if (cpu & HWY_AVX3) isas.push_back(Isa::avx512);
  if ((cpu & HWY_AVX3) && has_bfloat16()) isas.push_back(Isa::avx512_bf16);
#endif
  return isas;
#endif
}

RunOp run_op(Isa isa) {
  switch (isa) {
#if HWY_TARGETS & HWY_SCALAR
    case Isa::scalar:
      return N_SCALAR::RunOne;
#endif
#if HWY_TARGETS & HWY_AVX2
    case Isa::avx2:
      return N_AVX2::RunOne;
#endif
#if HWY_TARGETS & HWY_AVX3
    case Isa::avx512:
      return N_AVX3::RunOne;
    case Isa::avx512_bf16:
      return run_bfloat16;
#endif
#if HWY_TARGETS & HWY_NEON
    case Isa::neon:
      return N_NEON::RunOne;
#endif
    default:
      throw Error(ErrorCode::usage, "TELAR_ISA", "this build has no kernels for " + std::string(name_of(isa)));
  }
}

Isa current_isa() {
  const std::vector<Isa> isas = available_isas();
  std::string names;
  for (const Isa isa : isas) names += (names.empty() ? "" : ", ") + std::string(name_of(isa));
  if (const char* wanted = std::getenv("TELAR_ISA"); wanted != nullptr && *wanted != '\0') {
    for (const Isa isa : isas)
      if (name_of(isa) == wanted) return isa;
    throw Error(ErrorCode::usage, "TELAR_ISA",
                "'" + std::string(wanted) + "' is unknown or not available on this processor",
                "available here: " + names);
  }
  if (isas.empty() || isas.back() == Isa::scalar)
    throw Error(ErrorCode::failure, "processor", "telar needs a processor with AVX2 and FMA (or NEON)",
                "TELAR_ISA=scalar runs anywhere with the same results, many times slower");
  return keeps_pairs(isas.back()) ? Isa::avx512 : isas.back();
}

Isa current_isa_for_bfloat16() {
  const Isa isa = current_isa();
  const char* wanted = std::getenv("TELAR_ISA");
  const bool free = wanted == nullptr || *wanted == '\0';
  return free && isa == Isa::avx512 && bfloat16_is_fast() ? Isa::avx512_bf16 : isa;
}

}  // namespace telar::compute
#endif  // HWY_ONCE
