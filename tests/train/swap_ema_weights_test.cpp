// SwapEMAWeights: validation, and the end of an epoch, with the moving averages; training with the weights.
#include <gtest/gtest.h>

#include <telar/telar.hpp>

#include "support/temporary_folder.hpp"
#include "support/thrown.hpp"

namespace telar::test {
namespace {

Dataset two_sides() {
  std::vector<float> features;
  std::vector<std::int32_t> labels;
  for (int i = 0; i < 16; ++i) {
    features.push_back(static_cast<float>(i % 5) - 2);
    features.push_back(static_cast<float>(i % 3));
    labels.push_back(i % 5 > 2 ? 1 : 0);
  }
  return from_arrays({2}, features, labels, 2);
}

Sequential averaging(Optimizer optimizer = SGD{.learning_rate = 0.3, .use_ema = true, .ema_momentum = 0.9}) {
  Sequential model{Input{2}, {Dense{.units = 2, .activation = Activation::softmax}}};
  model.compile({.optimizer = std::move(optimizer), .loss = SparseCategoricalCrossentropy{}, .metrics = {Accuracy{}}});
  return model;
}

FitOptions epochs(int n, std::vector<Callback> callbacks) {
  return {.batch_size = 4, .epochs = n, .validation_data = two_sides(), .callbacks = std::move(callbacks)};
}

TEST(SwapEMAWeights, ValidatesWithTheWeightsThatFitWouldEndWith) {
  for (const bool on_epoch : {false, true}) {
    const History history = averaging().fit(two_sides(), epochs(3, {SwapEMAWeights{.swap_on_epoch = on_epoch}}));
    for (int n = 1; n <= 3; ++n) {
      Sequential shorter = averaging();
      shorter.fit(two_sides(), epochs(n, {}));  // ends with the averages
      EXPECT_EQ(history["val_loss"][static_cast<std::size_t>(n - 1)], shorter.evaluate(two_sides()).loss.value);
    }
  }
}

TEST(SwapEMAWeights, DoesNotChangeWhatIsTrained) {
  Sequential plain = averaging(), swapped = averaging(), stopped = averaging();
  plain.fit(two_sides(), epochs(3, {}));
  swapped.fit(two_sides(), epochs(3, {SwapEMAWeights{.swap_on_epoch = true}}));
  EXPECT_EQ(swapped.weights_sha256(), plain.weights_sha256());
  // Keras knows the last epoch only by its number, and ends an earlier stop with the trained weights.
  stopped.fit(two_sides(), epochs(9, {SwapEMAWeights{.swap_on_epoch = true},
                                      LambdaCallback{.on_epoch_end = [](Training& t, int epoch, Logs&) {
                                        if (epoch == 2) t.stop(Ended::stopped_early, "enough");
                                      }}}));
  EXPECT_EQ(stopped.weights_sha256(), plain.weights_sha256());
}

TEST(SwapEMAWeights, GivesCallbacksBehindItTheAveragesIfAskedTo) {
  const TemporaryFolder folder;
  const std::string file = (folder / "{epoch}.npz").string();
  Sequential model = averaging(), shorter = averaging(), loaded = averaging();
  model.fit(two_sides(), epochs(2, {SwapEMAWeights{.swap_on_epoch = true}, ModelCheckpoint{.filepath = file}}));
  shorter.fit(two_sides(), epochs(1, {}));
  loaded.load_weights(folder / "1.npz");
  EXPECT_EQ(loaded.weights_sha256(), shorter.weights_sha256());
}

TEST(SwapEMAWeights, LeavesABackupAsItWouldBe) {
  const TemporaryFolder folder;
  const Callback backup = BackupAndRestore{.backup_dir = (folder / "b").string()};
  const Callback swap = SwapEMAWeights{.swap_on_epoch = true};
  const Callback cut = LambdaCallback{.on_epoch_begin = [](Training&, int epoch) {
    if (epoch == 2) throw std::runtime_error("power cut");
  }};
  Sequential whole = averaging(), broken = averaging(), restored = averaging();
  whole.fit(two_sides(), epochs(3, {swap}));
  EXPECT_THROW(broken.fit(two_sides(), epochs(3, {swap, backup, cut})), std::runtime_error);
  EXPECT_EQ(restored.fit(two_sides(), epochs(3, {swap, backup})).epochs.size(), 3u);
  EXPECT_EQ(restored.weights_sha256(), whole.weights_sha256());
}

TEST(SwapEMAWeights, WaitsForTheFirstStepThatMoves) {
  const History history =
      averaging(SGD{.use_ema = true, .gradient_accumulation_steps = 8}).fit(two_sides(), epochs(1, {SwapEMAWeights{}}));
  EXPECT_EQ(history["val_loss"].front(), averaging().evaluate(two_sides()).loss.value) << "four steps moved nothing";
}

TEST(SwapEMAWeights, NeedsAnOptimizerThatAverages) {
  const Error error = thrown_by([] { averaging(Adam{}).fit(two_sides(), epochs(1, {SwapEMAWeights{}})); });
  EXPECT_EQ(error.code(), ErrorCode::usage);
  EXPECT_EQ(error.message(), "Adam keeps no moving averages of the weights");
}

TEST(TestHooks, SurroundEachValidationAndItsBatches) {
  struct Recorder {
    std::vector<std::string>* calls;
    void on_test_begin(Training&) { calls->emplace_back("begin"); }
    void on_test_batch_begin(Training&, int batch) { calls->push_back("batch " + std::to_string(batch)); }
    void on_test_batch_end(Training&, int, const Logs& logs) {
      calls->back() += logs.get("loss") && logs.get("accuracy") ? " measured" : "";
    }
    void on_test_end(Training&, const Logs& logs) {
      calls->push_back("end");
      loss = logs.get("loss");
    }
    void on_epoch_end(Training&, int, Logs& logs) {
      if (loss && logs.get("val_loss") == loss) calls->push_back("the same loss");
    }
    std::optional<double> loss{};
  };
  std::vector<std::string> calls;
  FitOptions options{.batch_size = 8, .epochs = 2, .validation_data = two_sides(), .validation_freq = 2};
  options.callbacks = {Recorder{&calls}};
  averaging().fit(two_sides(), options);
  EXPECT_EQ(calls, (std::vector<std::string>{"begin", "batch 0 measured", "batch 1 measured", "end", "the same loss"}));
}

}  // namespace
}  // namespace telar::test
