// Every kernel against its definition in double, on every instruction set of this machine.
#include <numeric>

#include "compute/laboratory.hpp"

namespace telar::compute {
namespace {

class Kernels : public testing::TestWithParam<Isa> {
 protected:
  Isa isa() const { return GetParam(); }
  static constexpr double kTolerance = 1e-5;
};

std::vector<int> row_counts() { return {1, 2, 5, 16, 17, 33, 50, 128}; }

UpdateRule adam(UpdateRule::Kind kind = UpdateRule::Kind::adam) { return {kind, 0.9f, 0.1f, 0.001f, 1e-7f}; }

TEST_P(Kernels, DenseForwardIsItsDefinition) {
  for (const int rows : row_counts())
    for (const int in : awkward_sizes())
      for (const int out : {1, 10, 31, 33, 100})
        for (const Act act : {Act::linear, Act::relu, Act::sigmoid, Act::tanh}) {
          if (isa() == Isa::scalar && rows * in > 600) continue;
          Laboratory lab(rows);
          DenseOp op{lab.matrix(in), lab.matrix(out), lab.kernel(in, out), lab.vector(out), act};
          lab.run(op, isa(), 3);
          ASSERT_LT(lab.error(op.out), kTolerance)
              << rows << " x " << in << " -> " << out << ", act " << static_cast<int>(act);
        }
}

TEST_P(Kernels, ADenseLayerMayHaveNoBias) {
  Laboratory lab(7);
  const DenseOp op{lab.matrix(20), lab.matrix(40), lab.kernel(20, 40), Vector{}, Act::relu};
  lab.run(op, isa(), 1);
  EXPECT_LT(lab.error(op.out), kTolerance);
}

TEST_P(Kernels, TheGradientInTheInputsIsItsDefinition) {
  for (const int rows : row_counts())
    for (const int in : awkward_sizes())
      for (const int out : {1, 10, 33})
        for (const Act act : {Act::linear, Act::relu, Act::sigmoid, Act::tanh}) {
          if (isa() == Isa::scalar && rows * in > 600) continue;
          Laboratory lab(rows);
          DenseInputGradOp op{lab.matrix(out), lab.matrix(in), lab.kernel(out, in), lab.matrix(in), act};
          lab.run(op, isa(), 2);
          ASSERT_LT(lab.error(op.out), kTolerance) << rows << " x " << in << " <- " << out;
        }
}

TEST_P(Kernels, TheUpdateOfADenseLayerIsItsDefinitionUnderEveryRule) {
  using Kind = UpdateRule::Kind;
  for (const Kind kind : {Kind::gradient, Kind::sgd, Kind::momentum, Kind::nesterov, Kind::adam, Kind::amsgrad})
    for (const int rows : {1, 5, 17, 50})
      for (const int in : {1, 3, 17, 47, 48, 49, 100})
        for (const int out : {1, 10, 33}) {
          if (isa() == Isa::scalar && rows * in > 600) continue;
          Laboratory lab(rows);
          DenseUpdateOp op;
          op.kernel = lab.kernel(in, out);
          op.bias = lab.vector(out);
          lab.make_slots(adam(kind));
          op.transposed = lab.kernel(out, in);
          op.in = lab.matrix(in);
          op.delta = lab.matrix(out);
          lab.input().rate = 0.01f;
          lab.run(op, isa(), 2);
          const std::string what = std::to_string(static_cast<int>(kind)) + ": " + std::to_string(rows) + ", " +
                                   std::to_string(in) + " -> " + std::to_string(out);
          ASSERT_LT(lab.error(op.kernel), kTolerance) << what;
          ASSERT_LT(lab.error(op.bias), kTolerance) << what;
          ASSERT_LT(lab.error(*op.transposed), kTolerance) << what;
          for (int slot = 0; slot < adam(kind).slots(); ++slot) {
            ASSERT_LT(lab.error(op.kernel, slot), kTolerance) << what << ", slot " << slot;
            ASSERT_LT(lab.error(op.bias, slot), kTolerance) << what << ", slot " << slot;
          }
        }
}

TEST_P(Kernels, BatchNormalizationIsItsDefinitionInTrainingAndInInference) {
  for (const bool batch : {true, false})
    for (const int rows : {2, 3, 16, 17, 100, 128})
      for (const int columns : awkward_sizes()) {
        Laboratory lab(rows);
        BatchNormOp op{lab.matrix(columns, 3, 5),
                       lab.matrix(columns),
                       lab.vector(columns),
                       lab.vector(columns),
                       lab.vector(columns),
                       lab.vector(columns, 0.1, 2),
                       lab.vector(columns),
                       lab.vector(columns),
                       0.99f,
                       1e-3f,
                       batch};
        lab.run(op, isa(), 2);
        ASSERT_LT(lab.error(op.out), kTolerance) << rows << " x " << columns;
        ASSERT_LT(lab.error(op.saved_mean), kTolerance);
        ASSERT_LT(lab.error(op.saved_inverse), kTolerance);
        ASSERT_LT(lab.error(op.moving_mean), kTolerance);
        ASSERT_LT(lab.error(op.moving_variance), kTolerance);
      }
}

TEST_P(Kernels, BatchNormalizationMayLackGammaAndBeta) {
  Laboratory lab(20);
  const BatchNormOp op{
      lab.matrix(10), lab.matrix(10), Vector{}, Vector{}, lab.vector(10), lab.vector(10, 1, 2), Vector{},
      Vector{},       0.99f,          1e-3f,    true};
  lab.run(op, isa(), 1);
  EXPECT_LT(lab.error(op.out), kTolerance);
}

TEST_P(Kernels, TheGradientOfBatchNormalizationIsItsDefinition) {
  for (const bool batch : {true, false})
    for (const int rows : {2, 17, 50})
      for (const int columns : awkward_sizes())
        for (const Act act : {Act::linear, Act::relu}) {
          Laboratory lab(rows);
          BatchNormGradOp op;
          op.gamma = lab.vector(columns, 0.5, 2);
          op.beta = lab.vector(columns, 0.5, 2);
          lab.make_slots(adam());
          op.in = lab.matrix(columns, -1, 2);
          op.delta = lab.matrix(columns);
          op.saved_mean = lab.vector(columns);
          op.saved_inverse = lab.vector(columns, 0.5, 2);
          op.batch = batch;
          op.update = true;
          op.act = act;
          lab.input().rate = 0.01f;
          lab.run(op, isa(), 2);
          ASSERT_LT(lab.error(op.delta), kTolerance) << rows << " x " << columns;
          ASSERT_LT(lab.error(op.gamma), kTolerance);
          ASSERT_LT(lab.error(op.beta), kTolerance);
        }
}

TEST_P(Kernels, SoftmaxAndItsGradientAreTheirDefinitions) {
  for (const int rows : {1, 5})
    for (const int columns : awkward_sizes()) {
      Laboratory lab(rows);
      const SoftmaxOp softmax{lab.matrix(columns, -20, 20), lab.matrix(columns)};
      lab.run(softmax, isa(), 2);
      ASSERT_LT(lab.error(softmax.out), kTolerance) << columns;
      Laboratory other(rows);
      const SoftmaxGradOp gradient{other.matrix(columns), other.matrix(columns, 0, 1)};
      other.run(gradient, isa(), 1);
      ASSERT_LT(other.error(gradient.delta), kTolerance) << columns;
    }
}

TEST_P(Kernels, CrossEntropyIsItsDefinition) {
  using Reduction = CrossEntropyOp::Reduction;
  for (const bool logits : {true, false})
    for (const float smoothing : {0.0f, 0.1f})
      for (const Reduction reduction : {Reduction::mean, Reduction::sum, Reduction::weighted_mean})
        for (const bool sparse : {true, false})
          for (const int classes : {2, 10, 17, 100}) {
            constexpr int kRows = 9;
            Laboratory lab(kRows, static_cast<unsigned>(classes));
            CrossEntropyOp op;
            op.in = logits ? lab.matrix(classes, -5, 5) : lab.matrix(classes, 0.01, 1);
            op.delta = lab.matrix(classes);
            op.scratch = lab.matrix(classes);
            op.row_loss = lab.row_values();
            op.row_class = lab.row_values();
            op.logits = logits;
            op.smoothing = smoothing;
            op.reduction = reduction;
            std::vector<std::uint32_t> index(kRows);
            std::iota(index.rbegin(), index.rend(), 0u);
            std::vector<std::int32_t> labels(kRows);
            std::vector<float> targets(static_cast<std::size_t>(kRows * classes)), weights(kRows);
            for (int i = 0; i < kRows; ++i) {
              labels[static_cast<std::size_t>(i)] = (i * 7) % classes;
              targets[static_cast<std::size_t>(i * classes + (i * 7) % classes)] = 1;
              weights[static_cast<std::size_t>(i)] = 0.25f * static_cast<float>(i);
            }
            lab.input().index = index.data();
            if (sparse)
              lab.input().labels = labels.data();
            else
              lab.input().targets = targets.data();
            lab.input().weights = weights.data();
            lab.run(op, isa(), 2);
            ASSERT_LT(lab.error_of_rows(op.row_loss), kTolerance) << classes << (logits ? " logits" : " probabilities");
            ASSERT_EQ(lab.error_of_rows(op.row_class), 0);
            ASSERT_LT(lab.error(*op.delta), kTolerance) << classes << (logits ? " logits" : " probabilities");
          }
}

TEST_P(Kernels, GatherTakesTheBatchsSamplesAndScalesThem) {
  std::vector<std::uint8_t> bytes(50 * 37);
  std::vector<float> floats(bytes.size());
  for (std::size_t i = 0; i < bytes.size(); ++i)
    floats[i] = static_cast<float>(bytes[i] = static_cast<std::uint8_t>(i * 31));
  const std::vector<std::uint32_t> index{49, 0, 7, 7, 23};
  for (const bool of_bytes : {true, false}) {
    Laboratory lab(5);
    const GatherOp op{lab.matrix(37), 1.0f / 255, -0.5f};
    lab.input().index = index.data();
    lab.input().sample_size = 37;
    if (of_bytes)
      lab.input().bytes = bytes.data();
    else
      lab.input().floats = floats.data();
    lab.run(op, isa(), 2);
    EXPECT_LT(lab.error(op.out), 1e-6);
  }
}

TEST_P(Kernels, DropoutDropsWhatItsDefinitionDrops) {
  for (const float rate : {0.1f, 0.5f, 0.9f}) {
    Laboratory lab(40);
    const DropoutOp op{lab.matrix(33), lab.matrix(33), lab.matrix(33), rate, 12345};
    lab.input().step = 7;
    lab.run(op, isa(), 2);
    EXPECT_LT(lab.error(op.mask), 1e-6);
    EXPECT_LT(lab.error(op.out), 1e-6);
    int zeros = 0;
    for (int r = 0; r < 40; ++r)
      for (int c = 0; c < 33; ++c)
        zeros += lab.kernel_result(op.mask.at + static_cast<std::size_t>(r * op.mask.stride + c)) == 0 ? 1 : 0;
    const double expected = 40 * 33 * static_cast<double>(rate);
    EXPECT_NEAR(zeros, expected, 4 * std::sqrt(expected * (1 - static_cast<double>(rate))));
  }
}

TEST_P(Kernels, ADropoutOfEverythingLeavesZeros) {
  Laboratory lab(3);
  const DropoutOp op{lab.matrix(5), lab.matrix(5), lab.matrix(5), 1.0f, 1};
  lab.run(op, isa(), 1);
  for (int r = 0; r < 3; ++r)
    for (int c = 0; c < 5; ++c)
      EXPECT_EQ(lab.kernel_result(op.out.at + static_cast<std::size_t>(r * op.out.stride + c)), 0.0f);
}

TEST_P(Kernels, ElementwiseOperationsAreTheirDefinitions) {
  for (const int columns : {1, 31, 100}) {
    Laboratory lab(5);
    const AffineOp affine{lab.matrix(columns), lab.matrix(columns), 3, -1};
    lab.run(affine, isa(), 2);
    EXPECT_LT(lab.error(affine.out), 1e-6);
    const AffineGradOp affine_gradient{lab.matrix(columns), 3};
    lab.run(affine_gradient, isa(), 2);
    EXPECT_LT(lab.error(affine_gradient.delta), 1e-6);
    const DropoutGradOp dropout{lab.matrix(columns), lab.matrix(columns)};
    lab.run(dropout, isa(), 2);
    EXPECT_LT(lab.error(dropout.delta), 1e-6);
    for (const Act act : {Act::linear, Act::relu, Act::sigmoid, Act::tanh}) {
      const ActivationOp activation{lab.matrix(columns, -8, 8), lab.matrix(columns), act};
      lab.run(activation, isa(), 2);
      EXPECT_LT(lab.error(activation.out), 1e-6);
      const ActivationGradOp gradient{lab.matrix(columns), lab.matrix(columns), act};
      lab.run(gradient, isa(), 2);
      EXPECT_LT(lab.error(gradient.delta), 1e-6);
    }
  }
}

TEST_P(Kernels, ActivationsLetNaNThrough) {
  for (const Act act : {Act::linear, Act::relu, Act::sigmoid, Act::tanh}) {
    Laboratory lab(1);
    const ActivationOp op{lab.matrix(3), lab.matrix(3), act};
    lab.value(op.in, 0, 1) = std::nanf("");
    lab.run(op, isa(), 1);
    EXPECT_TRUE(std::isnan(lab.kernel_result(op.out.at + 1))) << static_cast<int>(act);
    EXPECT_FALSE(std::isnan(lab.kernel_result(op.out.at)));
  }
}

/// Largest error of act(x) in units of the last place of the true value, over a sweep of `low` .. `high`.
double largest_ulp(Isa isa, Act act, float low, float high, double (*truth)(double)) {
  constexpr int kColumns = 4096, kRows = 64;
  Laboratory lab(kRows);
  const ActivationOp op{lab.matrix(kColumns), lab.matrix(kColumns), act};
  for (int r = 0; r < kRows; ++r)
    for (int c = 0; c < kColumns; ++c)
      lab.value(op.in, r, c) =
          low + (high - low) * static_cast<float>(r * kColumns + c) / static_cast<float>(kRows * kColumns);
  lab.run(op, isa, 1);
  double worst = 0;
  for (int r = 0; r < kRows; ++r)
    for (int c = 0; c < kColumns; ++c) {
      const double expected = truth(static_cast<double>(lab.value(op.in, r, c)));
      const float nearest = static_cast<float>(expected);
      const double ulp = static_cast<double>(std::nextafter(std::abs(nearest), HUGE_VALF) - std::abs(nearest));
      const double got =
          static_cast<double>(lab.kernel_result(op.out.at + static_cast<std::size_t>(r * op.out.stride + c)));
      worst = std::max(worst, std::abs(got - expected) / ulp);
    }
  return worst;
}

TEST_P(Kernels, SigmoidAndTanhAreWithin4Ulp) {
  EXPECT_LE(largest_ulp(isa(), Act::sigmoid, -80, 20, [](double x) { return 1 / (1 + std::exp(-x)); }), 4);
  EXPECT_LE(largest_ulp(isa(), Act::tanh, -10, 10, [](double x) { return std::tanh(x); }), 4);
  EXPECT_LE(largest_ulp(isa(), Act::tanh, 1e-6f, 0.7f, [](double x) { return std::tanh(x); }), 4);
}

INSTANTIATE_TEST_SUITE_P(OnEveryIsa, Kernels, testing::ValuesIn(available_isas()),
                         [](const auto& tested) { return std::string(name_of(tested.param)); });

}  // namespace
}  // namespace telar::compute
