#include "train/model_checkpoint.hpp"

#include <gtest/gtest.h>

#include "support/fake_training.hpp"
#include "support/thrown.hpp"

namespace telar::test {
namespace {

using Files = std::vector<std::string>;

/// The files that a training with these losses, an epoch each, leaves; its text is `training`'s.
Files files(FakeTraining& training, const ModelCheckpoint& settings, const std::vector<double>& losses) {
  ModelCheckpointState state(settings);
  state.on_train_begin(training);
  for (std::size_t i = 0; i < losses.size(); ++i) {
    const int epoch = static_cast<int>(i);
    state.on_epoch_begin(training, epoch);
    for (const int batch : {0, 1, 2}) state.on_train_batch_end(training, batch, logs_of({{"loss", losses[i]}}));
    state.on_epoch_end(training, epoch, logs_of({{"loss", losses[i]}, {"val_loss", losses[i]}}));
  }
  return training.saved;
}

TEST(ModelCheckpoint, SavesEveryEpochUnderItsNameFromOne) {
  FakeTraining training;
  EXPECT_EQ(files(training, {.filepath = "{epoch:02d}-{val_loss:.2f}.npz", .verbose = 1}, {0.5, 0.25}),
            (Files{"01-0.50.npz", "02-0.25.npz"}));
  EXPECT_EQ(training.text(),
            "\nEpoch 1: saving model to 01-0.50.npz\n\nEpoch 1: finished saving model to 01-0.50.npz\n"
            "\nEpoch 2: saving model to 02-0.25.npz\n\nEpoch 2: finished saving model to 02-0.25.npz\n");
}

TEST(ModelCheckpoint, SavesTheBestOnlyAndSaysSoAsKerasDoes) {
  FakeTraining training;
  EXPECT_EQ(files(training, {.filepath = "b.npz", .verbose = 1, .save_best_only = true}, {0.5, 0.75, 0.25}),
            (Files{"b.npz", "b.npz"}));
  EXPECT_EQ(training.text(),
            "\nEpoch 1: val_loss improved from None to 0.50000, saving model to b.npz\n"
            "\nEpoch 1: finished saving model to b.npz\n"
            "\nEpoch 2: val_loss did not improve from 0.50000\n"
            "\nEpoch 3: val_loss improved from 0.50000 to 0.25000, saving model to b.npz\n"
            "\nEpoch 3: finished saving model to b.npz\n");
}

TEST(ModelCheckpoint, StartsFromTheThresholdAndFollowsTheMode) {
  FakeTraining training;
  const ModelCheckpoint settings{.filepath = "{epoch}.npz", .save_best_only = true, .initial_value_threshold = 0.3};
  EXPECT_EQ(files(training, settings, {0.5, 0.25, 0.4}), Files{"2.npz"});
  FakeTraining upwards;
  EXPECT_EQ(files(upwards, {.filepath = "{epoch}.npz", .save_best_only = true, .mode = Mode::max}, {0.5, 0.25, 0.75}),
            (Files{"1.npz", "3.npz"}));
}

TEST(ModelCheckpoint, CountsBatchesAcrossEpochs) {
  FakeTraining training;  // two epochs of three batches
  EXPECT_EQ(files(training, {.filepath = "{epoch}-{batch}.npz", .save_freq = 2}, {0.5, 0.25}),
            (Files{"1-2.npz", "2-1.npz", "2-3.npz"}));
}

TEST(ModelCheckpoint, SavesAndWarnsWhereTheQuantityIsNotLogged) {
  FakeTraining training;
  EXPECT_EQ(files(training, {.filepath = "b.npz", .monitor = "val_acc", .save_best_only = true}, {0.5, 0.25}),
            (Files{"b.npz", "b.npz"}));
  EXPECT_EQ(training.warnings(), std::vector<std::string>{"Can save best model only with val_acc available."});
}

TEST(ModelCheckpoint, RefusesANameWithAQuantityThatIsNotLogged) {
  FakeTraining training;
  const Error error = thrown_by([&] { files(training, {.filepath = "{mae:.2f}.npz"}, {0.5}); });
  EXPECT_EQ(error.code(), ErrorCode::usage);
  EXPECT_NE(std::string(error.what()).find("{mae}"), std::string::npos) << error.what();
}

}  // namespace
}  // namespace telar::test
