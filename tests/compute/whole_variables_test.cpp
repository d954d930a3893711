// Kernels of rules that look at whole variables, against their definitions in double.
#include "compute/laboratory.hpp"

namespace telar::compute {
namespace {

class WholeVariables : public testing::TestWithParam<Isa> {
 protected:
  Isa isa() const { return GetParam(); }
  static constexpr double kClose = 1e-5;
};

UpdateRule directing(UpdateRule::Kind kind) {
  UpdateRule rule{kind, 0.9f, 0.1f, 0.001f, 1e-7f};
  rule.smallest = 0.01f;
  rule.waits = true;
  return rule;
}

TEST_P(WholeVariables, DirectionsAreTheirDefinitions) {
  using Kind = UpdateRule::Kind;
  for (const Kind kind : {Kind::lamb, Kind::adafactor, Kind::muon})
    for (const bool factored : {false, true})
      for (const int in : {1, 15, 16, 17, 100})
        for (const int out : {1, 10, 33, 70}) {
          if (factored && kind != Kind::adafactor) continue;
          Laboratory lab(3);
          UpdateRule rule = directing(kind);
          rule.looks_ahead = out == 10;
          if (in == 17) rule.clip = 0.05f;
          DirectionOp op{lab.kernel(in, out)};
          lab.make_slots(rule);
          const int blocks = static_cast<int>(blocks_of(op.kernel));
          const Vector sums = lab.vector(blocks), weight_sums = lab.vector(blocks), numbers = lab.vector(2, 0.5, 1);
          op.sums = sums.at;
          op.weight_sums = weight_sums.at;
          if (in == 16) op.clip = numbers.at;
          if (factored) op.mean = numbers.at + 1;
          lab.input().gradient_rate = 1.5f;
          lab.input().correction = 0.7f;
          lab.input().decay = out == 33 ? 0.1f : 0.0f;
          lab.run(op, isa(), 2);
          const std::string what = std::to_string(static_cast<int>(kind)) + ": " + std::to_string(in) + " -> " +
                                   std::to_string(out) + (factored ? ", factored" : "");
          ASSERT_LT(lab.error(sums), kClose) << what;
          ASSERT_LT(lab.error(weight_sums), kClose) << what;
          for (int array = 0; array < rule.arrays(); ++array)
            ASSERT_LT(lab.error(op.kernel, array), kClose) << what << ", array " << array;
        }
}

TEST_P(WholeVariables, MeansOfRowsAndColumnsAreTheirDefinitions) {
  for (const bool of_rows : {false, true})
    for (const int in : {1, 15, 16, 17, 100})
      for (const int out : {1, 10, 33, 70}) {
        Laboratory lab(3);
        const MeansOp op{lab.kernel(in, out), {}, of_rows};
        lab.make_slots(directing(UpdateRule::Kind::adafactor));
        lab.input().correction = 0.7f;
        lab.run(op, isa(), 2);
        for (const int slot : {0, 1}) ASSERT_LT(lab.error(op.kernel, slot), kClose) << in << " -> " << out;
      }
}

TEST_P(WholeVariables, FactorsAreTheirDefinitions) {
  using Kind = FactorOp::Kind;
  for (const Kind kind : {Kind::mean, Kind::inverse_norm, Kind::ratio, Kind::root_mean_square}) {
    Laboratory lab(3);
    const Vector sums = lab.vector(10, 0, 1), weight_sums = lab.vector(10, 0, 1), factor = lab.vector(1);
    lab.rule() = directing(UpdateRule::Kind::adafactor);
    lab.run(FactorOp{kind, sums.at, weight_sums.at, 5, 2, factor.at, 50}, isa(), 1);
    EXPECT_LT(lab.error(factor), kClose) << static_cast<int>(kind);
  }
}

TEST_P(WholeVariables, ARatioOfNormsIsOneWhereOneIsZero) {
  Laboratory lab(3);
  const Vector sums = lab.vector(2, 0, 0), weight_sums = lab.vector(2, 0, 1), factor = lab.vector(2);
  lab.run(FactorOp{FactorOp::Kind::ratio, sums.at, weight_sums.at, 2, 1, factor.at}, isa(), 1);
  EXPECT_EQ(lab.kernel_result(factor.at), 1.0f);
  lab.run(FactorOp{FactorOp::Kind::ratio, weight_sums.at, sums.at, 2, 1, factor.at}, isa(), 1);
  EXPECT_EQ(lab.kernel_result(factor.at), 1.0f);
}

TEST_P(WholeVariables, NormalisedDirectionsAreTheirDefinition) {
  for (const int in : {1, 15, 16, 17, 100})
    for (const int out : {1, 10, 33, 70}) {
      Laboratory lab(3);
      const NormaliseOp op{lab.kernel(in, out), lab.kernel(in, out), lab.kernel(out, in), lab.vector(1).at};
      lab.run(op, isa(), 2);
      ASSERT_LT(lab.error(op.out), kClose) << in << " -> " << out;
      ASSERT_LT(lab.error(op.transposed), kClose) << in << " -> " << out;
    }
}

TEST_P(WholeVariables, ProductsAreTheirDefinition) {
  for (const int depth : {1, 17, 100})
    for (const int rows : {1, 6, 16, 17, 33, 70})
      for (const int columns : {1, 10, 33, 70})
        for (const bool adds : {false, true}) {
          if (isa() == Isa::scalar && depth * rows > 600) continue;
          Laboratory lab(3);
          ProductOp op{lab.kernel(depth, rows), lab.kernel(depth, columns), lab.kernel(rows, columns),
                       lab.kernel(columns, rows), 0.7f};
          if (adds) op.add = lab.kernel(rows, columns), op.add_scale = -1.5f;
          lab.run(op, isa(), 2);
          ASSERT_LT(lab.error(op.out), kClose) << depth << ", " << rows << " x " << columns;
          ASSERT_LT(lab.error(*op.transposed), kClose) << depth << ", " << rows << " x " << columns;
        }
}

INSTANTIATE_TEST_SUITE_P(OnEveryIsa, WholeVariables, testing::ValuesIn(available_isas()),
                         [](const auto& tested) { return std::string(name_of(tested.param)); });

}  // namespace
}  // namespace telar::compute
