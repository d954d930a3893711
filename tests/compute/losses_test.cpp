// Losses of rows: each kernel is its definition, and each gradient the slope of its loss.
#include <gtest/gtest.h>
#include <numeric>

#include "compute/laboratory.hpp"
#include "compute/row_loss.hpp"

namespace telar::compute {
namespace {

using Formula = LossFormula::Kind;

struct LossCase {
  LossFormula formula;
  double low, high;        ///< of the outputs
  double lowest, highest;  ///< of the targets
  const char* name;
};

std::vector<LossCase> cases() {
  const auto formula = [](Formula kind) {
    LossFormula f;
    f.kind = kind;
    f.delta = 0.4f;
    f.alpha = 0.3f;
    f.gamma = 2;
    return f;
  };
  std::vector<LossCase> all{{formula(Formula::squared), -2, 2, -1, 1, "squared"},
                            {formula(Formula::absolute), -2, 2, -1, 1, "absolute"},
                            {formula(Formula::percentage), -2, 2, 0.5, 1, "percentage"},
                            {formula(Formula::logarithmic), 0.1, 3, 0.1, 2, "logarithmic"},
                            {formula(Formula::huber), -1, 1, -1, 1, "huber"},
                            {formula(Formula::log_cosh), -3, 3, -1, 1, "log_cosh"},
                            {formula(Formula::poisson), 0.2, 3, 0.5, 4, "poisson"},
                            {formula(Formula::kl_divergence), 0.1, 0.9, 0.1, 0.9, "kl_divergence"},
                            {formula(Formula::hinge), -2, 2, -1, 1, "hinge"},
                            {formula(Formula::squared_hinge), -2, 2, -1, 1, "squared_hinge"},
                            {formula(Formula::categorical_hinge), -1, 1, 0, 1, "categorical_hinge"},
                            {formula(Formula::cosine), -1, 1, -1, 1, "cosine"}};
  for (const Formula kind : {Formula::binary, Formula::binary_focal, Formula::categorical_focal})
    for (const bool logits : {false, true})
      for (const float gamma : {1.5f, 2.0f}) {
        LossCase c{formula(kind), 0.05, 0.95, 0, 1, logits ? "logits" : "probabilities"};
        if (logits) c.low = -4, c.high = 4;
        c.formula.logits = logits;
        c.formula.gamma = gamma;
        c.formula.balanced = kind == Formula::binary_focal && gamma != 2;
        c.formula.smoothing = gamma == 2 ? 0 : 0.1f;
        all.push_back(c);
      }
  return all;
}

class Losses : public testing::TestWithParam<Isa> {};

TEST_P(Losses, AreTheirDefinitions) {
  constexpr int kRows = 9;
  constexpr double kTolerance = 1e-5;
  for (const LossCase& c : cases())
    for (const LossReduction reduction : {LossReduction::mean, LossReduction::sum, LossReduction::weighted_mean})
      for (const int columns : {2, 10, 17, 33, 100}) {
        SCOPED_TRACE(c.name + std::string(" of ") + std::to_string(columns) + ", kind " +
                     std::to_string(static_cast<int>(c.formula.kind)));
        Laboratory lab(kRows, static_cast<unsigned>(columns));
        LossOp op;
        op.in = lab.matrix(columns, c.low, c.high);
        op.delta = lab.matrix(columns);
        op.row_loss = lab.row_values();
        op.row_class = lab.row_values();
        op.formula = c.formula;
        op.reduction = reduction;
        std::vector<std::uint32_t> index(kRows);
        std::iota(index.rbegin(), index.rend(), 0u);
        std::mt19937 random(static_cast<unsigned>(columns));
        std::uniform_real_distribution<float> draw(static_cast<float>(c.lowest), static_cast<float>(c.highest));
        std::vector<float> targets(static_cast<std::size_t>(kRows * columns)), weights(kRows);
        for (float& t : targets) t = draw(random);
        for (float& w : weights) w = draw(random) + 2;
        lab.input().index = index.data();
        lab.input().targets = targets.data();
        lab.input().weights = weights.data();
        lab.run(op, GetParam(), 2);
        EXPECT_LT(lab.error_of_rows(op.row_loss), kTolerance);
        EXPECT_EQ(lab.error_of_rows(op.row_class), 0);
        EXPECT_LT(lab.error(*op.delta), kTolerance);
      }
}

TEST_P(Losses, OfOneOutputTakeLabelsAndTellTwoClassesApart) {
  Laboratory lab(4);
  LossOp op;
  op.in = lab.matrix(1, 0, 1);
  op.delta = lab.matrix(1);
  op.row_loss = lab.row_values();
  op.row_class = lab.row_values();
  op.formula.kind = Formula::binary;
  for (int r = 0; r < 4; ++r) lab.value(op.in, r, 0) = r < 2 ? 0.25f : 0.75f;
  const std::vector<std::uint32_t> index{0, 1, 2, 3};
  const std::vector<std::int32_t> labels{0, 1, 0, 1};
  lab.input().index = index.data();
  lab.input().labels = labels.data();
  lab.run(op, GetParam(), 1);
  EXPECT_LT(lab.error_of_rows(op.row_loss), 1e-6);
  EXPECT_LT(lab.error(*op.delta), 1e-6);
  EXPECT_NEAR(lab.kernel_result(op.row_loss), -std::log(0.75), 1e-6);
  EXPECT_NEAR(lab.kernel_result(op.row_loss + 1), -std::log(0.25), 1e-6);
  for (std::size_t r = 0; r < 4; ++r) EXPECT_EQ(lab.kernel_result(op.row_class + r), r < 2 ? 0.0f : 1.0f);
}

TEST_P(Losses, LetNaNThrough) {
  for (const LossCase& c : cases()) {
    Laboratory lab(2);
    LossOp op;
    op.in = lab.matrix(3, c.low, c.high);
    op.row_loss = lab.row_values();
    op.row_class = lab.row_values();
    op.formula = c.formula;
    lab.value(op.in, 0, 1) = std::nanf("");
    const std::vector<std::uint32_t> index{0, 1};
    const std::vector<float> targets{0, 1, 0, 0, 0, 1};
    lab.input().index = index.data();
    lab.input().targets = targets.data();
    lab.run(op, GetParam(), 1);
    EXPECT_TRUE(std::isnan(lab.kernel_result(op.row_loss))) << c.name << " " << static_cast<int>(c.formula.kind);
    EXPECT_FALSE(std::isnan(lab.kernel_result(op.row_loss + 1))) << c.name;
  }
}

TEST_P(Losses, OfExtremeOutputsAreFiniteWithTheirGradients) {
  for (const LossCase& c : cases()) {
    const bool bounded = c.low > 0 || c.formula.logits;
    Laboratory lab(1);
    LossOp op;
    op.in = lab.matrix(3);
    op.delta = lab.matrix(3);
    op.row_loss = lab.row_values();
    op.row_class = lab.row_values();
    op.formula = c.formula;
    const float most = c.formula.logits ? 1000.0f : 1.0f;
    lab.value(op.in, 0, 0) = bounded && !c.formula.logits ? 0 : -most;
    lab.value(op.in, 0, 1) = most;
    lab.value(op.in, 0, 2) = bounded && !c.formula.logits ? 0 : -most;
    const std::vector<std::uint32_t> index{0};
    const std::vector<float> targets{0, 1, 1};
    lab.input().index = index.data();
    lab.input().targets = targets.data();
    lab.run(op, GetParam(), 1);
    EXPECT_TRUE(std::isfinite(lab.kernel_result(op.row_loss))) << c.name << static_cast<int>(c.formula.kind);
    for (std::size_t i = 0; i < 3; ++i)
      EXPECT_TRUE(std::isfinite(lab.kernel_result(op.delta->at + i))) << c.name << static_cast<int>(c.formula.kind);
  }
}

INSTANTIATE_TEST_SUITE_P(OnEveryIsa, Losses, testing::ValuesIn(available_isas()),
                         [](const auto& tested) { return std::string(name_of(tested.param)); });

TEST(LossGradients, AreCentralDifferences) {
  constexpr double kStep = 1e-5;
  std::mt19937 random(1);
  for (const LossCase& c : cases())
    for (const std::size_t columns : {2, 7, 20}) {
      std::uniform_real_distribution<double> outputs(c.low, c.high), some_targets(c.lowest, c.highest);
      std::vector<double> y(columns), t(columns), slope(columns);
      for (double& v : y) v = outputs(random);
      for (double& v : t) v = some_targets(random);
      row_loss(c.formula, y.data(), t.data(), columns, slope.data());
      for (std::size_t i = 0; i < columns; ++i) {
        const auto at = [&](double x) {
          std::vector<double> moved = y;
          moved[i] = x;
          return row_loss<double>(c.formula, moved.data(), t.data(), columns, nullptr);
        };
        const double difference = (at(y[i] + kStep) - at(y[i] - kStep)) / (2 * kStep);
        EXPECT_NEAR(slope[i], difference, 1e-6 * std::max(1.0, std::abs(difference)))
            << c.name << " of " << columns << ", kind " << static_cast<int>(c.formula.kind);
      }
    }
}

}  // namespace
}  // namespace telar::compute
