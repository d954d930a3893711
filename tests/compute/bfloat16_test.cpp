// Products on operands rounded to bfloat16: against their definition in double, on every instruction set.
#include "compute/bfloat16.hpp"

#include <cmath>
#include <gtest/gtest.h>
#include <limits>
#include <random>

#include "compute/isa.hpp"
#include "compute/reference.hpp"
#include "support/engine.hpp"
#include "support/small_program.hpp"

namespace telar::compute {
namespace {

TEST(Bfloat16, RoundsToTheNearestAndTiesToEven) {
  const auto rounded = [](float x) { return rounded_to_bfloat16(x); };
  EXPECT_EQ(rounded(1.0f), 1.0f);
  EXPECT_EQ(rounded(-0.0f), 0.0f);
  EXPECT_TRUE(std::signbit(rounded(-0.0f)));
  EXPECT_EQ(rounded(0x1.01p0f), 1.0f) << "a tie, to the even 1";
  EXPECT_EQ(rounded(0x1.03p0f), 0x1.04p0f) << "a tie, to the even 1 + 4 / 256";
  EXPECT_EQ(rounded(0x1.010002p0f), 0x1.02p0f);
  EXPECT_EQ(rounded(-0x1.03p0f), -0x1.04p0f);
  EXPECT_EQ(rounded(std::numeric_limits<float>::max()), HUGE_VALF);
  EXPECT_EQ(rounded(-HUGE_VALF), -HUGE_VALF);
  EXPECT_TRUE(std::isnan(rounded(std::bit_cast<float>(0x7F800001u)))) << "not an infinity";
}

class Bfloat16Products : public testing::TestWithParam<Isa> {
 protected:
  static constexpr double kTolerance = 1e-5;

  std::vector<float> numbers(std::size_t count) {
    std::uniform_real_distribution<float> uniform(-1, 1);
    std::vector<float> x(count);
    for (float& v : x) v = uniform(random_);
    return x;
  }
  EngineBatch batch(int rows, int columns) {
    EngineBatch b;
    b.columns = columns;
    b.samples = numbers(static_cast<std::size_t>(rows) * static_cast<std::size_t>(columns));
    b.labels.assign(static_cast<std::size_t>(rows), 0);
    return b;
  }

