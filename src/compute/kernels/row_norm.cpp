// Normalisation of each row by its own numbers.
#include "compute/kernels/targets.hpp"
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "compute/kernels/row_norm.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "compute/kernels/rows-inl.h"
#include "compute/kernels/run-inl.h"
#include "compute/kernels/update-inl.h"

HWY_BEFORE_NAMESPACE();
namespace telar::compute::HWY_NAMESPACE {

struct RowStatistics {
  float mean, inverse;
};

HWY_INLINE RowStatistics StatisticsOf(const RowNorm& norm, const float* in, std::size_t columns) {
  const float n = static_cast<float>(columns);
  float mean = 0;
  if (norm.kind == RowNorm::Kind::layer) {
    LaneSum sum;
    ForRow(in, columns, [&](std::size_t, std::size_t v, V x, auto inside) HWY_ATTR {
      sum.lanes[v] = hn::Add(sum.lanes[v], hn::IfThenElseZero(inside, x));
    });
    mean = sum.Fold() / n;
  }
  LaneSum squares;
  ForRow(in, columns, [&](std::size_t, std::size_t v, V x, auto inside) HWY_ATTR {
    const V centred = hn::IfThenElseZero(inside, hn::Sub(x, hn::Set(d, mean)));
    squares.lanes[v] = Fma(centred, centred, squares.lanes[v]);
  });
  if (norm.kind != RowNorm::Kind::unit) return {mean, 1.0f / std::sqrt(squares.Fold() / n + norm.epsilon)};
  const float inverse = 1.0f / std::sqrt(squares.Fold()), limit = 1.0f / norm.epsilon;
  return {mean, inverse > limit ? limit : inverse};
}

void Run(const RowNormOp& op, const Frame& frame, const Piece& piece) {
  const std::size_t columns = static_cast<std::size_t>(op.in.columns);
  const float* gamma = frame.at(op.gamma.at);
  const float* beta = frame.at(op.beta.at);
  const RowRange rows = RowsOf(op.in, piece);
  for (std::size_t r = rows.begin; r < rows.end; ++r) {
    const float* in = frame.at(op.in.at) + r * static_cast<std::size_t>(op.in.stride);
    float* out = frame.at(op.out.at) + r * static_cast<std::size_t>(op.out.stride);
    const RowStatistics row = StatisticsOf(op.norm, in, columns);
    if (op.row_mean) {
      frame.at(op.row_mean.at)[r] = row.mean;
      frame.at(op.row_inverse.at)[r] = row.inverse;
    }
    const V mean = hn::Set(d, row.mean), inverse = hn::Set(d, row.inverse);
    for (std::size_t c = 0; c < columns; c += kLanes) {
      const V scale = op.gamma ? hn::Mul(hn::Load(d, gamma + c), inverse) : inverse;
      const V shift = op.beta ? hn::Load(d, beta + c) : hn::Zero(d);
      hn::Store(Fma(hn::Sub(hn::Load(d, in + c), mean), scale, shift), d, out + c);
    }
  }
}

void Run(const RowNormGradOp& op, const Frame& frame, const Piece& piece) {
  using Kind = RowNorm::Kind;
  const std::size_t columns = static_cast<std::size_t>(op.in.columns);
  const float n = static_cast<float>(columns);
  const float* gamma = frame.at(op.gamma.at);
  const RowRange rows = RowsOf(op.in, piece);
  for (std::size_t r = rows.begin; r < rows.end; ++r) {
    const float* in = frame.at(op.in.at) + r * static_cast<std::size_t>(op.in.stride);
    const float* delta = frame.at(op.delta.at) + r * static_cast<std::size_t>(op.delta.stride);
    float* out = frame.at(op.out.at) + r * static_cast<std::size_t>(op.out.stride);
    const float row_inverse = frame.at(op.row_inverse.at)[r];
    const V mean = hn::Set(d, frame.at(op.row_mean.at)[r]), inverse = hn::Set(d, row_inverse);
    const auto normalised = [&](V x) HWY_ATTR { return hn::Mul(hn::Sub(x, mean), inverse); };
    const auto gradient = [&](std::size_t c) HWY_ATTR {
      const V g = hn::Load(d, delta + c);
      return op.gamma ? hn::Mul(g, hn::Load(d, gamma + c)) : g;
    };
    LaneSum sum, dot;
    ForRow(in, columns, [&](std::size_t c, std::size_t v, V x, auto inside) HWY_ATTR {
      const V g = hn::IfThenElseZero(inside, gradient(c));
      sum.lanes[v] = hn::Add(sum.lanes[v], g);
      dot.lanes[v] = hn::Add(dot.lanes[v], hn::IfThenElseZero(inside, hn::Mul(g, normalised(x))));
    });
    const float share = op.norm.kind == Kind::layer ? sum.Fold() / n : 0;
    float along = op.norm.kind == Kind::unit ? dot.Fold() : dot.Fold() / n;
    if (op.norm.kind == Kind::unit && row_inverse >= 1.0f / op.norm.epsilon) along = 0;
    for (std::size_t c = 0; c < columns; c += kLanes) {
      const V centred = hn::Sub(gradient(c), hn::Set(d, share));
      const V across = NegFma(normalised(hn::Load(d, in + c)), hn::Set(d, along), centred);
      hn::Store(hn::Mul(inverse, across), d, out + c);
    }
  }
}

void Run(const RowNormUpdateOp& op, const Frame& frame, const Piece& piece) {
  const std::size_t rows = static_cast<std::size_t>(frame.input->rows) * static_cast<std::size_t>(op.in.rows_each),
                    in_row = static_cast<std::size_t>(op.in.stride),
                    delta_row = static_cast<std::size_t>(op.delta.stride);
  const float* mean = frame.at(op.row_mean.at);
  const float* inverse = frame.at(op.row_inverse.at);
  for (std::size_t panel = piece.panel; panel < piece.panel + piece.panels; ++panel) {
    const std::size_t c = panel * kPanel;
    const float* in = frame.at(op.in.at) + c;
    const float* delta = frame.at(op.delta.at) + c;
    V sums[2 * kPanelVectors];  // of the gradients, then of their products with the normalised inputs
    BatchSums<2 * kPanelVectors>(
        rows,
        [&](std::size_t r, std::size_t i) HWY_ATTR {
          const std::size_t v = i % kPanelVectors;
          const V g = hn::Load(d, delta + r * delta_row + v * kLanes);
          if (i < kPanelVectors) return g;
          const V centred = hn::Sub(hn::Load(d, in + r * in_row + v * kLanes), hn::Set(d, mean[r]));
          return hn::Mul(g, hn::Mul(centred, hn::Set(d, inverse[r])));
        },
        sums);
    StepPanel(frame, op.gamma, c, sums + kPanelVectors);
    StepPanel(frame, op.beta, c, sums);
  }
}

}  // namespace telar::compute::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
