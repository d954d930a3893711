// Batch normalisation over a panel's vectors of columns, which stay in the caches between the passes.
#include "compute/kernels/targets.hpp"
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "compute/kernels/batch_norm.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "compute/kernels/elementwise-inl.h"
#include "compute/kernels/run-inl.h"
#include "compute/kernels/update-inl.h"

HWY_BEFORE_NAMESPACE();
namespace telar::compute::HWY_NAMESPACE {

/// gamma or beta of the vector of columns at `column`, or what stands for a missing one.
HWY_INLINE V Coefficient(const Frame& frame, const Vector& vector, std::size_t column, float missing) {
  return vector ? hn::Load(d, frame.at(vector.at) + column) : hn::Set(d, missing);
}

void Run(const BatchNormOp& op, const Frame& frame, const Piece& piece) {
  const std::size_t each = static_cast<std::size_t>(op.in.rows_each),
                    rows = static_cast<std::size_t>(frame.input->rows) * each,
                    in_row = static_cast<std::size_t>(op.in.stride), out_row = static_cast<std::size_t>(op.out.stride);
  const V epsilon = hn::Set(d, op.epsilon), one = hn::Set(d, 1.0f);
  const V count = hn::Set(d, static_cast<float>(rows));
  const V keep = hn::Set(d, op.momentum), take = hn::Set(d, 1.0f - op.momentum);
  for (std::size_t panel = piece.panel; panel < piece.panel + piece.panels; ++panel) {
    const std::size_t c = panel * kPanel;
    const float* in = frame.at(op.in.at) + c;
    float* out = frame.at(op.out.at) + c;
    float* moving_mean = frame.at(op.moving_mean.at) + c;
    float* moving_variance = frame.at(op.moving_variance.at) + c;
    const auto value = [&](std::size_t r, std::size_t v) HWY_ATTR { return hn::Load(d, in + r * in_row + v * kLanes); };
    V mean[kPanelVectors], variance[kPanelVectors], scale[kPanelVectors], beta[kPanelVectors];
    if (op.batch) {
      BatchSums<kPanelVectors>(rows, value, mean);
      for (std::size_t v = 0; v < kPanelVectors; ++v) mean[v] = hn::Div(mean[v], count);
      const auto square = [&](std::size_t r, std::size_t v) HWY_ATTR {
        const V centred = hn::Sub(value(r, v), mean[v]);
        return hn::Mul(centred, centred);
      };
      BatchSums<kPanelVectors>(rows, square, variance);
    }
    for (std::size_t v = 0; v < kPanelVectors; ++v) {
      float *m = moving_mean + v * kLanes, *s = moving_variance + v * kLanes;
      if (op.batch) {
        variance[v] = hn::Div(variance[v], count);
        hn::Store(Fma(hn::Load(d, m), keep, hn::Mul(mean[v], take)), d, m);
        hn::Store(Fma(hn::Load(d, s), keep, hn::Mul(variance[v], take)), d, s);
      } else {
        mean[v] = hn::Load(d, m);
        variance[v] = hn::Load(d, s);
      }
      const V root = hn::Sqrt(hn::Add(variance[v], epsilon)), inverse = op.inverted ? root : hn::Div(one, root);
      if (op.saved_mean) {
        hn::Store(mean[v], d, frame.at(op.saved_mean.at) + c + v * kLanes);
        hn::Store(inverse, d, frame.at(op.saved_inverse.at) + c + v * kLanes);
      }
      scale[v] = hn::Mul(Coefficient(frame, op.gamma, c + v * kLanes, 1.0f), inverse);
      beta[v] = op.inverted ? mean[v] : Coefficient(frame, op.beta, c + v * kLanes, 0.0f);
      if (op.inverted) mean[v] = hn::Zero(d);
    }
    // Statistics need whole columns; where they are given, a piece may have fewer rows.
    const std::size_t first = op.batch ? 0 : piece.row * each, end = op.batch ? rows : first + piece.rows * each;
    for (std::size_t r = first; r < end; ++r)
      for (std::size_t v = 0; v < kPanelVectors; ++v)
        hn::Store(Fma(hn::Sub(value(r, v), mean[v]), scale[v], beta[v]), d, out + r * out_row + v * kLanes);
  }
}

void Run(const BatchNormGradOp& op, const Frame& frame, const Piece& piece) {
  const std::size_t rows = static_cast<std::size_t>(frame.input->rows) * static_cast<std::size_t>(op.in.rows_each),
                    in_row = static_cast<std::size_t>(op.in.stride),
                    delta_row = static_cast<std::size_t>(op.delta.stride);
  const V count = hn::Set(d, static_cast<float>(rows));
  for (std::size_t panel = piece.panel; panel < piece.panel + piece.panels; ++panel) {
    const std::size_t c = panel * kPanel;
    const float* in = frame.at(op.in.at) + c;
    float* delta = frame.at(op.delta.at) + c;
    V mean[kPanelVectors], inverse[kPanelVectors];
    for (std::size_t v = 0; v < kPanelVectors; ++v) {
      mean[v] = hn::Load(d, frame.at(op.saved_mean.at) + c + v * kLanes);
      inverse[v] = hn::Load(d, frame.at(op.saved_inverse.at) + c + v * kLanes);
    }
    const auto gradient = [&](std::size_t r, std::size_t v)
                              HWY_ATTR { return hn::Load(d, delta + r * delta_row + v * kLanes); };
    const auto normalised = [&](std::size_t r, std::size_t v) HWY_ATTR {
      return hn::Mul(hn::Sub(hn::Load(d, in + r * in_row + v * kLanes), mean[v]), inverse[v]);
    };
    // The sums of the gradients, then of their products with the normalised inputs, in one pass.
    V sums[2 * kPanelVectors];
    BatchSums<2 * kPanelVectors>(
        rows,
        [&](std::size_t r, std::size_t i) HWY_ATTR {
          const std::size_t v = i % kPanelVectors;
          return i < kPanelVectors ? gradient(r, v) : hn::Mul(gradient(r, v), normalised(r, v));
        },
        sums);
    V scale[kPanelVectors], mean_delta[kPanelVectors], mean_dot[kPanelVectors];
    for (std::size_t v = 0; v < kPanelVectors; ++v) {
      scale[v] = hn::Mul(Coefficient(frame, op.gamma, c + v * kLanes, 1.0f), inverse[v]);
      mean_delta[v] = hn::Div(sums[v], count);
      mean_dot[v] = hn::Div(sums[kPanelVectors + v], count);
    }
    for (std::size_t r = 0; r < rows; ++r)
      for (std::size_t v = 0; v < kPanelVectors; ++v) {
        V g = gradient(r, v);
        if (op.batch) g = hn::Sub(hn::Sub(g, mean_delta[v]), hn::Mul(normalised(r, v), mean_dot[v]));
        g = hn::Mul(g, scale[v]);
        if (op.act == Act::relu) g = ReluGrad(hn::Load(d, in + r * in_row + v * kLanes), g);
        hn::Store(g, d, delta + r * delta_row + v * kLanes);
      }
    if (op.act != Act::linear && op.act != Act::relu)
      for (std::size_t r = 0; r < rows; ++r) Derive(op.act, in + r * in_row, delta + r * delta_row, kPanel);
    if (!op.update) continue;
    StepPanel(frame, op.gamma, c, sums + kPanelVectors);
    StepPanel(frame, op.beta, c, sums);
  }
}

}  // namespace telar::compute::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