  std::mt19937 random_{1};
};

/// max |difference| / max |expected|
double error(const std::vector<float>& got, const std::vector<double>& expected) {
  double difference = 0, size = 0;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const double off = std::abs(static_cast<double>(got[i]) - expected[i]);
    if (!(off <= difference)) difference = off;  // NaN shows
    size = std::max(size, std::abs(expected[i]));
  }
  return size > 0 ? difference / size : difference;
}

/// The definition in double: of a step of `program`, its outputs, first slots and weights.
struct Defined {
  Defined(const Program& program, const EngineBatch& batch, const std::vector<float>& weights, Phase phase,
          float rate = 0)
      : machine(program) {
    machine.write_weights(weights.data());
    std::vector<std::uint32_t> index(static_cast<std::size_t>(batch.rows()));
    std::iota(index.begin(), index.end(), 0u);
    StepInput input;
    input.rows = batch.rows();
    input.index = index.data();
    input.floats = batch.samples.data();
    input.sample_size = static_cast<std::size_t>(batch.columns);
    input.rate = rate;
    machine.run(phase, input);
    for (int r = 0; r < batch.rows(); ++r)
      for (int c = 0; c < program.output.columns; ++c) output.push_back(machine.at(program.output, r, c));
  }
  reference::Machine<double> machine;
  std::vector<double> output;
};

std::string what(int rows, int in, int out) {
  return std::to_string(rows) + " x " + std::to_string(in) + " -> " + std::to_string(out);
}

constexpr int kBatches[] = {1, 2, 5, 16, 17, 33, 50, 128};
constexpr int kDepths[] = {1, 2, 3, 15, 16, 17, 31, 33, 46, 101};
constexpr int kOutputs[] = {1, 10, 17, 31, 33, 100};

TEST_P(Bfloat16Products, ForwardIsItsDefinition) {
  for (const int rows : kBatches)
    for (const int in : kDepths)
      for (const int out : kOutputs) {
        if (GetParam() == Isa::scalar && rows * in > 600) continue;
        for (const Act act : {Act::linear, Act::relu, Act::tanh})
          for (const bool bias : {true, false}) {
            if (!bias && out != 33) continue;
            SmallProgram p((rows + 1) / 2 * 2);
            const Kernel kernel = p.kernel(in, out);
            const Vector b = bias ? p.vector(out) : Vector{};
            p.update_by({});
            const Kernel copy = p.rounded_copy_of(kernel);
            const Matrix x = p.matrix(in), rounded = p.matrix(in), y = p.matrix(out);
            const Program program = p.finish(
                Phase::predict, {GatherOp{x}, RoundOp{x, rounded}, DenseOp{rounded, y, copy, b, act, true}}, y);
            const std::vector<float> weights = numbers(program.weights);
            const EngineBatch data = batch(rows, in);
            Engine engine(program, 2, GetParam());
            engine.set_weights(weights);
            engine.run(Phase::predict, batch((rows + 1) / 2 * 2, in));  // leaves numbers where an odd row ends
            engine.run(Phase::predict, data);
            ASSERT_LT(error(engine.output(), Defined(program, data, weights, Phase::predict).output), kTolerance)
                << what(rows, in, out) << ", act " << static_cast<int>(act);
          }
      }
}

TEST_P(Bfloat16Products, GradientInTheInputsIsItsDefinition) {
  for (const int rows : kBatches)
    for (const int in : kDepths)
      for (const int out : kOutputs)
        for (const Act act : {Act::linear, Act::relu, Act::sigmoid}) {
          if (GetParam() == Isa::scalar && rows * in > 600) continue;
          SmallProgram p((rows + 1) / 2 * 2);
          const Kernel kernel = p.kernel(in, out);
          p.update_by({});
          p.rounded_copy_of(kernel);
          const Kernel copy = p.transposed_copy_of(kernel);
          const Matrix x = p.matrix(out), rounded = p.matrix(out), y = p.matrix(in), below = p.matrix(in);
          // The activation's outputs are a first product's, so that both signs occur.
          const Program program =
              p.finish(Phase::predict,
                       {GatherOp{x}, RoundOp{x, rounded}, DenseInputGradOp{rounded, y, copy, {}, Act::linear, true},
                        DenseInputGradOp{rounded, below, copy, y, act, true}},
                       below);
          const std::vector<float> weights = numbers(program.weights);
          const EngineBatch data = batch(rows, out);
          Engine engine(program, 2, GetParam());
          engine.set_weights(weights);
          engine.run(Phase::predict, data);
          ASSERT_LT(error(engine.output(), Defined(program, data, weights, Phase::predict).output), kTolerance)
              << what(rows, in, out) << ", act " << static_cast<int>(act);
        }
}

/// in -> out with a gradient that is the product's own output: everything that an update reads and writes.
struct Updates {
  Updates(int rows, int in, int out, UpdateRule::Kind kind) : p((rows + 1) / 2 * 2) {
    kernel = p.kernel(in, out);
    bias = p.vector(out);
    p.update_by({kind, 0.9f, 0.1f, 0.001f, 1e-3f});
    copy = p.rounded_copy_of(kernel);
    transposed = p.transposed_copy_of(kernel);
    const Matrix x = p.matrix(in), rx = p.matrix(in), y = p.matrix(out), ry = p.matrix(out), below = p.matrix(in);
    std::vector<Op> ops{GatherOp{x}, RoundOp{x, rx}, DenseOp{rx, y, copy, bias, Act::linear, true}, RoundOp{y, ry},
                        DenseUpdateOp{rx, ry, kernel, transposed, bias, copy, y}};
    p.finish(Phase::train, ops);
    ops.pop_back();
    ops.push_back(DenseInputGradOp{ry, below, transposed, {}, Act::linear, true});
    program = p.finish(Phase::predict, ops, below);
  }
  SmallProgram p;
  Kernel kernel, copy, transposed;
  Vector bias;
  Program program;
};

TEST_P(Bfloat16Products, GradientsOfWeightsAreTheirDefinition) {
  for (const int rows : kBatches)
    for (const int in : kDepths)
      for (const int out : kOutputs) {
        if (GetParam() == Isa::scalar && rows * in > 600) continue;
        // Both operands are the batch itself: rounding a product's sum could fall to another side than in double.
        SmallProgram p((rows + 1) / 2 * 2);
        const Kernel kernel = p.kernel(in, out);
        const Vector bias = p.vector(out);
        p.update_by({UpdateRule::Kind::gradient});
        const Kernel copy = p.rounded_copy_of(kernel), transposed = p.transposed_copy_of(kernel);
        const int wide = std::max(in, out);
        const Matrix x = p.matrix(wide), round = p.matrix(wide);
        Matrix rx = round, delta = x, rounded_delta = round;
        rx.columns = in, delta.columns = rounded_delta.columns = out;
        const Program program = p.finish(
            Phase::train,
            {GatherOp{x}, RoundOp{x, round}, DenseUpdateOp{rx, rounded_delta, kernel, transposed, bias, copy, delta}});
        const std::vector<float> weights = numbers(program.weights);
        const EngineBatch data = batch(rows, wide);
        Engine engine(program, 2, GetParam());
        engine.set_weights(weights);
        engine.run(Phase::train, batch((rows + 1) / 2 * 2, wide));
        engine.run(Phase::train, data);
        Defined defined(program, data, weights, Phase::train);
        std::vector<double> expected(program.weights);
        defined.machine.read_slot(0, expected.data());
        ASSERT_LT(error(engine.slot(0), expected), kTolerance) << what(rows, in, out);
      }
}

/// A step taken twice shows where the rule keeps what it was.
TEST_P(Bfloat16Products, EachWeightTakesOneStep) {
  for (const int in : kDepths)
    for (const int out : kOutputs) {
      if (GetParam() == Isa::scalar && in > 33) continue;
      const int wide = std::max(in, out);
      SmallProgram p(18);
      const Kernel kernel = p.kernel(in, out);
      const Vector bias = p.vector(out);
      p.update_by({UpdateRule::Kind::momentum, 0.9f});
      const Kernel copy = p.rounded_copy_of(kernel);
      const Matrix x = p.matrix(wide), round = p.matrix(wide);
      Matrix rx = round, delta = x, rounded_delta = round;
      rx.columns = in, delta.columns = rounded_delta.columns = out;
      const Program program = p.finish(Phase::train, {GatherOp{x}, RoundOp{x, round},
                                                      DenseUpdateOp{rx, rounded_delta, kernel, {}, bias, copy, delta}});
      const std::vector<float> weights = numbers(program.weights);
      const EngineBatch data = batch(17, wide);
      Engine engine(program, 1, GetParam());
      engine.set_weights(weights);
      engine.run(Phase::train, data, 0, 0.5f);
      Defined defined(program, data, weights, Phase::train, 0.5f);
      std::vector<double> expected(program.weights);
      defined.machine.read_weights(expected.data());
      ASSERT_LT(error(engine.weights(), expected), kTolerance) << what(17, in, out);
    }
}

TEST_P(Bfloat16Products, UpdatesRenewTheCopies) {
  using Kind = UpdateRule::Kind;
  for (const Kind kind : {Kind::sgd, Kind::momentum, Kind::nesterov, Kind::adam, Kind::amsgrad})
    for (const int in : kDepths)
      for (const int out : kOutputs) {
        if (GetParam() == Isa::scalar && in > 33) continue;
        const Updates u(17, in, out, kind);
        const EngineBatch data = batch(17, in);
        Engine engine(u.program, 2, GetParam());
        engine.set_weights(numbers(u.program.weights));
        engine.run(Phase::train, data, 0, 0.01f);
        engine.run(Phase::predict, data);
        const std::vector<float> renewed = engine.output();
        engine.set_weights(engine.weights());  // packs all copies anew
        engine.run(Phase::predict, data);
        ASSERT_EQ(renewed, engine.output()) << what(17, in, out) << ", rule " << static_cast<int>(kind);
      }
}

TEST_P(Bfloat16Products, AreTheSameBitsOn1To4Threads) {
  std::vector<float> first;
  for (const int threads : {1, 2, 3, 4}) {
    random_.seed(7);
    const Updates u(50, 101, 70, UpdateRule::Kind::adam);
    const EngineBatch data = batch(50, 101);
    Engine engine(u.program, threads, GetParam());
    engine.set_weights(numbers(u.program.weights));
    for (std::uint64_t step = 0; step < 5; ++step) engine.run(Phase::train, data, step, 0.01f);
    if (threads == 1) first = engine.weights();
    ASSERT_EQ(engine.weights(), first) << threads;
  }
}

INSTANTIATE_TEST_SUITE_P(OnEveryIsa, Bfloat16Products, testing::ValuesIn(available_isas()),
                         [](const auto& tested) { return std::string(name_of(tested.param)); });

}  // namespace
}  // namespace telar::compute
