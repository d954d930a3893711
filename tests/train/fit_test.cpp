// fit and evaluate: what they refuse, what callbacks see, how a training ends.
#include <cmath>
#include <gtest/gtest.h>
#include <sstream>

#include <telar/telar.hpp>

namespace telar {
namespace {

/// Three classes that a small network can tell apart.
Dataset blobs(int samples = 90, int classes = 3) {
  std::vector<float> features;
  std::vector<std::int32_t> labels;
  for (int i = 0; i < samples; ++i) {
    const int label = i % classes;
    for (int c = 0; c < 4; ++c)
      features.push_back(static_cast<float>(c == label ? 1.0 : 0.0) +
                         0.3f * static_cast<float>((i * 7 + c * 13) % 11) / 11);
    labels.push_back(label);
  }
  return from_arrays({4}, features, labels, classes);
}

Sequential network(int outputs = 3, std::uint64_t seed = 0) {
  Sequential model{
      Input{4},
      {Dense{.units = 8, .activation = Activation::relu}, Dense{.units = outputs, .activation = Activation::softmax}},
      seed};
  model.compile(
      {.optimizer = Adam{.learning_rate = 0.01}, .loss = SparseCategoricalCrossentropy{}, .metrics = {Accuracy{}}});
  return model;
}

std::string refusal(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::usage);
    return error.what();
  }
  ADD_FAILURE() << "nothing was refused";
  return {};
}

TEST(Fit, LearnsAndLogsLossAndAccuracyOfTrainingAndValidation) {
  Sequential model = network();
  const History history = model.fit(blobs(), {.batch_size = 16, .epochs = 30, .validation_data = blobs(30)});
  EXPECT_EQ(history.names(), (std::vector<std::string>{"accuracy", "loss", "val_accuracy", "val_loss"}));
  EXPECT_EQ(history.epochs.size(), 30u);
  EXPECT_EQ(history.epoch_seconds.size(), 30u);
  EXPECT_EQ(history.validation_seconds.size(), 30u);
  EXPECT_EQ(history.ended, Ended::completed);
  EXPECT_LT(history["loss"].back(), 0.5 * history["loss"].front());
  EXPECT_GT(history["val_accuracy"].back(), 0.95);
}

TEST(Fit, SplitsOffTheLastSamplesForValidation) {
  Sequential split = network(), given = network();
  const Dataset data = blobs(100);
  const History a = split.fit(data, {.epochs = 2, .validation_split = 0.2});
  const History b = given.fit(data.slice(0, 80), {.epochs = 2, .validation_data = data.slice(80, 20)});
  EXPECT_EQ(a["val_loss"], b["val_loss"]);
  EXPECT_EQ(split.weights_sha256(), given.weights_sha256());
}

TEST(Fit, TakesOneHotTargetsWithCategoricalCrossentropy) {
  Sequential sparse = network(), dense = network();
  dense.compile({.optimizer = Adam{.learning_rate = 0.01}, .loss = CategoricalCrossentropy{}, .metrics = {Accuracy{}}});
  const History a = sparse.fit(blobs(), {.epochs = 2}), b = dense.fit(to_categorical(blobs()), {.epochs = 2});
  EXPECT_EQ(a["accuracy"], b["accuracy"]);
  for (std::size_t i = 0; i < 2; ++i) EXPECT_NEAR(a["loss"][i], b["loss"][i], 1e-6);
}

TEST(Fit, LogitsWithoutSoftmaxTrainLikeSoftmaxWithProbabilities) {
  Sequential softmax = network();
  Sequential logits{Input{4}, {Dense{.units = 8, .activation = Activation::relu}, Dense{.units = 3}}};
  logits.compile(
      {.optimizer = Adam{.learning_rate = 0.01}, .loss = SparseCategoricalCrossentropy{.from_logits = true}});
  softmax.fit(blobs(), {.epochs = 3});
  logits.fit(blobs(), {.epochs = 3});
  EXPECT_EQ(softmax.weights_sha256(), logits.weights_sha256());
}

TEST(Fit, GoesOnWhereTheLastFitEnded) {
  Sequential once = network(), twice = network();
  once.fit(blobs(), {.epochs = 4});
  twice.fit(blobs(), {.epochs = 2});
  twice.fit(blobs(), {.epochs = 2});
  EXPECT_EQ(once.weights_sha256(), twice.weights_sha256());
}

TEST(Fit, LeavesFrozenLayersAlone) {
  Sequential model = network();
  model.set_trainable("dense", false);
  const std::vector<float> before(model.get_weights("dense/kernel").begin(), model.get_weights("dense/kernel").end());
  const std::vector<float> last(model.get_weights("dense_1/kernel").begin(), model.get_weights("dense_1/kernel").end());
  model.fit(blobs(), {.epochs = 2});
  EXPECT_TRUE(std::equal(before.begin(), before.end(), model.get_weights("dense/kernel").begin()));
  EXPECT_FALSE(std::equal(last.begin(), last.end(), model.get_weights("dense_1/kernel").begin()));
}

