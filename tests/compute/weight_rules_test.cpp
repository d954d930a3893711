// Penalties and constraints: kernels against their definitions in double.
#include "compute/laboratory.hpp"

namespace telar::compute {
namespace {

class WeightRules : public testing::TestWithParam<Isa> {
 protected:
  Isa isa() const { return GetParam(); }
  static constexpr double kNear = 1e-5;
};

constexpr Penalty kPenalty{0.3f, 0.7f};

TEST_P(WeightRules, PenaltiesOfWeightsAreTheirDefinition) {
  for (const int in : {1, 15, 16, 17, 100})
    for (const int out : {1, 10, 33, 70})
      for (const Penalty penalty : {Penalty{0.3f, 0}, Penalty{0, 0.7f}, kPenalty}) {
        Laboratory lab(3);
        PenaltyOp op{lab.kernel(in, out)};
        op.kernel.penalty = penalty;
        const Vector sums = lab.vector(static_cast<int>(blocks_of(op.kernel)));
        op.sums = sums.at;
        lab.run(op, isa(), 2);
        ASSERT_LT(lab.error(sums), kNear) << in << " -> " << out;
      }
}

TEST_P(WeightRules, PenaltiesOfOutputsAndTheirGradientAreTheirDefinitions) {
  for (const int rows : {1, 5, 50})
    for (const int columns : awkward_sizes()) {
      Laboratory lab(rows);
      const Matrix y = lab.matrix(columns), delta = lab.matrix(columns);
      const std::size_t penalties = lab.row_values();
      lab.run(ActivityOp{y, kPenalty, penalties}, isa(), 2);
      ASSERT_LT(lab.error_of_rows(penalties), kNear) << rows << " x " << columns;
      lab.run(ActivityGradOp{delta, y, kPenalty}, isa(), 2);
      ASSERT_LT(lab.error(delta), kNear) << rows << " x " << columns;
    }
}

TEST_P(WeightRules, GradientsOfPenalisedWeightsAreTheirDefinition) {
  using Accumulation = StepInput::Accumulation;
  for (const UpdateRule::Kind kind : {UpdateRule::Kind::gradient, UpdateRule::Kind::sgd, UpdateRule::Kind::adam})
    for (const bool waits : {false, true})
      for (const Accumulation accumulation : {Accumulation::none, Accumulation::first, Accumulation::last}) {
        UpdateRule rule{kind, 0, 0.1f, 0.001f, 1e-3f};
        rule.waits = waits;
        rule.accumulates = accumulation != Accumulation::none;
        Laboratory lab(5);
        DenseUpdateOp op;
        op.kernel = lab.kernel(50, 33);
        op.bias = lab.vector(33);
        lab.make_slots(rule);
        op.kernel.penalty = kPenalty;
        op.bias.penalty = {0.2f, 0};
        op.in = lab.matrix(50);
        op.delta = lab.matrix(33);
        lab.input().rate = 0.01f;
        lab.input().accumulation = accumulation;
        lab.input().accumulated = 3;
        lab.run(op, isa(), 2);
        ASSERT_LT(lab.error(op.kernel), kNear) << static_cast<int>(kind);
        ASSERT_LT(lab.error(op.bias), kNear) << static_cast<int>(kind);
        for (int slot = 0; slot < rule.arrays(); ++slot) {
          ASSERT_LT(lab.error(op.kernel, slot), kNear) << static_cast<int>(kind) << ", " << slot;
          ASSERT_LT(lab.error(op.bias, slot), kNear) << static_cast<int>(kind) << ", " << slot;
        }
      }
}

TEST_P(WeightRules, ConstraintsAreTheirDefinitions) {
  for (const int in : {1, 15, 16, 17, 100})
    for (const int out : {1, 10, 33, 70})
      for (const bool of_rows : {false, true})
        for (const int kind : {0, 1, 2, 3}) {
          Laboratory lab(3);
          ConstrainOp op{lab.kernel(in, out)};
          op.transposed = lab.kernel(out, in);
          op.rounded = lab.kernel(in, out);
          op.of_rows = of_rows;
          op.not_negative = kind == 0;
          if (kind == 1) op.high = 0.5f;
          if (kind == 2) op.low = op.high = 1;
          if (kind == 3) op.low = 1, op.high = 2, op.rate = 0.3f;
          lab.run(op, isa(), 2);
          const std::string what = std::to_string(kind) + ": " + std::to_string(in) + " -> " + std::to_string(out);
          ASSERT_LT(lab.error(op.kernel), kNear) << what;
          ASSERT_LT(lab.error_of_copy(*op.transposed), 0.01) << what;  // rounded to bfloat16
          ASSERT_LT(lab.error_of_copy(*op.rounded), 0.01) << what;
        }
}

TEST_P(WeightRules, RightAnglesAreHeldByTheirDefinitions) {
  UpdateRule waiting{UpdateRule::Kind::sgd};
  waiting.waits = true;
  for (const int in : {1, 15, 17, 100})
    for (const int out : {1, 10, 33, 70})
      for (const bool of_rows : {false, true}) {
        const std::string what = std::to_string(in) + " -> " + std::to_string(out) + (of_rows ? ", rows" : ", columns");
        Laboratory lab(3);
        const Kernel kernel = lab.kernel(in, out);
        lab.make_slots(waiting);
        const Kernel units = lab.kernel(in, out), transposed = lab.kernel(out, in), sums = lab.kernel(in, out),
                     cosines = lab.kernel(in, in);
        const Vector sizes = lab.vector(in);
        lab.run(UnitOp{kernel, units, transposed, of_rows}, isa(), 2);
        ASSERT_LT(lab.error(units), kNear) << what;
        ASSERT_LT(lab.error(transposed), kNear) << what;
        lab.run(SignOp{cosines, 0.3f, sizes.at}, isa(), 2);
        ASSERT_EQ(lab.error(cosines), 0) << what;
        ASSERT_LT(lab.error(sizes), kNear) << what;
        lab.run(TangentOp{kernel, units, sums, 0.3f, of_rows}, isa(), 2);
        ASSERT_LT(lab.error(kernel, waiting.gradient_slot()), kNear) << what;
      }
}

TEST_P(WeightRules, NumbersThatAreNoneStayNone) {
  for (const bool not_negative : {false, true}) {
    Laboratory lab(3);
    ConstrainOp op{lab.kernel(20, 10)};
    lab.value(op.kernel, 3, 3) = std::nanf("");
    op.not_negative = not_negative;
    op.high = 1;
    lab.run(op, isa(), 1);
    EXPECT_TRUE(std::isnan(lab.kernel_result(op.kernel.index(3, 3))));
  }
}

INSTANTIATE_TEST_SUITE_P(OnEveryIsa, WeightRules, testing::ValuesIn(available_isas()),
                         [](const auto& tested) { return std::string(name_of(tested.param)); });

}  // namespace
}  // namespace telar::compute
