// The bits of a training depend on neither the number of threads nor the instruction set.
#include <cstdlib>

#include "compute/isa.hpp"
#include "model/plan.hpp"
#include "property/properties.hpp"

namespace telar {
namespace {

/// Everything that three training steps leave behind. Below Sequential, which gives small networks one thread only.
std::vector<float> train(const oracle::Case& c, std::uint64_t seed, int threads, compute::Isa isa) {
  const Model model(Input{c.inputs}, c.layers, seed);
  const EngineBatch batch = engine_batch_of(c);
  const std::vector<Optimizer> optimizers{Adam{.learning_rate = 0.01},
                                          Adam{.amsgrad = true},
                                          SGD{},
                                          SGD{.momentum = 0.9},
                                          SGD{.momentum = 0.9, .nesterov = true},
                                          RMSprop{.momentum = 0.9, .centered = true},
                                          Nadam{},
                                          Adamax{},
                                          Adagrad{},
                                          Adadelta{},
                                          Lion{},
                                          Ftrl{.learning_rate_power = -0.4},
                                          Adam{.clipnorm = 0.1},
                                          AdamW{.clipvalue = 0.01},
                                          Adam{.global_clipnorm = 0.1, .use_ema = true},
                                          SGD{.global_clipnorm = 0.1, .gradient_accumulation_steps = 2},
                                          Adam{.use_ema = true, .gradient_accumulation_steps = 3},
                                          Lamb{.weight_decay = 0.1, .clipnorm = 0.1},
                                          Adafactor{},
                                          Muon{.gradient_accumulation_steps = 2}};
  const Optimizer& optimizer = optimizers[seed % optimizers.size()];
  PlanOptions options;
  options.max_rows = batch.rows();
  options.loss = c.loss;
  set_optimizer(options, optimizer);
  Engine engine(plan(model, options), threads, isa);
  engine.set_weights(c.weights);
  engine.fresh_slots();

  std::vector<float> all;
  const auto keep = [&all](const std::vector<float>& more) { all.insert(all.end(), more.begin(), more.end()); };
  for (std::uint64_t step = 0; step < 3; ++step) {
    compute::StepInput input;
    set_update(input, optimizer, 0.01f, static_cast<std::int64_t>(step) + 1);
    engine.run(compute::Phase::train, batch, step, input);
    keep(engine.row_losses());
  }
  engine.run(compute::Phase::predict, batch);
  keep(engine.output());
  keep(engine.weights());
  for (int slot = 0; slot < options.rule->slots(); ++slot) keep(engine.slot(slot));
  return all;
}

TEST(Bits, AreTheSameForAnyNumberOfThreadsAndEveryInstructionSet) {
  const std::vector<compute::Isa> isas = compute::available_isas();
  expect_for_networks("one thread is as good as four, one instruction set as any",
                      [&](const oracle::Case& c, std::uint64_t seed) {
                        const std::vector<float> first = train(c, seed, 1, isas.front());
                        for (const compute::Isa isa : isas)
                          for (int threads = 1; threads <= 4; ++threads) {
                            RC_LOG() << threads << " threads, " << std::string(name_of(isa)) << "\n";
                            RC_ASSERT(same_bits(train(c, seed, threads, isa), first));
                          }
                      });
}

/// TELAR_ISA for the time of a scope.
class UseIsa {
 public:
  explicit UseIsa(compute::Isa isa) {
    if (const char* before = std::getenv("TELAR_ISA")) before_ = before;
    setenv("TELAR_ISA", std::string(compute::name_of(isa)).c_str(), 1);
  }
  ~UseIsa() {
    if (before_.empty())
      unsetenv("TELAR_ISA");
    else
      setenv("TELAR_ISA", before_.c_str(), 1);
  }
  UseIsa(const UseIsa&) = delete;
  UseIsa& operator=(const UseIsa&) = delete;

 private:
  std::string before_;
};

/// Weights after two epochs of a network that is large enough for four threads, with a short last batch.
std::string hash_of_large_training(int threads) {
  oracle::Generator g(7);
  constexpr int kRows = 150, kInputs = 784;
  std::vector<float> x(kRows * kInputs);
  for (float& v : x) v = static_cast<float>(g.uniform());
  std::vector<std::int32_t> labels(kRows);
  for (auto& label : labels) label = g.below(10);
  const Dataset data = from_arrays({28, 28}, x, labels, 10);
  const OrthogonalRegularizer rows{}, columns{.mode = OrthogonalMode::columns};
  Sequential model(
      Input{28, 28},
      {RandomFlip{.mode = FlipMode::horizontal}, RandomTranslation{.height_factor = 0.1, .width_factor = 0.1},
       Flatten{}, Dense{.units = 250, .activation = Activation::relu}, BatchNormalization{}, Dropout{.rate = 0.3},
       Reshape{.target_shape = {10, 25}}, LayerNormalization{.axis = 1}, BatchNormalization{.axis = 1}, Flatten{},
       Dense{.units = 130, .activation = Activation::tanh, .kernel_regularizer = columns},
       Dense{.units = 10, .activation = Activation::softmax, .kernel_regularizer = rows}},
      1);
  model.compile({.loss = SparseCategoricalCrossentropy{}, .metrics = {Accuracy{}}});
  model.fit(data, {.batch_size = 64, .epochs = 2, .validation_data = data, .threads = threads});
  return model.weights_sha256();
}

TEST(Bits, OfALargeTrainingAreTheSameForAnyNumberOfThreadsAndEveryInstructionSet) {
  const std::string hash = hash_of_large_training(1);
  for (int threads = 2; threads <= 4; ++threads)
    EXPECT_EQ(hash_of_large_training(threads), hash) << threads << " threads";
  for (const compute::Isa isa : compute::available_isas()) {
    const UseIsa use(isa);
    EXPECT_EQ(hash_of_large_training(2), hash) << name_of(isa);
  }
}

}  // namespace
}  // namespace telar
