#include "train/early_stopping.hpp"

#include <gtest/gtest.h>
#include <initializer_list>

#include "support/fake_training.hpp"

namespace telar {
namespace {

/// One epoch after the other until the callback stops; each epoch's weights are {its number}.
void run(EarlyStoppingState& state, FakeTraining& training, std::initializer_list<double> losses,
         const std::string& name = "val_loss") {
  state.on_train_begin(training);
  int epoch = 0;
  for (const double loss : losses) {
    training.current_weights = {static_cast<float>(epoch)};
    state.on_epoch_end(training, epoch++, logs_of({{name, loss}}));
    if (training.stopped) break;
  }
  state.on_train_end(training);
}

TEST(EarlyStopping, StopsAndSaysWhy) {
  FakeTraining training;
  EarlyStoppingState state(EarlyStopping{.patience = 2});
  run(state, training, {1, 0.5, 0.6, 0.7, 0.1});
  EXPECT_TRUE(training.stopped);
  EXPECT_EQ(training.ended, Ended::stopped_early);
  EXPECT_EQ(training.reason, "val_loss has not improved since epoch 2 (EarlyStopping, patience 2)");
  EXPECT_EQ(state.stopped_epoch(), 3);
  EXPECT_EQ(training.text(), "") << "verbose is 0";
}

TEST(EarlyStopping, KeepsTheLastWeightsUnlessToldToRestore) {
  FakeTraining training;
  EarlyStoppingState state(EarlyStopping{.patience = 2});
  run(state, training, {1, 0.5, 0.6, 0.7});
  EXPECT_EQ(training.current_weights, std::vector<float>{3});
}

TEST(EarlyStopping, RestoresTheWeightsOfTheBestEpoch) {
  FakeTraining training;
  EarlyStoppingState state(EarlyStopping{.patience = 2, .restore_best_weights = true});
  run(state, training, {1, 0.5, 0.6, 0.7});
  EXPECT_EQ(training.current_weights, std::vector<float>{1});
  EXPECT_EQ(state.best_epoch(), 1);
}

TEST(EarlyStopping, RestoresAlsoWhenAllEpochsRan) {
  FakeTraining training;
  EarlyStoppingState state(EarlyStopping{.patience = 5, .verbose = 1, .restore_best_weights = true});
  run(state, training, {1, 0.5, 0.6});
  EXPECT_FALSE(training.stopped);
  EXPECT_EQ(training.current_weights, std::vector<float>{1});
  EXPECT_EQ(training.text(), "Restoring model weights from the end of the best epoch: 2.\n");
}

TEST(EarlyStopping, NeverStopsInTheFirstEpoch) {
  FakeTraining training;
  EarlyStoppingState state(EarlyStopping{.patience = 0});
  state.on_train_begin(training);
  state.on_epoch_end(training, 0, logs_of({{"val_loss", 1}}));
  EXPECT_FALSE(training.stopped);
}

TEST(EarlyStopping, FollowsAccuracyUpwards) {
  FakeTraining training;
  EarlyStoppingState state(EarlyStopping{.monitor = "val_accuracy", .patience = 1});
  run(state, training, {0.5, 0.6, 0.7, 0.65}, "val_accuracy");
  EXPECT_EQ(state.stopped_epoch(), 3);
  EXPECT_EQ(state.best(), 0.7);
}

TEST(EarlyStopping, StartsAfreshWithEveryTraining) {
  FakeTraining first, second;
  EarlyStoppingState state(EarlyStopping{.patience = 1, .restore_best_weights = true});
  run(state, first, {0.1, 0.2});
  run(state, second, {5, 4, 3});
  EXPECT_FALSE(second.stopped);
  EXPECT_EQ(state.best(), 3);
  EXPECT_EQ(second.current_weights, std::vector<float>{2});
}

}  // namespace
}  // namespace telar
