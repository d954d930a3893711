#include "train/reduce_lr_on_plateau.hpp"

#include <gtest/gtest.h>
#include <vector>

#include "support/fake_training.hpp"

namespace telar {
namespace {

/// The rates that each epoch logs.
std::vector<double> rates(ReduceLROnPlateauState& state, FakeTraining& training, const std::vector<double>& losses) {
  std::vector<double> logged;
  state.on_train_begin(training);
  for (std::size_t epoch = 0; epoch < losses.size(); ++epoch) {
    Logs logs = logs_of({{"val_loss", losses[epoch]}});
    state.on_epoch_end(training, static_cast<int>(epoch), logs);
    logged.push_back(*logs.get("learning_rate"));
  }
  return logged;
}

TEST(ReduceLROnPlateau, LogsTheRateThatTheEpochUsedNotTheNextOne) {
  FakeTraining training(0.5);
  ReduceLROnPlateauState state(ReduceLROnPlateau{.factor = 0.5, .patience = 1});
  EXPECT_EQ(rates(state, training, {1, 1, 1}), (std::vector<double>{0.5, 0.5, 0.25}));
  EXPECT_EQ(training.learning_rate(), 0.125);
}

TEST(ReduceLROnPlateau, NeverGoesBelowItsFloorAndIsSilentThere) {
  FakeTraining training(0.5);
  ReduceLROnPlateauState state(ReduceLROnPlateau{.factor = 0.1, .patience = 1, .verbose = 1, .min_lr = 0.25});
  rates(state, training, {1, 1, 1, 1});
  EXPECT_EQ(training.learning_rate(), 0.25);
  EXPECT_EQ(training.text(), "\nEpoch 2: ReduceLROnPlateau reducing learning rate to 0.25.\n");
  EXPECT_EQ(state.wait(), 2) << "it goes on counting";
}

TEST(ReduceLROnPlateau, PrintsWholeRatesAsPythonDoes) {
  FakeTraining training(4);
  ReduceLROnPlateauState state(ReduceLROnPlateau{.factor = 0.5, .patience = 1, .verbose = 1});
  rates(state, training, {1, 1});
  EXPECT_EQ(training.text(), "\nEpoch 2: ReduceLROnPlateau reducing learning rate to 2.0.\n");
}

TEST(ReduceLROnPlateau, TreatsACooldownOfOneLikeNone) {
  for (const int cooldown : {0, 1}) {
    FakeTraining training(1);
    ReduceLROnPlateauState state(ReduceLROnPlateau{.factor = 0.5, .patience = 1, .cooldown = cooldown});
    EXPECT_EQ(rates(state, training, {1, 1, 1, 1}), (std::vector<double>{1, 1, 0.5, 0.25})) << "cooldown " << cooldown;
  }
}

TEST(ReduceLROnPlateau, RestsForACooldownMinusOneEpochs) {
  FakeTraining training(1);
  ReduceLROnPlateauState state(ReduceLROnPlateau{.factor = 0.5, .patience = 1, .cooldown = 3});
  EXPECT_EQ(rates(state, training, {1, 1, 1, 1, 1, 1}), (std::vector<double>{1, 1, 0.5, 0.5, 0.5, 0.25}));
}

TEST(ReduceLROnPlateau, LogsTheRateEvenIfTheMetricIsMissing) {
  FakeTraining training(0.5);
  ReduceLROnPlateauState state(ReduceLROnPlateau{});
  Logs logs = logs_of({{"loss", 1}});
  state.on_train_begin(training);
  state.on_epoch_end(training, 0, logs);
  EXPECT_EQ(logs.get("learning_rate"), 0.5);
  EXPECT_EQ(training.warnings(), std::vector<std::string>{"Learning rate reduction is conditioned on metric `val_loss` "
                                                          "which is not available. Available metrics are: "
                                                          "loss,learning_rate."});
}

}  // namespace
}  // namespace telar