TEST(Fit, EndsWithDivergedAndKeepsTheWeightsWhenTheLossIsNotFinite) {
  Sequential model = network();
  std::vector<float> features(16, std::nanf(""));
  const std::string before = model.weights_sha256();
  const History history = model.fit(from_arrays({4}, features, {0, 1, 2, 0}, 3), {.epochs = 3});
  EXPECT_EQ(history.ended, Ended::diverged);
  EXPECT_NE(history.reason.find("epoch 1, step 1"), std::string::npos) << history.reason;
  EXPECT_EQ(model.weights_sha256(), before);
}

TEST(Callbacks, AUsersOwnTypeSeesEveryHook) {
  struct Recorder {
    std::vector<std::string>* calls;
    void on_train_begin(Training&) { calls->push_back("begin"); }
    void on_epoch_begin(Training&, int epoch) { calls->push_back("epoch " + std::to_string(epoch)); }
    void on_train_batch_end(Training&, int batch, const Logs&) { calls->push_back("batch " + std::to_string(batch)); }
    void on_epoch_end(Training&, int epoch, Logs& logs) {
      calls->push_back("end of " + std::to_string(epoch) + (logs.get("loss") ? " with loss" : ""));
    }
    void on_train_end(Training&) { calls->push_back("end"); }
  };
  std::vector<std::string> calls;
  Sequential model = network();
  model.fit(blobs(40), {.batch_size = 32, .epochs = 2, .callbacks = {Recorder{&calls}}});
  EXPECT_EQ(calls, (std::vector<std::string>{"begin", "epoch 0", "batch 0", "batch 1", "end of 0 with loss", "epoch 1",
                                             "batch 0", "batch 1", "end of 1 with loss", "end"}));
}

TEST(Callbacks, MayStopInTheMiddleOfAnEpoch) {
  LambdaCallback interrupt;
  interrupt.on_train_batch_end = [](Training& training, int batch, const Logs&) {
    if (batch == 1) training.stop(Ended::interrupted, "asked to");
  };
  Sequential model = network();
  const History history = model.fit(blobs(), {.batch_size = 16, .epochs = 5, .callbacks = {interrupt}});
  EXPECT_EQ(history.ended, Ended::interrupted);
  EXPECT_EQ(history.reason, "asked to");
  EXPECT_TRUE(history.epochs.empty());
}

TEST(Callbacks, EarlyStoppingRestoresTheBestWeights) {
  // The rate explodes after three epochs, so the best weights are those of an early epoch.
  std::vector<std::string> hashes;
  Sequential model = network();
  LambdaCallback explode;
  std::vector<std::vector<float>> seen;
  explode.on_epoch_end = [&](Training& training, int epoch, Logs&) {
    seen.push_back(training.weights());
    if (epoch == 3) training.set_learning_rate(5.0);
  };
  const History history =
      model.fit(blobs(), {.batch_size = 16,
                          .epochs = 20,
                          .validation_data = blobs(30),
                          .callbacks = {explode, EarlyStopping{.patience = 3, .restore_best_weights = true}}});
  EXPECT_EQ(history.ended, Ended::stopped_early);
  const std::vector<double> losses = history["val_loss"];
  const auto best = static_cast<std::size_t>(std::min_element(losses.begin(), losses.end()) - losses.begin());
  EXPECT_LT(best + 1, losses.size());
  EXPECT_TRUE(std::equal(seen[best].begin(), seen[best].end(), model.get_weights().begin()));
}

TEST(Callbacks, ReduceLROnPlateauCutsTheRateAndLogsIt) {
  Sequential model = network();
  const History history = model.fit(
      blobs(), {.epochs = 6,
                .callbacks = {ReduceLROnPlateau{.monitor = "loss", .factor = 0.5, .patience = 1, .min_delta = 100}}});
  const std::vector<double> rates = history["learning_rate"];
  ASSERT_EQ(rates.size(), 6u);
  EXPECT_FLOAT_EQ(static_cast<float>(rates[0]), 0.01f);
  EXPECT_FLOAT_EQ(static_cast<float>(rates[2]), 0.005f);  // the second epoch was no improvement of 100
  EXPECT_FLOAT_EQ(static_cast<float>(rates[3]), 0.0025f);
}

TEST(Callbacks, EveryFitStartsThemAfresh) {
  const std::vector<Callback> callbacks{EarlyStopping{.monitor = "loss", .min_delta = 100, .patience = 2}};
  Sequential model = network();
  EXPECT_EQ(model.fit(blobs(), {.epochs = 9, .callbacks = callbacks}).epochs.size(), 3u);
  EXPECT_EQ(model.fit(blobs(), {.epochs = 9, .callbacks = callbacks}).epochs.size(), 3u);
}

