// The bits of a training, held in one number: the same on every instruction set, every processor and any number of
// threads.
#include <gtest/gtest.h>
#include <utility>

#include "base/random.hpp"
#include "base/sha256.hpp"
#include "compute/isa.hpp"
#include "compute/kernels/processor.hpp"
#include "support/engine.hpp"
#include "support/small_program.hpp"

namespace telar::compute {
namespace {

/// Changes with whatever changes the results of users: say so in the CHANGELOG.
constexpr const char* kHash = "dbb482b5e8abb7fa71adcc85e8158c0d3d4f88ca439c95ec3e246833ab79a250";

constexpr int kBatch = 50, kFeatures = 40, kClasses = 10;

/// A network of three hidden layers of awkward sizes, with every activation, batch normalisation, dropout and Adam.
Program network() {
  constexpr int kFirst = 37, kSecond = 33, kThird = 17;
  SmallProgram p(kBatch);
  const Kernel k1 = p.kernel(kFeatures, kFirst), k2 = p.kernel(kFirst, kSecond), k3 = p.kernel(kSecond, kThird),
               k4 = p.kernel(kThird, kClasses);
  const Vector b1 = p.vector(kFirst), b2 = p.vector(kSecond), b3 = p.vector(kThird), b4 = p.vector(kClasses);
  const Vector gamma = p.vector(kFirst), beta = p.vector(kFirst), mean = p.vector(kFirst),
               variance = p.vector(kFirst);  // the last one: see weights()
  p.update_by({UpdateRule::Kind::adam, 0, 0.1f, 0.001f, 1e-7f});
  const Kernel t2 = p.transposed_copy_of(k2), t3 = p.transposed_copy_of(k3), t4 = p.transposed_copy_of(k4);
  const Vector saved_mean = p.saved_vector(kFirst), saved_inverse = p.saved_vector(kFirst);
  const std::size_t row_loss = p.row_values(), row_class = p.row_values();
  const Matrix x = p.matrix(kFeatures), h1 = p.matrix(kFirst), normal = p.matrix(kFirst), dropped = p.matrix(kFirst),
               mask = p.matrix(kFirst), h2 = p.matrix(kSecond), h3 = p.matrix(kThird), logits = p.matrix(kClasses),
               scratch = p.matrix(kClasses), out = p.matrix(kClasses);
  const Matrix d1 = p.matrix(kFirst), d2 = p.matrix(kSecond), d3 = p.matrix(kThird), d4 = p.matrix(kClasses);

  BatchNormOp norm{h1, normal, gamma, beta, mean, variance, saved_mean, saved_inverse, 0.99f, 1e-3f, true};
  p.finish(Phase::train, {GatherOp{x, 2, -1}, DenseOp{x, h1, k1, b1, Act::relu}, norm,
                          DropoutOp{normal, dropped, mask, 0.3f, 7}, DenseOp{dropped, h2, k2, b2, Act::tanh},
                          DenseOp{h2, h3, k3, b3, Act::sigmoid}, DenseOp{h3, logits, k4, b4, Act::linear},
                          CrossEntropyOp{logits, d4, scratch, row_loss, row_class}, GuardOp{row_loss},
                          DenseInputGradOp{d4, d3, t4, h3, Act::sigmoid}, DenseInputGradOp{d3, d2, t3, h2, Act::tanh},
                          DenseInputGradOp{d2, d1, t2, dropped, Act::linear}, DropoutGradOp{d1, mask},
                          BatchNormGradOp{h1, d1, gamma, beta, saved_mean, saved_inverse, true, true, Act::relu},
                          DenseUpdateOp{h3, d4, k4, t4, b4}, DenseUpdateOp{h2, d3, k3, t3, b3},
                          DenseUpdateOp{dropped, d2, k2, t2, b2}, DenseUpdateOp{x, d1, k1, {}, b1}});
  norm.batch = false;
  norm.saved_mean = norm.saved_inverse = {};
  Program program = p.finish(
      Phase::predict,
      {GatherOp{x, 2, -1}, DenseOp{x, h1, k1, b1, Act::relu}, norm, DenseOp{normal, h2, k2, b2, Act::tanh},
       DenseOp{h2, h3, k3, b3, Act::sigmoid}, DenseOp{h3, logits, k4, b4, Act::linear}, SoftmaxOp{logits, out}},
      out);
  program.row_loss = row_loss;
  program.row_class = row_class;
  return program;
}

std::vector<float> weights(const Program& program) {
  const Random random(1, Purpose::initializer, "bits");
  std::vector<float> w(program.weights);
  for (std::size_t i = 0; i < w.size(); ++i) w[i] = random.uniform(i) - 0.5f;
  const auto variance = static_cast<std::ptrdiff_t>(program.variables.back().canonical);
  std::fill(w.begin() + variance, w.end(), 1.0f);
  return w;
}

EngineBatch batch() {
  const Random random(2, Purpose::shuffle, "bits");
  EngineBatch b{kFeatures, std::vector<float>(kBatch * kFeatures), {}, {}, {}};
  for (std::size_t i = 0; i < b.samples.size(); ++i) b.samples[i] = random.uniform(i);
  for (std::uint64_t r = 0; r < kBatch; ++r) b.labels.push_back(static_cast<int>(random.below(kClasses, r, 1)));
  return b;
}

/// Of all numbers that ten steps leave behind.
std::string hash_of_training(Isa isa, int threads) {
  const Program program = network();
  const EngineBatch data = batch();
  Engine engine(program, threads, isa);
  engine.set_weights(weights(program));
  Sha256 hash;
  const auto add = [&hash](const std::vector<float>& numbers) { hash.update(std::as_bytes(std::span(numbers))); };
  for (std::uint64_t step = 0; step < 10; ++step) {
    EXPECT_TRUE(engine.run(Phase::train, data, step, 0.01f).finite);
    add(engine.row_losses());
  }
  for (int slot = 0; slot < program.rule.slots(); ++slot) add(engine.slot(slot));
  add(engine.weights());
  engine.run(Phase::predict, data);
  add(engine.output());
  return hash.hex();
}

class Bits : public testing::TestWithParam<Isa> {};

TEST_P(Bits, OfATrainingAreThoseOfEveryMachineForAnyNumberOfThreads) {
  for (const int threads : {1, 2, 3, 4}) EXPECT_EQ(hash_of_training(GetParam(), threads), kHash) << threads;
}

TEST_P(Bits, AreNotThoseOfAMakersProcessors) {
  const bool own = std::exchange(is_intel, !is_intel);
  EXPECT_EQ(hash_of_training(GetParam(), 2), kHash);
  is_intel = own;
}

INSTANTIATE_TEST_SUITE_P(OnEveryIsa, Bits, testing::ValuesIn(available_isas()),
                         [](const auto& tested) { return std::string(name_of(tested.param)); });

}  // namespace
}  // namespace telar::compute
