// Compiles the kernels once per instruction set, and chooses among them.
//
// Each *-inl.h is included once per target by foreach_target.h; everything in them lives in HWY_NAMESPACE.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "compute/kernels/kernels.cpp"
#define HWY_DISABLED_TARGETS (HWY_SSSE3 | HWY_SSE4)  // without FMA: the portable target has the right roundings
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "compute/kernels/batch_norm-inl.h"
#include "compute/kernels/dense-inl.h"
#include "compute/kernels/elementwise-inl.h"
#include "compute/kernels/rows-inl.h"

HWY_BEFORE_NAMESPACE();
namespace telar::compute::HWY_NAMESPACE {

template <class... Ops>
void Dispatch(const Op& op, const Frame& frame) {
  // Not std::visit: the standard library's dispatchers would not be compiled for this target.
  static_cast<void>((... || (std::get_if<Ops>(&op) != nullptr && (Run(*std::get_if<Ops>(&op), frame), true))));
}

void RunOne(const Op& op, const Frame& frame) {
  Dispatch<GatherOp, AffineOp, DenseOp, ActivationOp, SoftmaxOp, DropoutOp, BatchNormOp, CrossEntropyOp,
           ActivationGradOp, SoftmaxGradOp, AffineGradOp, DropoutGradOp, BatchNormGradOp, DenseInputGradOp,
           DenseUpdateOp>(op, frame);
}

}  // namespace telar::compute::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include <cstdlib>
#include <hwy/targets.h>
#include <string>

#include <telar/error.hpp>

#include "compute/isa.hpp"

namespace telar::compute {

std::string_view name_of(Isa isa) noexcept {
  switch (isa) {
    case Isa::scalar:
      return "scalar";
    case Isa::avx2:
      return "avx2";
    case Isa::avx512:
      return "avx512";
    case Isa::neon:
      return "neon";
  }
  return "?";
}

std::vector<Isa> available_isas() {
  const auto cpu = hwy::SupportedTargets();
  std::vector<Isa> isas;
#if HWY_TARGETS & HWY_SCALAR
  isas.push_back(Isa::scalar);
#endif
#if HWY_TARGETS & HWY_AVX2
  if (cpu & HWY_AVX2) isas.push_back(Isa::avx2);
#endif
#if HWY_TARGETS & HWY_AVX3
  if (cpu & HWY_AVX3) isas.push_back(Isa::avx512);
#endif
#if HWY_TARGETS & HWY_NEON
  if (cpu & HWY_NEON) isas.push_back(Isa::neon);
#endif
  return isas;
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
  if (isas.back() == Isa::scalar)
    throw Error(ErrorCode::failure, "processor", "telar needs a processor with AVX2 and FMA (or NEON)",
                "TELAR_ISA=scalar runs anywhere with the same results, many times slower");
  return isas.back();
}

}  // namespace telar::compute
#endif  // HWY_ONCE
