// BackupAndRestore: a training that was cut off goes on with the same bits.
#include <fstream>
#include <gtest/gtest.h>

#include <telar/telar.hpp>

#include "support/temporary_folder.hpp"
#include "support/thrown.hpp"

namespace telar::test {
namespace {

/// Twelve samples of three classes; with batches of 2, six batches.
Dataset twelve() {
  std::vector<float> features;
  std::vector<std::int32_t> labels;
  for (int i = 0; i < 12; ++i) {
    for (int c = 0; c < 3; ++c) features.push_back(static_cast<float>((i * 7 + c * 5) % 11) / 11);
    labels.push_back(i % 3);
  }
  return from_arrays({3}, features, labels, 3);
}

Sequential with_dropout(std::uint64_t seed = 0, int units = 4, Optimizer optimizer = Adam{.use_ema = true}) {
  Sequential model{Input{3},
                   {Dense{.units = units, .activation = Activation::relu}, BatchNormalization{}, Dropout{.rate = 0.2},
                    Dense{.units = 3, .activation = Activation::softmax}},
                   seed};
  model.compile({.optimizer = std::move(optimizer), .loss = SparseCategoricalCrossentropy{}});
  return model;
}

/// Throws at batch `batch` (from 0) of epoch `epoch`, as a machine that is switched off.
struct PowerCut {
  int epoch = 0, batch = 0, now = 0;
  void on_epoch_begin(Training&, int e) { now = e; }
  void on_train_batch_end(Training&, int b, const Logs&) const {
    if (now == epoch && b == batch) throw std::runtime_error("power cut");
  }
};

class Backup : public testing::Test {
 protected:
  FitOptions options(int save_freq = 0, std::optional<PowerCut> cut = {}) {
    FitOptions o{.batch_size = 2, .epochs = 4};
    o.callbacks.emplace_back(BackupAndRestore{.backup_dir = (folder_ / "b").string(), .save_freq = save_freq});
    if (cut) o.callbacks.emplace_back(*cut);
    return o;
  }
  [[nodiscard]] bool exists() { return std::filesystem::exists(folder_ / "b" / "latest.npz"); }