TEST(Evaluate, GivesWilsonsAndStudentsIntervalsAndTheConfusion) {
  Sequential model = network();
  model.fit(blobs(), {.epochs = 5});
  const Score score = model.evaluate(blobs(60));
  EXPECT_EQ(score.samples, 60);
  EXPECT_EQ(score.classes, 3);
  std::int64_t right = 0, all = 0;
  for (std::size_t i = 0; i < 9; ++i) {
    all += score.confusion[i];
    right += i % 4 == 0 ? score.confusion[i] : 0;
  }
  EXPECT_EQ(all, 60);
  EXPECT_DOUBLE_EQ(score["accuracy"].value, static_cast<double>(right) / 60);
  EXPECT_LT(score["accuracy"].low, score["accuracy"].value);
  EXPECT_LE(score["accuracy"].high, 1.0);
  EXPECT_LT(score.loss.low, score.loss.value);
  EXPECT_GT(score.loss.high, score.loss.value);
}

TEST(Evaluate, DoesNotDependOnBatchSizeOrThreads) {
  const Sequential model = network();
  const Score score = model.evaluate(blobs(60));
  for (const int batch : {1, 7, 60})
    for (const int threads : {1, 3}) {
      const Score other = model.evaluate(blobs(60), {.batch_size = batch, .threads = threads});
      EXPECT_NEAR(other.loss.value, score.loss.value, 1e-12);
      EXPECT_EQ(other.confusion, score.confusion);
    }
}

TEST(Predict, GivesProbabilitiesRowByRow) {
  const Sequential model = network();
  const std::vector<float> outputs = model.predict(blobs(10), {.batch_size = 4});
  ASSERT_EQ(outputs.size(), 30u);
  for (std::size_t r = 0; r < 10; ++r)
    EXPECT_NEAR(static_cast<double>(outputs[3 * r] + outputs[3 * r + 1] + outputs[3 * r + 2]), 1.0, 1e-6);
}

TEST(Summary, CountsOptimiserStateApart) {
  std::ostringstream out;
  network().summary(out);
  EXPECT_NE(out.str().find("Total params: 67 "), std::string::npos) << out.str();
  EXPECT_NE(out.str().find("Optimizer state, apart from these: 134 "), std::string::npos) << out.str();
}

TEST(Summary, IndentsTheLayersOfAResidual) {
  std::ostringstream out;
  Sequential(Input{4}, {Residual{{Dense{.units = 4}}}, Dense{.units = 3}}).summary(out);
  EXPECT_NE(out.str().find("│ residual (Residual) │ (None, 4)    │      20 │"), std::string::npos) << out.str();
  EXPECT_NE(out.str().find("│   dense (Dense)     │ (None, 4)    │      20 │"), std::string::npos) << out.str();
  EXPECT_NE(out.str().find("Total params: 35 "), std::string::npos) << out.str();
}

TEST(Refused, FitWithoutCompile) {
  Sequential model{Input{4}, {Dense{.units = 3}}};
  EXPECT_NE(refusal([&] { model.fit(blobs()); }).find("compile"), std::string::npos);
}
TEST(Refused, FitWithoutALoss) {
  Sequential model{Input{4}, {Dense{.units = 3}}};
  model.compile({.optimizer = SGD{}});
  EXPECT_NE(refusal([&] { model.fit(blobs()); }).find("loss"), std::string::npos);
}
TEST(Refused, FewerOutputsThanClasses) {
  Sequential model = network(2);
  const std::string text = refusal([&] { model.fit(blobs()); });
  EXPECT_NE(text.find("dense_1 (Dense), output (2)"), std::string::npos) << text;
  EXPECT_NE(text.find("3 classes"), std::string::npos) << text;
}
TEST(Refused, SamplesOfAnotherShape) {
  Sequential model = network();
  const std::string text = refusal([&] { model.fit(from_arrays({2, 2}, std::vector<float>(8), {0, 1})); });
  EXPECT_NE(text.find("(2, 2)"), std::string::npos) << text;
}
TEST(Refused, LabelsForTheLossOfTargetsAndTheReverse) {
  Sequential model = network();
  EXPECT_NE(refusal([&] { model.fit(to_categorical(blobs())); }).find("categorical_crossentropy"), std::string::npos);
  model.compile({.loss = CategoricalCrossentropy{}});
  EXPECT_NE(refusal([&] { model.fit(blobs()); }).find("to_categorical"), std::string::npos);
}
TEST(Refused, OptionsOutOfRange) {
  Sequential model = network();
  EXPECT_NE(refusal([&] { model.fit(blobs(), {.batch_size = 0}); }).find("batch_size = 0"), std::string::npos);
  EXPECT_NE(refusal([&] { model.fit(blobs(), {.epochs = 0}); }).find("epochs = 0"), std::string::npos);
  EXPECT_NE(refusal([&] { model.fit(blobs(), {.callbacks = {ReduceLROnPlateau{.factor = 1.0}}}); }).find("factor = 1"),
            std::string::npos);
  EXPECT_NE(refusal([&] { model.compile({.optimizer = Adam{.beta_1 = 1.0}}); }).find("beta_1 = 1"), std::string::npos);
}
TEST(Refused, NoData) {
  Sequential model = network();
  EXPECT_NE(refusal([&] { model.fit(blobs().slice(0, 0)); }).find("no samples"), std::string::npos);
}

}  // namespace
}  // namespace telar
