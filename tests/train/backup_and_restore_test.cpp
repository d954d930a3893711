// BackupAndRestore: a training that was cut off goes on with the same bits.
#include <algorithm>
#include <filesystem>
#include <gtest/gtest.h>
#include <sstream>

#include <telar/telar.hpp>

#include "support/event_reader.hpp"
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
  /// The checkpoints, oldest first.
  [[nodiscard]] std::vector<std::string> files() const {
    std::vector<std::string> names;
    std::error_code none;
    for (const auto& entry : std::filesystem::directory_iterator(folder_ / "b", none))
      names.push_back(entry.path().filename().string());
    std::ranges::sort(names);
    return names;
  }

  TemporaryFolder folder_;
};

TEST_F(Backup, GoesOnFromTheLastEpochWithTheSameBits) {
  Sequential whole = with_dropout(), cut = with_dropout(), restored = with_dropout();
  const History all = whole.fit(twelve(), {.batch_size = 2, .epochs = 4});
  EXPECT_THROW(cut.fit(twelve(), options(0, PowerCut{2, 3})), std::runtime_error);
  EXPECT_EQ(files(), (std::vector<std::string>{"00000000.checkpoint", "00000001.checkpoint"}));
  const History rest = restored.fit(twelve(), options());
  EXPECT_EQ(rest["loss"], all["loss"]);
  EXPECT_EQ(rest.epoch_seconds.size(), 4u);
  EXPECT_EQ(restored.weights_sha256(), whole.weights_sha256());
  EXPECT_FALSE(std::filesystem::exists(folder_ / "b")) << "deleted at the end";
}

