// ReLU, LeakyReLU and ELU with their options; PReLU, which learns its slopes.
#include "compute/kernels/targets.hpp"
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "compute/kernels/knees.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "compute/kernels/run-inl.h"
#include "compute/kernels/update-inl.h"

HWY_BEFORE_NAMESPACE();
namespace telar::compute::HWY_NAMESPACE {

void Run(const KneeOp& op, const Frame& frame, const Piece& piece) {
  const V threshold = hn::Set(d, op.knee.threshold), max = hn::Set(d, op.knee.max), alpha = hn::Set(d, op.knee.alpha);
  const auto rows = [&](auto below) HWY_ATTR {
    for (std::size_t r = piece.row; r < piece.row + piece.rows; ++r) {
      const float* in = frame.at(op.in.at) + r * static_cast<std::size_t>(op.in.stride) + piece.panel * kPanel;
      float* out = frame.at(op.out.at) + r * static_cast<std::size_t>(op.out.stride) + piece.panel * kPanel;
      for (std::size_t i = 0; i < piece.panels * kPanel; i += kLanes) {
        const V x = hn::Load(d, in + i), above = hn::IfThenElse(hn::Gt(x, max), max, x);
        hn::Store(hn::IfThenElse(hn::Gt(x, threshold), above, below(x)), d, out + i);
      }
    }
  };
  if (op.knee.alpha == 0) return rows([&](V x) HWY_ATTR { return hn::IfThenZeroElse(hn::Eq(x, x), x); });
  if (op.knee.exponential) return rows([&](V x) HWY_ATTR { return hn::Mul(alpha, Expm1(x)); });
  rows([&](V x) HWY_ATTR { return hn::Mul(alpha, hn::Sub(x, threshold)); });
}

void Run(const KneeGradOp& op, const Frame& frame, const Piece& piece) {
  const V threshold = hn::Set(d, op.knee.threshold), max = hn::Set(d, op.knee.max), alpha = hn::Set(d, op.knee.alpha);
  const auto rows = [&](auto slope) HWY_ATTR {
    for (std::size_t r = piece.row; r < piece.row + piece.rows; ++r) {
      const float* in = frame.at(op.x.at) + r * static_cast<std::size_t>(op.x.stride) + piece.panel * kPanel;
      float* delta = frame.at(op.delta.at) + r * static_cast<std::size_t>(op.delta.stride) + piece.panel * kPanel;
      for (std::size_t i = 0; i < piece.panels * kPanel; i += kLanes) {
        const V x = hn::Load(d, in + i), g = hn::Load(d, delta + i);
        const V above = hn::IfThenElseZero(hn::Lt(x, max), g);
        hn::Store(hn::IfThenElse(hn::Gt(x, threshold), above, hn::Mul(g, slope(x))), d, delta + i);
      }
    }
  };
  if (op.knee.exponential) return rows([&](V x) HWY_ATTR { return hn::Mul(alpha, Exp(x)); });
  rows([&](V) HWY_ATTR { return alpha; });
}

void Run(const PReluOp& op, const Frame& frame, const Piece& piece) {
  const float* alpha = frame.at(op.alpha.at) + piece.panel * kPanel;
  for (std::size_t r = piece.row; r < piece.row + piece.rows; ++r) {
    const float* in = frame.at(op.in.at) + r * static_cast<std::size_t>(op.in.stride) + piece.panel * kPanel;
    float* out = frame.at(op.out.at) + r * static_cast<std::size_t>(op.out.stride) + piece.panel * kPanel;
    for (std::size_t i = 0; i < piece.panels * kPanel; i += kLanes) {
      const V x = hn::Load(d, in + i);
      hn::Store(hn::IfThenElse(hn::Gt(x, hn::Zero(d)), x, hn::Mul(hn::Load(d, alpha + i), x)), d, out + i);
    }
  }
}

void Run(const PReluGradOp& op, const Frame& frame, const Piece& piece) {
  const std::size_t rows = static_cast<std::size_t>(frame.input->rows), x_row = static_cast<std::size_t>(op.x.stride),
                    delta_row = static_cast<std::size_t>(op.delta.stride);
  for (std::size_t panel = piece.panel; panel < piece.panel + piece.panels; ++panel) {
    const std::size_t c = panel * kPanel;
    const float* x = frame.at(op.x.at) + c;
    float* delta = frame.at(op.delta.at) + c;
    float* alpha = frame.at(op.alpha.at) + c;
    V sums[kPanelVectors];
    const auto slope_gradient = [&](std::size_t r, std::size_t v) HWY_ATTR {
      const V in = hn::Load(d, x + r * x_row + v * kLanes);
      return hn::IfThenZeroElse(hn::Gt(in, hn::Zero(d)), hn::Mul(hn::Load(d, delta + r * delta_row + v * kLanes), in));
    };
    if (op.update) BatchSums<kPanelVectors>(rows, slope_gradient, sums);
    for (std::size_t r = 0; r < rows; ++r)
      for (std::size_t i = 0; i < kPanel; i += kLanes) {
        const V g = hn::Load(d, delta + r * delta_row + i), below = hn::Mul(g, hn::Load(d, alpha + i));
        const auto positive = hn::Gt(hn::Load(d, x + r * x_row + i), hn::Zero(d));
        hn::Store(hn::IfThenElse(positive, g, below), d, delta + r * delta_row + i);
      }
    if (!op.update) continue;
    WithStep(frame, op.alpha, [&](const auto& step) HWY_ATTR {
      for (std::size_t v = 0; v < kPanelVectors; ++v) step(sums[v], alpha + v * kLanes);
    });
  }
}

}  // namespace telar::compute::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
