// History::training: the training data once more, in inference mode, when the training has ended.
#include <cmath>
#include <gtest/gtest.h>

#include <telar/telar.hpp>

namespace telar::test {
namespace {

Dataset thirty() {
  std::vector<float> features;
  std::vector<std::int32_t> labels;
  for (int i = 0; i < 30; ++i) {
    for (int c = 0; c < 3; ++c) features.push_back(static_cast<float>((i * 7 + c * 5) % 11) / 11);
    labels.push_back(i % 3);
  }
  return from_arrays({3}, features, labels, 3);
}

Sequential noisy() {
  Sequential model{Input{3},
                   {Dense{.units = 8, .activation = Activation::relu}, Dropout{.rate = 0.5},
                    Dense{.units = 3, .activation = Activation::softmax}}};
  model.compile({.loss = SparseCategoricalCrossentropy{}, .metrics = {Accuracy{}}});
  return model;
}

TEST(TrainingScore, IsThatOfTheFinalWeightsWithoutDropout) {
  Sequential model = noisy();
  const History history = model.fit(thirty(), {.batch_size = 7, .epochs = 3});
  ASSERT_TRUE(history.training);
  const Score score = model.evaluate(thirty());
  EXPECT_EQ(history.training->loss.value, score.loss.value);
  EXPECT_EQ((*history.training)["accuracy"].low, score["accuracy"].low);
  EXPECT_EQ(history.training->samples, 30);
  EXPECT_NE(history.training->loss.value, history["loss"].back());
}

TEST(TrainingScore, ChangesNoWeightAndCanBeLeftOut) {
  Sequential with = noisy(), without = noisy();
  with.fit(thirty(), {.epochs = 2});
  with.fit(thirty(), {.epochs = 1});
  EXPECT_FALSE(without.fit(thirty(), {.epochs = 2, .training_score = false}).training);
  without.fit(thirty(), {.epochs = 1, .training_score = false});
  EXPECT_EQ(with.weights_sha256(), without.weights_sha256());
}

TEST(TrainingScore, IsOfWhatWasTrainedOn) {
  Sequential model = noisy();
  const History history = model.fit(thirty(), {.validation_split = 0.2});
  EXPECT_EQ(history.training->samples, 24);
  EXPECT_EQ(history.training->loss.value, model.evaluate(thirty().slice(0, 24)).loss.value);
}

TEST(TrainingScore, ComesAfterBestWeightsAreRestoredAndUsesTheirWeights) {
  Sequential model = noisy();
  const std::map<int, double> twice{{1, 2.0}};
  const History history = model.fit(
      thirty(),
      {.epochs = 5,
       .class_weight = twice,
       .callbacks = {EarlyStopping{.monitor = "loss", .min_delta = 100, .patience = 1, .restore_best_weights = true}}});
  EXPECT_EQ(history.ended, Ended::stopped_early);
  std::vector<float> weights;
  for (int i = 0; i < 30; ++i) weights.push_back(i % 3 == 1 ? 2.0f : 1.0f);
  EXPECT_EQ(history.training->loss.value, model.evaluate(thirty(), {.sample_weight = weights}).loss.value);
}

TEST(TrainingScore, IsAbsentWhereTheTrainingBrokeOff) {
  const LambdaCallback interrupt{.on_epoch_end = [](Training& t, int, Logs&) { t.stop(Ended::interrupted, ""); }};
  EXPECT_FALSE(noisy().fit(thirty(), {.callbacks = {interrupt}}).training);
  Sequential diverging = noisy();
  diverging.set_weights("dense/kernel", std::vector<float>(24, std::nanf("")));
  EXPECT_FALSE(diverging.fit(thirty()).training);
}

}  // namespace
}  // namespace telar::test
