// TensorBoard: what Keras's callback logs, where, and what a board makes of several files.
#include "train/tensor_board.hpp"

#include <filesystem>
#include <gtest/gtest.h>
#include <regex>
#include <string>
#include <vector>

#include <telar/error.hpp>

#include "support/event_reader.hpp"
#include "support/fake_training.hpp"
#include "support/temporary_folder.hpp"
#include "support/thrown.hpp"

namespace telar::test {
namespace {

using Lines = std::vector<std::string>;

class Board : public testing::Test {
 protected:
  [[nodiscard]] TensorBoardState state() const { return TensorBoardState({.log_dir = (folder_ / "logs").string()}); }
  void epoch(TensorBoardState& board, int number, double loss) {
    training_.steps += 10;
    board.on_epoch_begin(number);
    board.on_test_end(training_, logs_of({{"loss", loss + 1}}));
    board.on_epoch_end(training_, number, logs_of({{"loss", loss}, {"val_loss", loss + 1}}));
  }
  /// Of file number `file`.
  [[nodiscard]] Lines lines(const std::string& set, std::size_t file = 0) const {
    const Lines names = event_files(folder_ / "logs" / set);
    if (file < names.size()) return event_lines(folder_ / "logs" / set / names[file]);
    ADD_FAILURE() << "no file " << file << " in " << set;
    return {};
  }

  TemporaryFolder folder_;
  FakeTraining training_{0.5};
};

TEST_F(Board, LogsWhatKerasLogs) {
  TensorBoardState board = state();
  board.on_train_begin();
  epoch(board, 0, 2);
  epoch(board, 1, 1);
  board.on_train_end();
  EXPECT_EQ(lines("train"), (Lines{"version", "start 0", "epoch_loss 0 = 2", "epoch_learning_rate 0 = 0.5",
                                   "epoch_loss 1 = 1", "epoch_learning_rate 1 = 0.5"}));
  EXPECT_EQ(lines("validation"),
            (Lines{"version", "start 0", "evaluation_loss_vs_iterations 10 = 3", "epoch_loss 0 = 3",
                   "evaluation_loss_vs_iterations 20 = 2", "epoch_loss 1 = 2"}));
  for (const char* set : {"train", "validation"}) {
    const Lines names = event_files(folder_ / "logs" / set);
    ASSERT_EQ(names.size(), 1u);
    EXPECT_TRUE(std::regex_match(names[0], std::regex(R"(events\.out\.tfevents\.\d{10}\..+\.\d+\.0\.v2)"))) << names[0];
  }
}

TEST_F(Board, LogsTheRateInUseInPlaceOfALoggedOne) {
  TensorBoardState board = state();
  board.on_train_begin();
  board.on_epoch_begin(0);
  board.on_epoch_end(training_, 0, logs_of({{"learning_rate", 0.25}, {"loss", 2}}));
  EXPECT_EQ(lines("train"), (Lines{"version", "start 0", "epoch_loss 0 = 2", "epoch_learning_rate 0 = 0.5"}));
}

TEST_F(Board, HasEveryEpochOnTheDiskAsItEnds) {
  TensorBoardState board = state();
  board.on_train_begin();
  EXPECT_EQ(lines("train"), Lines{"version"});
  epoch(board, 0, 2);
  EXPECT_EQ(lines("train").size(), 4u);
  EXPECT_EQ(lines("validation").size(), 4u);
}

TEST_F(Board, MakesNoFolderForAValidationThatIsNone) {
  TensorBoardState board = state();
  board.on_train_begin();
  board.on_epoch_begin(0);
  board.on_epoch_end(training_, 0, logs_of({{"loss", 2}}));
  board.on_train_end();
  EXPECT_FALSE(std::filesystem::exists(folder_ / "logs" / "validation"));
}

TEST_F(Board, TellsAllEpochsAnewWhenATrainingGoesOn) {
  TensorBoardState cut = state();
  cut.on_train_begin();
  epoch(cut, 0, 3);
  Snapshot taken;
  cut.snapshot(taken);
  epoch(cut, 1, 2);

  TensorBoardState restored = state();
  restored.on_train_begin();
  Snapshot stored(taken.bytes());
  restored.snapshot(stored);
  EXPECT_EQ(stored.left(), 0u);
  // A checkpoint before anything is written has it all, too.
  Snapshot again;
  restored.snapshot(again);
  EXPECT_EQ(again.bytes(), taken.bytes());
  epoch(restored, 1, 2);
  restored.on_train_end();
  EXPECT_EQ(lines("train", 1), (Lines{"version", "start 0", "epoch_loss 0 = 3", "epoch_learning_rate 0 = 0.5",
                                      "epoch_loss 1 = 2", "epoch_learning_rate 1 = 0.5"}));
  EXPECT_EQ(lines("validation", 1).size(), 6u);
  EXPECT_EQ(lines("validation", 1)[1], "start 0");
}

TEST_F(Board, TellsWhatWasToldEvenIfNoEpochIsLeft) {
  TensorBoardState cut = state();
  cut.on_train_begin();
  epoch(cut, 0, 3);
  Snapshot taken;
  cut.snapshot(taken);
  std::filesystem::remove_all(folder_ / "logs");

  TensorBoardState restored = state();
  restored.on_train_begin();
  Snapshot stored(taken.bytes());
  restored.snapshot(stored);
  restored.on_train_end();
  EXPECT_EQ(lines("train"), (Lines{"version", "start 0", "epoch_loss 0 = 3", "epoch_learning_rate 0 = 0.5"}));
}

TEST_F(Board, ReplacesAnEarlierTrainingButContinuesOne) {
  TensorBoardState first = state(), second = state(), third = state();
  first.on_train_begin();
  epoch(first, 0, 3);
  first.on_train_end();
  second.on_train_begin();
  epoch(second, 0, 2);
  second.on_train_end();
  third.on_train_begin();
  epoch(third, 1, 1);
  third.on_train_end();
  EXPECT_EQ(lines("train", 1), (Lines{"version", "start 0", "epoch_loss 0 = 2", "epoch_learning_rate 0 = 0.5"}));
  EXPECT_EQ(lines("train", 2), (Lines{"version", "epoch_loss 1 = 1", "epoch_learning_rate 1 = 0.5"}));
}

TEST_F(Board, NamesItsFilesBehindAllThatAreThere) {
  std::filesystem::create_directories(folder_ / "logs" / "train");
  put(folder_ / "logs" / "train" / "events.out.tfevents.8000000000.host", "");
  put(folder_ / "logs" / "train" / "events.out.tfevents.99999999999999999999.host", "");
  TensorBoardState board = state();
  board.on_train_begin();
  EXPECT_TRUE(event_files(folder_ / "logs" / "train")[1].starts_with("events.out.tfevents.8000000001."));
}

TEST_F(Board, SaysWhichFolderCannotBeMade) {
  put(folder_ / "logs", "a file");
  const Error error = thrown_by([&] { state().on_train_begin(); });
  EXPECT_EQ(error.code(), ErrorCode::resource);
  EXPECT_EQ(error.where(), (folder_ / "logs" / "train").string());
  EXPECT_EQ(error.message(), "cannot make the folder: Not a directory");
}

}  // namespace
}  // namespace telar::test