TEST_F(Backup, GoesOnFromTheMiddleOfAnEpoch) {
  Sequential whole = with_dropout(), cut = with_dropout(), restored = with_dropout();
  const History all = whole.fit(twelve(), {.batch_size = 2, .epochs = 4});
  EXPECT_THROW(cut.fit(twelve(), options(4, PowerCut{1, 5})), std::runtime_error);  // saved after 8 batches: 1, 1
  std::vector<std::string> seen;
  FitOptions again = options(4);
  again.callbacks.push_back(LambdaCallback{
      .on_epoch_begin = [&](Training&, int epoch) { seen.push_back(std::to_string(epoch) + ":"); },
      .on_train_batch_begin = [&](Training&, int batch) { seen.back() += " " + std::to_string(batch); }});
  const History rest = restored.fit(twelve(), again);
  EXPECT_EQ(seen, (std::vector<std::string>{"1: 2 3 4 5", "2: 0 1 2 3 4 5", "3: 0 1 2 3 4 5"}));
  EXPECT_EQ(rest["loss"], all["loss"]) << "the mean over the epoch's batches before and after";
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

TEST_F(Backup, RemembersTheValidationsWithinAnEpoch) {
  const auto validated = [](FitOptions o) {
    o.validation_data = twelve();
    o.validation_freq_steps = 4;
    return o;
  };
  for (const int cut_at : {2, 3, 4}) {  // batches 3, 7, 11 … are followed by one
    Sequential whole = with_dropout(), cut = with_dropout(), restored = with_dropout();
    const History all = whole.fit(twelve(), validated({.batch_size = 2, .epochs = 4}));
    EXPECT_THROW(cut.fit(twelve(), validated(options(1, PowerCut{0, cut_at}))), std::runtime_error);
    const History rest = restored.fit(twelve(), validated(options(1)));
    ASSERT_EQ(rest.validations.size(), all.validations.size()) << "cut at batch " << cut_at;
    for (std::size_t i = 0; i < all.validations.size(); ++i) {
      EXPECT_EQ(rest.validations[i].step, all.validations[i].step);
      EXPECT_EQ(rest.validations[i].logs.entries(), all.validations[i].logs.entries());
    }
    EXPECT_EQ(rest["val_loss"], all["val_loss"]);
  }
}

TEST_F(Backup, HoldsTheRateThatAnotherCallbackHasSet) {
  const auto halve = [](FitOptions o) {
    o.callbacks.emplace_back(ReduceLROnPlateau{.monitor = "loss", .factor = 0.5, .patience = 1, .min_delta = 100});
    return o;
  };
  Sequential cut = with_dropout(), restored = with_dropout();
  EXPECT_THROW(cut.fit(twelve(), halve(options(0, PowerCut{2, 0}))), std::runtime_error);
  Sequential whole = with_dropout();
  const History all = whole.fit(twelve(), halve({.batch_size = 2, .epochs = 4}));
  const History rest = restored.fit(twelve(), halve(options()));
  EXPECT_EQ(rest["learning_rate"][2], 0.0005f) << "cut after the second epoch, behind the backup's place in line";
  EXPECT_EQ(rest["learning_rate"], all["learning_rate"]);
}

TEST_F(Backup, StaysAfterAnInterruptAndIfAskedTo) {
  Sequential model = with_dropout();
  FitOptions interrupted = options();
  interrupted.callbacks.push_back(
      LambdaCallback{.on_epoch_end = [](Training& t, int, Logs&) { t.stop(Ended::interrupted, "asked to"); }});
  model.fit(twelve(), interrupted);
  EXPECT_FALSE(files().empty());
  FitOptions kept = options();
  kept.callbacks = {BackupAndRestore{.backup_dir = (folder_ / "b").string(), .delete_checkpoint = false}};
  Sequential first = with_dropout(), second = with_dropout();
  EXPECT_EQ(first.fit(twelve(), kept).epochs.size(), 4u) << "goes on after the interrupt, with its first epoch";
  const History nothing_left = second.fit(twelve(), kept);
  EXPECT_EQ(nothing_left.epochs.size(), 4u);
  EXPECT_EQ(second.get_weights("dense/kernel").front(), first.get_weights("dense/kernel").front());
}

TEST_F(Backup, LeavesTheFilesOfOthers) {
  std::filesystem::create_directories(folder_ / "b");
  put(folder_ / "b" / "notes.txt", "mine");
  with_dropout().fit(twelve(), options());
  EXPECT_EQ(files(), std::vector<std::string>{"notes.txt"});
}

TEST_F(Backup, OfAnotherTrainingIsRefused) {
  Sequential cut = with_dropout();
  EXPECT_THROW(cut.fit(twelve(), options(0, PowerCut{1, 0})), std::runtime_error);
  const auto refusal = [&](Sequential other) {
    const Error error = thrown_by([&] { other.fit(twelve(), options()); });
    EXPECT_EQ(error.code(), ErrorCode::data);
    return error.message();
  };
  EXPECT_EQ(refusal(with_dropout(7)), "the checkpoint has seed 0, but this training 7");
  EXPECT_EQ(refusal(with_dropout(0, 5)),
            "the checkpoint has dense/kernel (3, 4), but this training dense/kernel (3, 5)");
  EXPECT_EQ(refusal(with_dropout(0, 4, RMSprop{.momentum = 0.9, .use_ema = true})),
            "the checkpoint is that of another optimizer");
  EXPECT_EQ(refusal(with_dropout(0, 4, SGD{})), "the checkpoint is that of another optimizer");
  Sequential measured = with_dropout();
  measured.compile(
      {.optimizer = Adam{.use_ema = true}, .loss = SparseCategoricalCrossentropy{}, .metrics = {Accuracy{}}});
  EXPECT_EQ(refusal(measured), "the checkpoint has other metrics");
  FitOptions larger = options();
  larger.batch_size = 3;
  EXPECT_EQ(thrown_by([&] { with_dropout().fit(twelve(), larger); }).message(),
            "the checkpoint has batch_size 2, but this training 3");
  EXPECT_EQ(thrown_by([&] { with_dropout().fit(twelve().slice(0, 10), options()); }).message(),
            "the checkpoint has samples 12, but this training 10");
}

TEST_F(Backup, OfWhichTheNewestIsDamagedIsTakenFromTheOneBefore) {
  Sequential whole = with_dropout(), cut = with_dropout(), restored = with_dropout();
  whole.fit(twelve(), {.batch_size = 2, .epochs = 4});
  EXPECT_THROW(cut.fit(twelve(), options(0, PowerCut{2, 3})), std::runtime_error);
  const std::filesystem::path newest = folder_ / "b" / "00000001.checkpoint";
  std::string bytes = get(newest);
  bytes[bytes.size() / 2] ^= 1;
  put(newest, bytes);
  std::ostringstream out;
  FitOptions again = options();
  again.output = &out;
  restored.fit(twelve(), again);
  EXPECT_NE(out.str().find("going on from 00000000.checkpoint"), std::string::npos) << out.str();
  EXPECT_EQ(restored.weights_sha256(), whole.weights_sha256());
}

TEST_F(Backup, OfWhichNoneIsWholeIsRefused) {
  std::filesystem::create_directories(folder_ / "b");
  put(folder_ / "b" / "00000007.checkpoint", "no checkpoint");
  const Error error = thrown_by([&] { with_dropout().fit(twelve(), options()); });
  EXPECT_EQ(error.code(), ErrorCode::data);
  EXPECT_NE(error.message().find("00000007.checkpoint: it is no checkpoint"), std::string::npos) << error.message();
  EXPECT_EQ(files().size(), 1u) << "not deleted";
}

TEST_F(Backup, RestoresWhatOtherCallbacksHaveCounted) {
  // Stops after the best epoch by a patience that began before the cut, and restores weights from before the cut.
  const auto watched = [](FitOptions o) {
    o.epochs = 20;
    o.validation_data = twelve();
    o.callbacks.emplace_back(
        EarlyStopping{.monitor = "val_loss", .min_delta = 0.5, .patience = 4, .restore_best_weights = true});
    o.callbacks.emplace_back(
        ReduceLROnPlateau{.monitor = "loss", .factor = 0.5, .patience = 2, .min_delta = 1, .cooldown = 1});
    return o;
  };
  Sequential whole = with_dropout();
  const History all = whole.fit(twelve(), watched({.batch_size = 2}));
  ASSERT_EQ(all.ended, Ended::stopped_early);
  ASSERT_LT(all.epochs.size(), 7u);
  for (const int epoch : {1, 2, 3, 4})
    for (const int save_freq : {0, 1, 5}) {
      Sequential cut = with_dropout(), restored = with_dropout();
      EXPECT_THROW(cut.fit(twelve(), watched(options(save_freq, PowerCut{epoch, 3}))), std::runtime_error);
      const History rest = restored.fit(twelve(), watched(options(save_freq)));
      EXPECT_EQ(rest.reason, all.reason);
      EXPECT_EQ(rest["learning_rate"], all["learning_rate"]);
      EXPECT_EQ(rest["val_loss"], all["val_loss"]);
      EXPECT_EQ(restored.weights_sha256(), whole.weights_sha256()) << epoch << " " << save_freq;
    }
}

TEST_F(Backup, AfterTheEpochThatStoppedItTrainsNoMore) {
  const auto stopping = [](FitOptions o) {
    o.callbacks.emplace_back(EarlyStopping{.monitor = "loss", .min_delta = 100, .patience = 1});
    return o;
  };
  FitOptions kept = stopping(options());
  kept.callbacks.front() = BackupAndRestore{.backup_dir = (folder_ / "b").string(), .delete_checkpoint = false};
  Sequential first = with_dropout(), second = with_dropout();
  const History all = first.fit(twelve(), kept), again = second.fit(twelve(), kept);
  EXPECT_EQ(all.epochs.size(), 2u);
  EXPECT_EQ(again.epochs.size(), 2u);
  EXPECT_EQ(again.ended, Ended::stopped_early);
  EXPECT_EQ(again.reason, all.reason);
  EXPECT_EQ(second.weights_sha256(), first.weights_sha256());
}

TEST_F(Backup, AtTheLastBatchOfAnEpochStillValidatesIt) {
  const auto validating = [](FitOptions o) {
    o.validation_data = twelve();
    return o;
  };
  Sequential whole = with_dropout(), cut = with_dropout(), restored = with_dropout();
  const History all = whole.fit(twelve(), validating({.batch_size = 2, .epochs = 4}));
  FitOptions dies = validating(options(6));
  dies.callbacks.push_back(LambdaCallback{.on_test_begin = [](Training& t) {
    if (t.history().epochs.size() == 1) throw std::runtime_error("power cut");
  }});
  EXPECT_THROW(cut.fit(twelve(), dies), std::runtime_error);
  const History rest = restored.fit(twelve(), validating(options(6)));
  EXPECT_EQ(rest["val_loss"], all["val_loss"]);
  EXPECT_EQ(restored.weights_sha256(), whole.weights_sha256());
}

/// A user's callback that asks to be remembered.
struct Counter {
  int* seen;
  int batches = 0;
  void on_train_batch_end(Training&, int, const Logs&) { *seen = ++batches; }
  void snapshot(Training&, Snapshot& s) { s.value(batches); }
};

TEST_F(Backup, RemembersAUsersCallbackThatHasASnapshot) {
  int seen = 0;
  const auto counting = [&](FitOptions o) {
    o.callbacks.emplace_back(Counter{&seen});
    return o;
  };
  EXPECT_THROW(with_dropout().fit(twelve(), counting(options(1, PowerCut{2, 3}))), std::runtime_error);
  with_dropout().fit(twelve(), counting(options(1)));
  EXPECT_EQ(seen, 4 * 6);
}

TEST_F(Backup, AppendsToALogWhereTheCheckpointWasNotWhereTheCrashWas) {
  const std::string log = (folder_ / "log.csv").string();
  const auto logging = [&](FitOptions o) {
    o.callbacks.emplace_back(CSVLogger{.filename = log});
    return o;
  };
  Sequential whole = with_dropout();
  whole.fit(twelve(), logging({.batch_size = 2, .epochs = 4}));
  const std::string all = get(log);
  EXPECT_THROW(with_dropout().fit(twelve(), logging(options(7, PowerCut{3, 1}))), std::runtime_error);
  with_dropout().fit(twelve(), logging(options(7)));
  EXPECT_EQ(get(log), all);
}

TEST_F(Backup, TellsTensorBoardTheEpochsBeforeTheCrashAgain) {
  const auto logging = [&](FitOptions o) {
    o.callbacks.emplace_back(TensorBoard{.log_dir = (folder_ / "logs").string()});
    return o;
  };
  const auto last = [&] {
    const std::filesystem::path train = folder_ / "logs" / "train";
    return event_lines(train / event_files(train).back());
  };
  Sequential whole = with_dropout();
  whole.fit(twelve(), logging({.batch_size = 2, .epochs = 4}));
  const std::vector<std::string> all = last();
  EXPECT_EQ(all.size(), 2u + 4 * 2);
  EXPECT_THROW(with_dropout().fit(twelve(), logging(options(7, PowerCut{3, 1}))), std::runtime_error);
  EXPECT_LT(last().size(), all.size());
  with_dropout().fit(twelve(), logging(options(7)));
  EXPECT_EQ(last(), all);
}

TEST_F(Backup, GoesOnWithAnotherNumberOfThreadsAndWithAccumulatedGradients) {
  const auto optimizer = [] { return Adam{.use_ema = true, .gradient_accumulation_steps = 3}; };
  Sequential whole = with_dropout(0, 64, optimizer()), cut = with_dropout(0, 64, optimizer()),
             restored = with_dropout(0, 64, optimizer());
  whole.fit(twelve(), {.batch_size = 2, .epochs = 4, .threads = 1});
  FitOptions first = options(1, PowerCut{1, 3}), second = options(1);
  first.threads = 2;
  second.threads = 3;
  EXPECT_THROW(cut.fit(twelve(), first), std::runtime_error);
  restored.fit(twelve(), second);
  EXPECT_EQ(restored.weights_sha256(), whole.weights_sha256());
}

TEST_F(Backup, BySecondsIsSavedAfterTheFirstBatchBehindThem) {
  FitOptions timed = options();
  timed.callbacks.front() = BackupAndRestore{.backup_dir = (folder_ / "b").string(), .save_seconds = 1e-9};
  timed.callbacks.emplace_back(PowerCut{0, 1});
  EXPECT_THROW(with_dropout().fit(twelve(), timed), std::runtime_error);
  EXPECT_EQ(files().front(), "00000000.checkpoint");
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