  TemporaryFolder folder_;
};

TEST_F(Backup, GoesOnFromTheLastEpochWithTheSameBits) {
  Sequential whole = with_dropout(), cut = with_dropout(), restored = with_dropout();
  const History all = whole.fit(twelve(), {.batch_size = 2, .epochs = 4});
  EXPECT_THROW(cut.fit(twelve(), options(0, PowerCut{2, 3})), std::runtime_error);
  EXPECT_TRUE(exists());
  const History rest = restored.fit(twelve(), options());
  ASSERT_EQ(rest.epochs.size(), 2u);
  EXPECT_EQ(rest.epochs[0].get("loss"), all.epochs[2].get("loss"));
  EXPECT_EQ(restored.weights_sha256(), whole.weights_sha256());
  EXPECT_FALSE(std::filesystem::exists(folder_ / "b")) << "deleted at the end";
}

TEST_F(Backup, GoesOnFromTheMiddleOfAnEpoch) {
  Sequential whole = with_dropout(), cut = with_dropout(), restored = with_dropout();
  whole.fit(twelve(), {.batch_size = 2, .epochs = 4});
  EXPECT_THROW(cut.fit(twelve(), options(4, PowerCut{1, 5})), std::runtime_error);  // saved after 8 batches: 1, 1
  std::vector<std::string> seen;
  FitOptions again = options(4);
  again.callbacks.push_back(LambdaCallback{
      .on_epoch_begin = [&](Training&, int epoch) { seen.push_back(std::to_string(epoch) + ":"); },
      .on_train_batch_begin = [&](Training&, int batch) { seen.back() += " " + std::to_string(batch); }});
  restored.fit(twelve(), again);
  EXPECT_EQ(seen, (std::vector<std::string>{"1: 2 3 4 5", "2: 0 1 2 3 4 5", "3: 0 1 2 3 4 5"}));
  EXPECT_EQ(restored.weights_sha256(), whole.weights_sha256());
}

TEST_F(Backup, GoesOnWithinEpochsOfFewerSteps) {
  for (const int cut_at : {0, 1, 2, 3}) {
    Sequential whole = with_dropout(), cut = with_dropout(), restored = with_dropout();
    whole.fit(twelve(), {.batch_size = 2, .epochs = 4, .steps_per_epoch = 4});
    FitOptions first = options(1, PowerCut{2, cut_at}), again = options(1);
    first.steps_per_epoch = again.steps_per_epoch = 4;
    std::ostringstream out;
    first.output = again.output = &out;
    // The epochs are batches 0-3, 4-5, 0-3, 4-5 of two orders.
    EXPECT_THROW(cut.fit(twelve(), first), std::runtime_error);
    restored.fit(twelve(), again);
    EXPECT_EQ(restored.weights_sha256(), whole.weights_sha256()) << "cut at batch " << cut_at;
  }
}

TEST_F(Backup, HoldsTheRateThatAnotherCallbackHasSet) {
  const auto halve = [](FitOptions o) {
    o.callbacks.emplace_back(ReduceLROnPlateau{.monitor = "loss", .factor = 0.5, .patience = 1, .min_delta = 100});
    return o;
  };
  Sequential cut = with_dropout(), restored = with_dropout();
  EXPECT_THROW(cut.fit(twelve(), halve(options(0, PowerCut{2, 0}))), std::runtime_error);
  const History rest = restored.fit(twelve(), halve(options()));
  EXPECT_EQ(rest["learning_rate"].front(), 0.0005f) << "cut after the second epoch, behind the backup's place in line";
}

TEST_F(Backup, StaysAfterAnInterruptAndIfAskedTo) {
  Sequential model = with_dropout();
  FitOptions interrupted = options();
  interrupted.callbacks.push_back(
      LambdaCallback{.on_epoch_end = [](Training& t, int, Logs&) { t.stop(Ended::interrupted, "asked to"); }});
  model.fit(twelve(), interrupted);
  EXPECT_TRUE(exists());
  FitOptions kept = options();
  kept.callbacks = {BackupAndRestore{.backup_dir = (folder_ / "b").string(), .delete_checkpoint = false}};
  Sequential first = with_dropout(), second = with_dropout();
  EXPECT_EQ(first.fit(twelve(), kept).epochs.size(), 3u);
  EXPECT_TRUE(second.fit(twelve(), kept).epochs.empty()) << "nothing is left to train";
  EXPECT_EQ(second.get_weights("dense/kernel").front(), first.get_weights("dense/kernel").front());
}

TEST_F(Backup, LeavesTheFilesOfOthers) {
  std::filesystem::create_directories(folder_ / "b");
  put(folder_ / "b" / "notes.txt", "mine");
  with_dropout().fit(twelve(), options());
  EXPECT_FALSE(exists());
  EXPECT_TRUE(std::filesystem::exists(folder_ / "b" / "notes.txt"));
}

TEST_F(Backup, OfAnotherTrainingIsRefused) {
  Sequential cut = with_dropout();
  EXPECT_THROW(cut.fit(twelve(), options(0, PowerCut{1, 0})), std::runtime_error);
  const auto refusal = [&](Sequential other) {
    const Error error = thrown_by([&] { other.fit(twelve(), options()); });
    EXPECT_EQ(error.code(), ErrorCode::data);
    return error.message();
  };
  EXPECT_EQ(refusal(with_dropout(7)), "the backup has seed 0, but this training 7");
  EXPECT_EQ(refusal(with_dropout(0, 5)), "'weights/dense/kernel' has shape (3, 4), but this training's has (3, 5)");
  EXPECT_EQ(refusal(with_dropout(0, 4, RMSprop{.momentum = 0.9, .use_ema = true})),
            "the backup is that of another optimizer");
  EXPECT_EQ(refusal(with_dropout(0, 4, SGD{})), "the backup has 34 arrays, but this training's has 10");
  put(folder_ / "b" / "latest.npz", "no archive");
  EXPECT_NE(refusal(with_dropout()).find("archive"), std::string::npos);
}

TEST_F(Backup, NeedsAFolderThatCanBeMade) {
  put(folder_ / "b", "a file");
  EXPECT_EQ(thrown_by([&] { with_dropout().fit(twelve(), options()); }).code(), ErrorCode::resource);
  const Error empty = thrown_by([&] { with_dropout().fit(twelve(), {.callbacks = {BackupAndRestore{}}}); });
  EXPECT_EQ(empty.code(), ErrorCode::usage);
  EXPECT_EQ(empty.message(), "backup_dir is empty");
}

}  // namespace
}  // namespace telar::test
