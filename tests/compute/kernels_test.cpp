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

UpdateRule adam(UpdateRule::Kind kind = UpdateRule::Kind::adam) {
  return {kind, 0.9f, 0.1f, 0.001f, 1e-7f, 0.4f, 0.01f, 0.1f, 0.02f, 0.5f};
}

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

TEST_P(Kernels, AnElementOfAProductIsOneChainHoweverLong) {
  constexpr int kRows = 13, kIn = 300, kOut = 40;
  Laboratory lab(kRows);
  const Matrix in = lab.matrix(kIn), out = lab.matrix(kOut), delta = lab.matrix(kIn), grad = lab.matrix(kOut);
  const Kernel kernel = lab.kernel(kIn, kOut);
  std::vector<float> chains;
  for (const Matrix& from : {in, delta})
    for (int r = 0; r < kRows; ++r)
      for (int o = 0; o < kOut; ++o) {
        float sum = 0;
        for (int i = 0; i < kIn; ++i) sum = std::fma(lab.value(from, r, i), lab.value(kernel, i, o), sum);
        chains.push_back(sum);
      }
  auto chain = chains.begin();
  const auto expect_chains = [&](const Matrix& m) {
    for (int r = 0; r < kRows; ++r)
      for (int o = 0; o < kOut; ++o)
        ASSERT_EQ(lab.kernel_result(m.at + static_cast<std::size_t>(r * m.stride + o)), *chain++) << r << ", " << o;
  };
  lab.run(DenseOp{in, out, kernel, Vector{}, Act::linear}, isa(), 1);
  expect_chains(out);
  lab.run(DenseInputGradOp{delta, grad, kernel, in, Act::linear}, isa(), 1);
  expect_chains(grad);
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
  for (const Kind kind :
       {Kind::gradient, Kind::sgd, Kind::momentum, Kind::nesterov, Kind::adam, Kind::amsgrad, Kind::rmsprop,
        Kind::rmsprop_momentum, Kind::nadam, Kind::adamax, Kind::adagrad, Kind::adadelta, Kind::centered_rmsprop,
        Kind::centered_rmsprop_momentum, Kind::lion, Kind::ftrl})
    for (const int rows : {1, 5, 17, 50})
      for (const int in : {1, 3, 17, 47, 48, 49, 100})
        for (const int out : {1, 10, 33}) {
          if (isa() == Isa::scalar && rows * in > 600) continue;
          // Ftrl subtracts powers, and a threshold: a single weight may be left with few digits, the largest of many
          // not.
          if (kind == Kind::ftrl && (in < 17 || out < 10)) continue;
          Laboratory lab(rows);
          DenseUpdateOp op;
          op.kernel = lab.kernel(in, out);
          op.bias = lab.vector(out);
          lab.make_slots(adam(kind));
          op.transposed = lab.kernel(out, in);
          op.in = lab.matrix(in);
          op.delta = lab.matrix(out);
          lab.input().rate = kind == Kind::ftrl ? 0.5f : 0.01f;
          lab.input().gradient_rate = 0.02f;
          lab.input().correction = 1.5f;
          lab.input().decay = in % 2 == 0 ? 0.1f : 0.0f;
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

TEST_P(Kernels, UpdatesThatWaitForANormAreTheirDefinitions) {
  for (const int in : {1, 15, 16, 17, 100})
    for (const int out : {1, 10, 33}) {
      UpdateRule rule = adam();
      rule.waits = rule.averages = true;
      Laboratory lab(3);
      UpdateOp op{lab.kernel(in, out)};
      lab.make_slots(rule);
      op.transposed = lab.kernel(out, in);
      const Vector sums = lab.vector(static_cast<int>(blocks_of(op.kernel)), 0, 1), factor = lab.vector(1, 0, 1);
      op.factor = factor.at;
      lab.input().rate = 0.01f;
      lab.input().average_keep = 0.9f;
      lab.input().overwrites = in == 16;
      lab.run(SquaresOp{op.kernel, sums.at}, isa(), 2);
      ASSERT_LT(lab.error(sums), kTolerance) << in << " -> " << out;
      for (const bool all : {false, true}) {
        lab.run(ClipNormOp{sums.at, blocks_of(op.kernel), factor.at, 0.1f, all}, isa(), 1);
        ASSERT_LT(lab.error(factor), kTolerance) << in << " -> " << out;
      }
      lab.run(op, isa(), 2);
      ASSERT_LT(lab.error(op.kernel), kTolerance) << in << " -> " << out;
      ASSERT_LT(lab.error(*op.transposed), kTolerance) << in << " -> " << out;
      for (int slot = 0; slot < rule.slots(); ++slot) ASSERT_LT(lab.error(op.kernel, slot), kTolerance) << slot;
    }
}

TEST_P(Kernels, SumsOfGradientsAreTheirDefinition) {
  using Accumulation = StepInput::Accumulation;
  for (const Accumulation accumulation : {Accumulation::first, Accumulation::more, Accumulation::last})
    for (const bool waits : {false, true}) {
      UpdateRule rule = adam();
      rule.accumulates = true;
      rule.waits = waits;
      Laboratory lab(5);
      DenseUpdateOp op;
      op.kernel = lab.kernel(50, 33);
      op.bias = lab.vector(33);
      lab.make_slots(rule);
      op.transposed = lab.kernel(33, 50);
      op.in = lab.matrix(50);
      op.delta = lab.matrix(33);
      lab.input().rate = 0.01f;
      lab.input().accumulation = accumulation;
      lab.input().accumulated = 3;
      lab.run(op, isa(), 2);
      ASSERT_LT(lab.error(op.kernel), kTolerance);
      ASSERT_LT(lab.error(op.bias), kTolerance);
      for (int slot = 0; slot < rule.arrays(); ++slot) {
        ASSERT_LT(lab.error(op.kernel, slot), kTolerance) << slot;
        ASSERT_LT(lab.error(op.bias, slot), kTolerance) << slot;
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

TEST_P(Kernels, NormalisationsOfRowsAndTheirGradientsAreTheirDefinitions) {
  using Kind = RowNorm::Kind;
  for (const Kind kind : {Kind::layer, Kind::rms, Kind::unit})
    for (const int rows : {1, 5, 17, 50})
      for (const int columns : awkward_sizes()) {
        if (columns == 1) continue;  // its own mean, its own length: only rounding is left
        const RowNorm norm{kind, kind == Kind::unit ? 1e-12f : 1e-3f};
        const bool bare = columns % 2 == 0;  // without gamma and beta
        Laboratory lab(rows);
        const Vector gamma = bare ? Vector{} : lab.vector(columns, 0.5, 2),
                     beta = bare ? Vector{} : lab.vector(columns);
        lab.make_slots(adam());
        const RowNormOp op{lab.matrix(columns), lab.matrix(columns), gamma, beta,
                           lab.vector(rows),    lab.vector(rows),    norm};
        lab.run(op, isa(), 2);
        ASSERT_LT(lab.error(op.out), kTolerance) << static_cast<int>(kind) << ": " << rows << " x " << columns;
        ASSERT_LT(lab.error(op.row_inverse), kTolerance);
        if (kind == Kind::layer) {
          ASSERT_LT(lab.error(op.row_mean), kTolerance);
        }

        const RowNormGradOp gradient{op.in, lab.matrix(columns), op.out, gamma, op.row_mean, op.row_inverse, norm};
        lab.run(gradient, isa(), 2);
        ASSERT_LT(lab.error(gradient.out), kTolerance) << static_cast<int>(kind) << ": " << rows << " x " << columns;
        const RowNormGradOp in_place{op.in, op.out, op.out, gamma, op.row_mean, op.row_inverse, norm};
        lab.run(in_place, isa(), 2);
        ASSERT_LT(lab.error(in_place.out), kTolerance) << static_cast<int>(kind) << ": " << rows << " x " << columns;
        if (bare) continue;
        lab.input().rate = 0.01f;
        lab.run(RowNormUpdateOp{op.in, gradient.delta, gamma, beta, op.row_mean, op.row_inverse}, isa(), 2);
        ASSERT_LT(lab.error(gamma), kTolerance);
        ASSERT_LT(lab.error(beta), kTolerance);
      }
}

TEST_P(Kernels, ARowWithoutLengthStaysSo) {
  Laboratory lab(2);
  const RowNorm unit{RowNorm::Kind::unit, 1e-12f};
  const RowNormOp op{lab.matrix(20, 0, 0), lab.matrix(20), {}, {}, {}, {}, unit};
  lab.run(op, isa(), 1);
  for (std::size_t c = 0; c < 20; ++c) EXPECT_EQ(lab.kernel_result(op.out.at + c), 0);
  const RowNormGradOp gradient{
      op.in, lab.matrix(20), lab.matrix(20), {}, lab.vector(2, 0, 0), lab.vector(2, 1e12, 1e12), unit};
  lab.run(gradient, isa(), 1);
  EXPECT_LT(lab.error(gradient.out), kTolerance);
}

TEST_P(Kernels, NormalisationsOfRowsLetNaNThrough) {
  for (const RowNorm norm : {RowNorm{RowNorm::Kind::layer, 1e-3f}, RowNorm{RowNorm::Kind::unit, 1e-12f}}) {
    Laboratory lab(1);
    const RowNormOp op{lab.matrix(20), lab.matrix(20), {}, {}, {}, {}, norm};
    lab.value(op.in, 0, 17) = std::nanf("");
    lab.run(op, isa(), 1);
    EXPECT_TRUE(std::isnan(lab.kernel_result(op.out.at)));
  }
}

TEST_P(Kernels, SoftmaxItsKinAndTheirGradientsAreTheirDefinitions) {
  for (const RowAct act : {RowAct::softmax, RowAct::log_softmax, RowAct::sparsemax})
    for (const int rows : {1, 5})
      for (const int columns : awkward_sizes())
        for (const double size : {0.1, 1.0, 20.0}) {
          Laboratory lab(rows);
          const SoftmaxOp softmax{lab.matrix(columns, -size, size), lab.matrix(columns), act};
          lab.run(softmax, isa(), 2);
          ASSERT_LT(lab.error(softmax.out), kTolerance) << static_cast<int>(act) << ", " << columns;
          Laboratory other(rows);
          const SoftmaxGradOp gradient{other.matrix(columns), other.matrix(columns, -0.5, 1), act};
          for (int r = 0; r < rows; ++r) other.value(gradient.y, r, 0) = 0.5f;  // sparsemax leaves something
          other.run(gradient, isa(), 1);
          ASSERT_LT(other.error(gradient.delta), kTolerance) << static_cast<int>(act) << ", " << columns;
        }
}

TEST_P(Kernels, SoftmaxAndItsKinLetNaNThrough) {
  for (const RowAct act : {RowAct::softmax, RowAct::log_softmax, RowAct::sparsemax}) {
    Laboratory lab(1);
    const SoftmaxOp op{lab.matrix(20), lab.matrix(20), act};
    lab.value(op.in, 0, 17) = std::nanf("");
    lab.run(op, isa(), 1);
    EXPECT_TRUE(std::isnan(lab.kernel_result(op.out.at + 17))) << static_cast<int>(act);
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

TEST_P(Kernels, DropoutDropsTogetherWhatSharesADraw) {
  for (const bool rows : {false, true}) {
    for (const DrawSharing& sharing : {DrawSharing{rows}, DrawSharing{rows, 2, {3, 11}, {0, 1}},
                                       DrawSharing{rows, 2, {3, 11}, {11, 0}}, DrawSharing{rows, 2, {3, 11}, {0, 0}}}) {
      Laboratory lab(20);
      const DropoutOp op{lab.matrix(33), lab.matrix(33), lab.matrix(33), 0.5f, 12345, sharing};
      lab.run(op, isa(), 2);
      EXPECT_LT(lab.error(op.mask), 1e-6);
      EXPECT_LT(lab.error(op.out), 1e-6);
      const auto mask = [&](int r, int c) {
        return lab.kernel_result(op.mask.at + static_cast<std::size_t>(r * op.mask.stride + c));
      };
      for (int r = 0; r < 20; ++r)
        for (int c = 0; c < 33; ++c) {
          const int row = rows ? 0 : r, above = sharing.axes > 0 && sharing.steps[0] == 0 ? c % 11 : c,
                    own = sharing.axes > 0 && sharing.steps[1] == 0 ? above / 11 * 11 : above;
          EXPECT_EQ(mask(r, c), mask(row, own)) << r << ", " << c;
        }
    }
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

TEST_P(Kernels, NoiseIsItsDefinition) {
  using Kind = NoiseOp::Kind;
  for (const Kind kind : {Kind::add, Kind::multiply, Kind::alpha})
    for (const int rows : {1, 5, 50})
      for (const int columns : awkward_sizes()) {
        Laboratory lab(rows);
        const NoiseOp op{lab.matrix(columns), lab.matrix(columns), lab.matrix(columns), kind, 0.4f, 99};
        lab.input().step = 3;
        lab.run(op, isa(), 2);
        ASSERT_LT(lab.error(op.out), kTolerance) << static_cast<int>(kind) << ": " << rows << " x " << columns;
        ASSERT_LT(lab.error(op.mask), kTolerance);
      }
}

TEST_P(Kernels, NoiseIsStandardNormal) {
  constexpr int kColumns = 4096, kRows = 64;
  Laboratory lab(kRows);
  const NoiseOp op{lab.matrix(kColumns, 0, 0), lab.matrix(kColumns), Matrix{}, NoiseOp::Kind::add, 1.0f, 7};
  lab.run(op, isa(), 1);
  double sum = 0, squares = 0, fourths = 0;
  int beyond_2 = 0;
  for (int r = 0; r < kRows; ++r)
    for (int c = 0; c < kColumns; ++c) {
      const double z =
          static_cast<double>(lab.kernel_result(op.out.at + static_cast<std::size_t>(r * op.out.stride + c)));
      sum += z, squares += z * z, fourths += z * z * z * z;
      if (z > 2) ++beyond_2;
    }
  constexpr double kCount = kColumns * kRows;
  EXPECT_NEAR(sum / kCount, 0, 4 / std::sqrt(kCount));
  EXPECT_NEAR(squares / kCount, 1, 4 * std::sqrt(2 / kCount));
  EXPECT_NEAR(fourths / kCount, 3, 4 * std::sqrt(96 / kCount));
  EXPECT_NEAR(beyond_2 / kCount, std::erfc(std::sqrt(2.0)) / 2, 4 * std::sqrt(0.0228 / kCount));
}

TEST_P(Kernels, ElementwiseOperationsAreTheirDefinitions) {
  for (const int columns : {1, 31, 100}) {
    Laboratory lab(5);
    const AffineOp affine{lab.matrix(columns), lab.matrix(columns), 3, -1};
    lab.run(affine, isa(), 2);
    EXPECT_LT(lab.error(affine.out), 1e-6);
    const AddOp sum{lab.matrix(columns), lab.matrix(columns), lab.matrix(columns)};
    lab.run(sum, isa(), 2);
    EXPECT_LT(lab.error(sum.out), 1e-6);
    const AddOp in_place{sum.in, sum.other, sum.in};
    lab.run(in_place, isa(), 2);
    EXPECT_LT(lab.error(in_place.out), 1e-6);
    const AffineGradOp affine_gradient{lab.matrix(columns), 3};
    lab.run(affine_gradient, isa(), 2);
    EXPECT_LT(lab.error(affine_gradient.delta), 1e-6);
    const DropoutGradOp dropout{lab.matrix(columns), lab.matrix(columns)};
    lab.run(dropout, isa(), 2);
    EXPECT_LT(lab.error(dropout.delta), 1e-6);
  }
}

INSTANTIATE_TEST_SUITE_P(OnEveryIsa, Kernels, testing::ValuesIn(available_isas()),
                         [](const auto& tested) { return std::string(name_of(tested.param)); });

}  // namespace
}  // namespace telar::compute
