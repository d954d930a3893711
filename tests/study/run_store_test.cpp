#include "study/run_store.hpp"

#include <fstream>
#include <gtest/gtest.h>
#include <sstream>
#include <unistd.h>

#include <telar/error.hpp>

namespace telar {
namespace {

namespace fs = std::filesystem;

class RunStore : public testing::Test {
 protected:
  void SetUp() override {
    const auto* test = testing::UnitTest::GetInstance()->current_test_info();
    folder_ = fs::temp_directory_path() / ("telar-run-store-" + std::to_string(getpid()) + "-" + test->name());
    fs::remove_all(folder_);
    fs::create_directories(folder_);
  }
  void TearDown() override { fs::remove_all(folder_); }

  static std::string text_of(const fs::path& file) {
    std::ostringstream text;
    text << std::ifstream(file).rdbuf();
    return text.str();
  }
  static Logs logs_of(double loss) {
    Logs logs;
    logs.set("loss", loss);
    return logs;
  }
  static ErrorCode code_of(const std::function<void()>& f) {
    try {
      f();
    } catch (const Error& error) {
      return error.code();
    }
    ADD_FAILURE() << "no Error";
    return ErrorCode::failure;
  }

  fs::path folder_;
};

// 2026-01-02T03:04:05Z.
const auto kMoment = std::chrono::system_clock::from_time_t(1767323045);

TEST_F(RunStore, NamesAFolderByTimeRecipeAndSeed) {
  RunFolder run = RunFolder::in(folder_ / "runs", "baseline", 7, kMoment);
  EXPECT_EQ(run.path(), folder_ / "runs" / "2026-01-02T03-04-05Z-baseline-s7");
  EXPECT_TRUE(fs::is_directory(run.path()));
}

TEST_F(RunStore, CountsUpWhereTheNameIsTaken) {
  RunFolder first = RunFolder::in(folder_, "baseline", 7, kMoment);
  RunFolder second = RunFolder::in(folder_, "baseline", 7, kMoment);
  RunFolder third = RunFolder::in(folder_, "baseline", 7, kMoment);
  EXPECT_EQ(second.path().filename(), "2026-01-02T03-04-05Z-baseline-s7-2");
  EXPECT_EQ(third.path().filename(), "2026-01-02T03-04-05Z-baseline-s7-3");
}

TEST_F(RunStore, TakesAMissingOrEmptyFolderAndRefusesOneThatIsNotEmpty) {
  EXPECT_NO_THROW(static_cast<void>(RunFolder::at(folder_ / "a" / "b")));
  EXPECT_NO_THROW(static_cast<void>(RunFolder::at(folder_)));
  std::ofstream(folder_ / "something") << "mine";
  EXPECT_EQ(code_of([&] { static_cast<void>(RunFolder::at(folder_)); }), ErrorCode::usage);
  EXPECT_EQ(text_of(folder_ / "something"), "mine");
}

TEST_F(RunStore, RefusesAPlaceWhereNoFolderCanBe) {
  std::ofstream(folder_ / "file") << "mine";
  EXPECT_EQ(code_of([&] { static_cast<void>(RunFolder::at(folder_ / "file")); }), ErrorCode::resource);
  EXPECT_EQ(code_of([&] { static_cast<void>(RunFolder::at(folder_ / "file" / "run")); }), ErrorCode::resource);
  EXPECT_EQ(code_of([&] { static_cast<void>(RunFolder::in(folder_ / "file", "r", 0)); }), ErrorCode::resource);
  EXPECT_EQ(text_of(folder_ / "file"), "mine");
}

TEST_F(RunStore, TakesAFolderAwayInWhichNothingHappened) {
  {
    RunFolder run = RunFolder::at(folder_ / "a" / "b");
    run.write_environment(Json{{"schema", "telar.environment/1"}});
    EXPECT_TRUE(fs::exists(run.path() / "environment.json"));
  }
  EXPECT_FALSE(fs::exists(folder_ / "a"));
  EXPECT_TRUE(fs::exists(folder_));
}

TEST_F(RunStore, LeavesAFolderThatWasThereBeforeAndWhatOthersPutIntoIt) {
  { RunFolder run = RunFolder::at(folder_); }
  EXPECT_TRUE(fs::exists(folder_));
  {
    RunFolder run = RunFolder::at(folder_ / "new");
    std::ofstream(run.path() / "notes.txt") << "mine";
  }
  EXPECT_EQ(text_of(folder_ / "new" / "notes.txt"), "mine");
}

TEST_F(RunStore, AppendsEveryEpochAtOnceAndKeepsTheFolderFromThenOn) {
  {
    RunFolder run = RunFolder::at(folder_ / "run");
    run.append_epoch(0, logs_of(0.5));
    EXPECT_EQ(text_of(folder_ / "run" / "history.jsonl"), "{\"epoch\":1,\"loss\":0.5}\n");
    run.append_epoch(1, logs_of(0.25));
    EXPECT_EQ(text_of(folder_ / "run" / "history.jsonl"), "{\"epoch\":1,\"loss\":0.5}\n{\"epoch\":2,\"loss\":0.25}\n");
  }
  EXPECT_TRUE(fs::exists(folder_ / "run" / "history.jsonl"));
}

TEST_F(RunStore, KeepsAFolderThatHasACheckpoint) {
  {
    RunFolder run = RunFolder::at(folder_ / "run");
    fs::create_directories(run.checkpoints());
    std::ofstream(run.checkpoints() / "00000000.checkpoint") << "some";
  }
  EXPECT_TRUE(fs::exists(folder_ / "run" / "checkpoints" / "00000000.checkpoint"));
}

TEST_F(RunStore, OpensAgainWhatWasCutOffWithTheEpochsThatEndedBefore) {
  {
    RunFolder run = RunFolder::at(folder_ / "run");
    std::ofstream(run.path() / "recipe.toml") << "a recipe";
    for (int epoch = 0; epoch < 3; ++epoch) run.append_epoch(epoch, logs_of(epoch));
  }
  std::ofstream(folder_ / "run" / "history.jsonl", std::ios::app) << "{\"half a li";
  {
    RunFolder run = RunFolder::again(folder_ / "run");
    run.restore_history(0, {logs_of(0), logs_of(1)});
    run.append_epoch(2, logs_of(7));
  }
  EXPECT_EQ(text_of(folder_ / "run" / "history.jsonl"),
            "{\"epoch\":1,\"loss\":0.0}\n{\"epoch\":2,\"loss\":1.0}\n{\"epoch\":3,\"loss\":7.0}\n");
  EXPECT_EQ(code_of([&] { static_cast<void>(RunFolder::again(folder_)); }), ErrorCode::data);
}

TEST_F(RunStore, KeepsASecondTrainingOut) {
  RunFolder run = RunFolder::at(folder_ / "run");
  run.append_epoch(0, logs_of(1));
  std::ofstream(run.path() / "recipe.toml") << "a recipe";
  EXPECT_EQ(code_of([&] { static_cast<void>(RunFolder::again(folder_ / "run")); }), ErrorCode::usage);
  { const RunFolder moved = std::move(run); }
  EXPECT_NO_THROW(static_cast<void>(RunFolder::again(folder_ / "run")));
}

TEST_F(RunStore, MovesWithItsDutyToCleanUp) {
  {
    RunFolder run = RunFolder::at(folder_ / "run");
    const RunFolder moved = std::move(run);
    EXPECT_TRUE(fs::exists(folder_ / "run"));
  }
  EXPECT_FALSE(fs::exists(folder_ / "run"));
}

TEST_F(RunStore, RefusesToOpenWhatIsNoRun) {
  EXPECT_EQ(code_of([&] { static_cast<void>(open_run(folder_ / "missing")); }), ErrorCode::data);
  EXPECT_EQ(code_of([&] { static_cast<void>(open_run(folder_)); }), ErrorCode::data);
  std::ofstream(folder_ / "recipe.toml") << "[broken";
  EXPECT_EQ(code_of([&] { static_cast<void>(open_run(folder_)); }), ErrorCode::data);
  std::ofstream(folder_ / "weights.npz") << "";
  EXPECT_EQ(code_of([&] { static_cast<void>(open_run(folder_)); }), ErrorCode::data);
}

}  // namespace
}  // namespace telar
