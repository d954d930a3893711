#include "train/csv_logger.hpp"

#include <cmath>
#include <gtest/gtest.h>

#include "support/fake_training.hpp"
#include "support/temporary_folder.hpp"
#include "support/thrown.hpp"

namespace telar::test {
namespace {

/// Logs these epochs and gives what is in the file.
std::string log(const CSVLogger& settings, const std::vector<Logs>& epochs) {
  FakeTraining training;
  CSVLoggerState state(settings);
  state.on_train_begin(training);
  for (std::size_t i = 0; i < epochs.size(); ++i) state.on_epoch_end(training, static_cast<int>(i), epochs[i]);
  return get(settings.filename);
}

TEST(CSVLogger, WritesWhatPythonsCsvModuleWrites) {
  const TemporaryFolder folder;
  EXPECT_EQ(log({.filename = (folder / "log.csv").string()},
                {logs_of({{"val_loss", 0.1}, {"loss", 1}}), logs_of({{"loss", 1e-7}, {"val_loss", std::nan("")}})}),
            "epoch,loss,val_loss\r\n0,1.0,0.1\r\n1,1e-07,nan\r\n");
}

TEST(CSVLogger, KeepsTheColumnsOfTheFirstEpochWithRoomForValidation) {
  const TemporaryFolder folder;
  EXPECT_EQ(log({.filename = (folder / "log.csv").string(), .separator = ";"},
                {logs_of({{"loss", 0.5}}), logs_of({{"loss", 0.25}, {"val_loss", 0.5}, {"late", 1}})}),
            "epoch;loss;val_loss\r\n0;0.5;NA\r\n1;0.25;0.5\r\n");
}

TEST(CSVLogger, AppendsWithoutASecondHeadOrReplaces) {
  const TemporaryFolder folder;
  const std::string file = (folder / "log.csv").string();
  const std::vector<Logs> epochs{logs_of({{"loss", 0.5}, {"val_loss", 0.5}})};
  EXPECT_EQ(log({.filename = file, .append = true}, epochs), "epoch,loss,val_loss\r\n0,0.5,0.5\r\n");
  EXPECT_EQ(log({.filename = file, .append = true}, epochs), "epoch,loss,val_loss\r\n0,0.5,0.5\r\n0,0.5,0.5\r\n");
  EXPECT_EQ(log({.filename = file}, epochs), "epoch,loss,val_loss\r\n0,0.5,0.5\r\n");
}

TEST(CSVLogger, SaysWhichFileCannotBeWritten) {
  const Error error = thrown_by([] { log({.filename = "/nowhere/log.csv"}, {}); });
  EXPECT_EQ(error.code(), ErrorCode::resource);
  EXPECT_EQ(error.where(), "/nowhere/log.csv");
}

}  // namespace
}  // namespace telar::test
