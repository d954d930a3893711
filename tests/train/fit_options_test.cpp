// Which epochs and batches a fit goes through, and the callbacks that end it or watch it.
#include <algorithm>
#include <cmath>
#include <gtest/gtest.h>
#include <limits>
#include <sstream>

#include <telar/telar.hpp>

#include "support/temporary_folder.hpp"
#include "support/thrown.hpp"

namespace telar::test {
namespace {

/// Ten samples of three classes; with batches of 2, five batches.
Dataset ten_samples() {
  std::vector<float> features;
  std::vector<std::int32_t> labels;
  for (int i = 0; i < 10; ++i) {
    for (int c = 0; c < 3; ++c) features.push_back(static_cast<float>((i * 7 + c * 5) % 11) / 11);
    labels.push_back(i % 3);
  }
  return from_arrays({3}, features, labels, 3);
}

Sequential two_layers() {
  Sequential model{
      Input{3},
      {Dense{.units = 4, .activation = Activation::relu}, Dense{.units = 3, .activation = Activation::softmax}}};
  model.compile({.loss = SparseCategoricalCrossentropy{}, .metrics = {Accuracy{}}});
  return model;
}

/// Epochs and batches as they come: "0: 0 1 2".
struct Recorder {
  std::vector<std::string>* seen;
  void on_epoch_begin(Training&, int epoch) { seen->push_back(std::to_string(epoch) + ":"); }
  void on_train_batch_begin(Training&, int batch) { seen->back() += " " + std::to_string(batch); }
};

using Seen = std::vector<std::string>;

TEST(FitOptions, InitialEpochIsTheNumberOfTheFirst) {
  Seen seen;
  const History history = two_layers().fit(
      ten_samples(), {.batch_size = 5, .epochs = 5, .initial_epoch = 3, .callbacks = {Recorder{&seen}}});
  EXPECT_EQ(seen, (Seen{"3: 0 1", "4: 0 1"}));
  EXPECT_EQ(history.epochs.size(), 2u);
}

TEST(FitOptions, FewerStepsAnEpochGoThroughTheSameBatches) {
  Sequential whole = two_layers(), pieces = two_layers();
  whole.fit(ten_samples(), {.batch_size = 2, .epochs = 2});
  Seen seen;
  std::ostringstream out;
  pieces.fit(ten_samples(),
             {.batch_size = 2, .epochs = 4, .steps_per_epoch = 3, .callbacks = {Recorder{&seen}}, .output = &out});
  EXPECT_EQ(seen, (Seen{"0: 0 1 2", "1: 0 1", "2: 0 1 2", "3: 0 1"})) << "the data end in the second epoch";
  EXPECT_EQ(pieces.weights_sha256(), whole.weights_sha256());
  EXPECT_EQ(out.str(),
            "warning: the data ran out in an epoch, which is short: 5 batches are no multiple of steps_per_epoch 3\n");
}

TEST(FitOptions, TheNextFitStartsAnOrderOfItsOwn) {
  Sequential twice = two_layers(), once = two_layers();
  twice.fit(ten_samples(), {.batch_size = 2, .steps_per_epoch = 2});
  twice.fit(ten_samples(), {.batch_size = 2, .steps_per_epoch = 2});
  once.fit(ten_samples(), {.batch_size = 2, .epochs = 2, .steps_per_epoch = 2});
  EXPECT_NE(twice.weights_sha256(), once.weights_sha256());
}

TEST(FitOptions, ValidationFreqLeavesEpochsOut) {
  const History history =
      two_layers().fit(ten_samples(), {.epochs = 5, .validation_data = ten_samples(), .validation_freq = 2});
  std::vector<bool> validated;
  for (const Logs& logs : history.epochs) validated.push_back(logs.get("val_loss").has_value());
  EXPECT_EQ(validated, (std::vector<bool>{false, true, false, true, false}));
  EXPECT_EQ(history.validation_seconds.size(), 2u);
}

TEST(FitOptions, AreCheckedBeforeTheFirstStep) {
  const auto refusal = [](const FitOptions& options) {
    return std::string(thrown_by([&] { two_layers().fit(ten_samples(), options); }).what());
  };
  EXPECT_NE(refusal({.epochs = 3, .initial_epoch = 3}).find("initial_epoch = 3, but must be in [0, 2]"),
            std::string::npos);
  EXPECT_NE(refusal({.steps_per_epoch = 0}).find("steps_per_epoch = 0"), std::string::npos);
  EXPECT_NE(refusal({.validation_freq = 0}).find("validation_freq = 0"), std::string::npos);
  EXPECT_NE(refusal({.callbacks = {ModelCheckpoint{.filepath = "best.keras"}}}).find("must end in .npz"),
            std::string::npos);
  EXPECT_NE(refusal({.callbacks = {ModelCheckpoint{.filepath = "{epoch.npz"}}}).find("brace"), std::string::npos);
  EXPECT_NE(refusal({.callbacks = {CSVLogger{}}}).find("filename"), std::string::npos);
  EXPECT_NE(refusal({.callbacks = {TimeLimit{}}}).find("seconds = 0"), std::string::npos);
}

TEST(StockCallbacks, TimeLimitEndsWithTheBatchAndLogsTheEpoch) {
  Seen seen;
  const History history = two_layers().fit(ten_samples(), {.batch_size = 2,
                                                           .epochs = 9,
                                                           .validation_data = ten_samples(),
                                                           .callbacks = {Recorder{&seen}, TimeLimit{1e-9}}});
  EXPECT_EQ(seen, Seen{"0: 0"});
  EXPECT_EQ(history.ended, Ended::stopped_early);
  EXPECT_EQ(history.reason, "the time limit of 1e-09 seconds was reached");
  ASSERT_EQ(history.epochs.size(), 1u);
  EXPECT_TRUE(history.epochs[0].get("val_loss"));
}

TEST(StockCallbacks, ModelCheckpointLeavesWeightsThatLoad) {
  const TemporaryFolder folder;
  Sequential model = two_layers();
  model.fit(ten_samples(),
            {.epochs = 2, .callbacks = {ModelCheckpoint{.filepath = (folder / "new/{epoch}.npz").string()}}});
  Sequential loaded = two_layers();
  loaded.load_weights(folder / "new/2.npz");
  EXPECT_EQ(loaded.weights_sha256(), model.weights_sha256());
  loaded.load_weights(folder / "new/1.npz");
  EXPECT_NE(loaded.weights_sha256(), model.weights_sha256());
}

TEST(StockCallbacks, LearningRateSchedulerSetsAndLogsTheRate) {
  std::ostringstream out;
  const LearningRateScheduler halve{[](int epoch, double rate) { return epoch == 0 ? rate : rate / 2; }, 1};
  const History history = two_layers().fit(ten_samples(), {.epochs = 3, .callbacks = {halve}, .output = &out});
  EXPECT_EQ(history["learning_rate"], (std::vector<double>{0.001f, 0.0005f, 0.00025f}));
  EXPECT_NE(out.str().find("\nEpoch 2: LearningRateScheduler setting learning rate to 0.0005"), std::string::npos)
      << out.str();
  const Error error = thrown_by([] {
    two_layers().fit(ten_samples(), {.callbacks = {LearningRateScheduler{[](int, double) { return -1.0; }}}});
  });
  EXPECT_NE(std::string(error.what()).find("the schedule gave -1 for epoch 0"), std::string::npos) << error.what();
}

TEST(StockCallbacks, AnEpochScheduleIsALearningRateSchedulerOfASchedule) {
  std::ostringstream out;
  const EpochSchedule halves{ExponentialDecay{.initial_learning_rate = 0.5, .decay_steps = 1, .decay_rate = 0.5}, 1};
  const History history =
      two_layers().fit(ten_samples(), {.epochs = 4, .initial_epoch = 1, .callbacks = {halves}, .output = &out});
  EXPECT_EQ(history["learning_rate"], (std::vector<double>{0.25, 0.125, 0.0625})) << "by the epoch's number";
  EXPECT_NE(out.str().find("\nEpoch 2: LearningRateScheduler setting learning rate to 0.25.\n"), std::string::npos)
      << out.str();
  Sequential scheduled = two_layers();
  scheduled.compile({.optimizer = SGD{.learning_rate = LinearWarmup{.learning_rate = 0.1, .warmup_steps = 3}},
                     .loss = SparseCategoricalCrossentropy{}});
  EXPECT_NE(std::string(thrown_by([&] { scheduled.fit(ten_samples(), {.callbacks = {halves}}); }).what())
                .find("[callback (LearningRateScheduler)] the learning rate follows a schedule (LinearWarmup)"),
            std::string::npos);
}

TEST(Diagnosis, NamesTheSampleTheVariableOrTheLayer) {
  const auto reason = [](Sequential& model, const Dataset& data) {
    const History history = model.fit(data, {.batch_size = 10});
    EXPECT_EQ(history.ended, Ended::diverged);
    return history.reason;
  };
  const std::string start = "the loss was not finite at epoch 1, step 1: ";

  std::vector<float> features(9);
  features[4] = std::numeric_limits<float>::quiet_NaN();
  Sequential model = two_layers();
  EXPECT_EQ(reason(model, from_arrays({3}, features, {0, 1, 2})),
            start + "sample 1 of the data has a number that is not finite");

  Sequential holed = two_layers();
  std::vector<float> kernel(12);
  kernel[5] = std::numeric_limits<float>::infinity();
  holed.set_weights("dense_1/kernel", kernel);
  EXPECT_EQ(reason(holed, ten_samples()), start + "the weights dense_1/kernel are the first that are not finite");

  Sequential steep = two_layers();
  steep.set_weights("dense/kernel", std::vector<float>(12, 3e38f));
  EXPECT_EQ(reason(steep, ten_samples()),
            start + "the output of layer 0, dense (Dense) is the first that is not finite");
}

TEST(Diagnosis, TerminateOnNaNSaysWhatKerasSays) {
  Sequential model = two_layers();
  model.set_weights("dense/kernel", std::vector<float>(12, 3e38f));
  std::ostringstream out;
  model.fit(ten_samples(), {.callbacks = {TerminateOnNaN{}}, .output = &out});
  EXPECT_EQ(out.str(), "Batch 0: Invalid loss, terminating training\n");
}

TEST(FitOptions, ValidationEverySoManyStepsGoesThroughTheEpochs) {
  int tests = 0;
  const LambdaCallback counter{.on_test_begin = [&](Training&) { ++tests; }};
  const History history = two_layers().fit(ten_samples(), {.batch_size = 2,
                                                           .epochs = 3,
                                                           .validation_data = ten_samples(),
                                                           .validation_freq_steps = 4,
                                                           .callbacks = {counter}});
  ASSERT_EQ(history.validations.size(), 3u);
  EXPECT_EQ(tests, 3);
  const std::vector<std::pair<int, int>> expected{{0, 4}, {1, 3}, {2, 2}};
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(std::pair(history.validations[i].epoch, history.validations[i].step), expected[i]);
    EXPECT_EQ(history.epochs[i].get("val_loss"), history.validations[i].logs.get("val_loss"));
    EXPECT_TRUE(history.validations[i].logs.get("val_accuracy"));
  }
}

TEST(FitOptions, AnEpochWithoutAValidationHasNoneInItsLog) {
  const History history = two_layers().fit(
      ten_samples(), {.batch_size = 2, .epochs = 2, .validation_data = ten_samples(), .validation_freq_steps = 7});
  EXPECT_FALSE(history.epochs[0].get("val_loss"));
  EXPECT_TRUE(history.epochs[1].get("val_loss"));
}

TEST(FitOptions, ValidationInTheMiddleOfAnEpochLeavesTheTrainingAsItIs) {
  Sequential plain = two_layers(), watched = two_layers();
  plain.fit(ten_samples(), {.batch_size = 3, .epochs = 2});
  watched.fit(ten_samples(),
              {.batch_size = 3, .epochs = 2, .validation_data = ten_samples(), .validation_freq_steps = 1});
  EXPECT_EQ(plain.weights_sha256(), watched.weights_sha256());
}

TEST(FitOptions, ValidationStepsNeedARangeAndData) {
  const auto refusal = [](const FitOptions& options) {
    return thrown_by([&] { two_layers().fit(ten_samples(), options); }).message();
  };
  EXPECT_EQ(refusal({.validation_data = ten_samples(), .validation_freq_steps = 0}),
            "validation_freq_steps = 0, but must be at least 1");
  EXPECT_EQ(refusal({.validation_freq_steps = 2}), "validation_freq_steps is given, but nothing to validate on");
}

}  // namespace
}  // namespace telar::test
