// A step allocates nothing, nor does a prediction: operator new is replaced by one that counts.
#include <atomic>
#include <cstdlib>
#include <gtest/gtest.h>
#include <new>

#include <telar/telar.hpp>

#include "support/custom_layers.hpp"

namespace {
std::atomic<long> allocations{0};
}

// Not inlined: the compiler would else take free() of what new returned for a mistake.
[[gnu::noinline]] void* operator new(std::size_t size) {
  ++allocations;
  if (void* p = std::malloc(size == 0 ? 1 : size)) return p;
  throw std::bad_alloc();
}
[[gnu::noinline]] void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  ++allocations;
  return std::malloc(size == 0 ? 1 : size);
}
[[gnu::noinline]] void operator delete(void* p) noexcept { std::free(p); }
[[gnu::noinline]] void operator delete(void* p, std::size_t) noexcept { std::free(p); }

namespace telar {
namespace {

TEST(TrainingSteps, AllocateNothingAfterTheFirstOfAnEpoch) {
  std::vector<float> features(1000 * 20);
  std::vector<std::int32_t> labels(1000);
  for (std::size_t i = 0; i < features.size(); ++i) features[i] = static_cast<float>(i * 37 % 101) / 101;
  for (std::size_t i = 0; i < labels.size(); ++i) labels[i] = static_cast<std::int32_t>(i % 10);
  const Dataset data = from_arrays({20}, features, labels);
  Sequential model{Input{20},
                   {Rescaling{.scale = 2}, Dense{.units = 33, .activation = Activation::relu}, BatchNormalization{},
                    Dropout{.rate = 0.5}, Dense{.units = 17, .activation = Activation::tanh}, test::OwnPRelu{},
                    Dense{.units = 10, .activation = Activation::softmax}}};
  model.compile({.loss = SparseCategoricalCrossentropy{},
                 .metrics = {Accuracy{}, SparseTopKCategoricalAccuracy{}, AUC{}, F1Score{}, R2Score{},
                             ExpectedCalibrationError{}, CategoricalCrossentropy{}, RootMeanSquaredError{}}});
  long after_first = 0, at_last = 0;
  int last = 0;
  LambdaCallback counter;
  counter.on_train_batch_end = [&](Training& training, int batch, const Logs&) {
    last = training.steps_per_epoch() - 1;
    if (batch == 0) after_first = allocations;
    if (batch == last) at_last = allocations;
  };
  static_cast<void>(model.fit(data, {.batch_size = 32, .epochs = 2, .callbacks = {counter}, .threads = 2}));
  EXPECT_EQ(last, 31);
  EXPECT_EQ(at_last - after_first, 0);
  EXPECT_GT(at_last, 0);  // the counter counts
}

TEST(Predictions, AllocateNothing) {
  const Predictor predictor(
      Sequential{Input{20}, {Dense{.units = 33, .activation = Activation::relu}, Dense{.units = 5}}},
      {.threads = 2, .concurrency = 2});
  const std::vector<float> samples(500 * 20, 0.5f);
  std::vector<float> results(500 * 5);
  const long before = allocations;
  for (int i = 0; i < 3; ++i) predictor.predict(samples, results);
  EXPECT_EQ(allocations - before, 0);
}

}  // namespace
}  // namespace telar
