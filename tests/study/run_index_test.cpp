// The run store as a whole: what counts as a run, and what may be deleted.
#include "study/run_index.hpp"

#include <gtest/gtest.h>

#include "study/environment.hpp"
#include "study/run_store.hpp"
#include "support/expect_error.hpp"
#include "support/temporary_folder.hpp"

namespace telar::test {
namespace {

namespace fs = std::filesystem;

class RunIndex : public testing::Test {
 protected:
  /// A folder as a training leaves it, without its network.
  fs::path run(const std::string& name, Ended ended = Ended::completed) {
    RunFolder folder = RunFolder::at(store_ / name);
    Recipe recipe;
    recipe.name = "small";
    recipe.seed = 3;
    folder.write_recipe(recipe);
    folder.write_environment(environment_document(recipe, 1, Json::object(), {}));
    Logs logs;
    logs.set("loss", 0.5);
    folder.append_epoch(0, logs);
    TrainResult result;
    result.history.ended = ended;
    result.validation.emplace();
    result.validation->metrics = {{"accuracy", {0.75, 0.7, 0.8}}};
    folder.write_result(result);
    return folder.path();
  }

  TemporaryFolder store_;
};

TEST_F(RunIndex, SaysWhatARunSaysOfItself) {
  const std::optional<RunEntry> entry = read_run(run("a", Ended::stopped_early));
  ASSERT_TRUE(entry.has_value());
  EXPECT_EQ(entry->recipe, "small");
  EXPECT_EQ(entry->seed, 3u);
  EXPECT_EQ(state_text(*entry), "stopped_early");
  EXPECT_EQ(score_of(*entry, "validation", "accuracy"), 0.75);
  EXPECT_FALSE(score_of(*entry, "test", "accuracy").has_value());
  EXPECT_FALSE(score_of(*entry, "validation", "recall").has_value());
  EXPECT_GT(entry->bytes, 100u);
}

TEST_F(RunIndex, ListsRunsAndThoseOfFoldersOfSeedsByName) {
  run("b/s0");
  run("b/s1");
  run("a");
  put(store_ / "note.txt", "mine");
  fs::create_directories(store_ / "empty");
  std::vector<fs::path> paths;
  for (const RunEntry& entry : list_runs(store_.path())) paths.push_back(entry.path.lexically_relative(store_.path()));
  EXPECT_EQ(paths, (std::vector<fs::path>{"a", "b/s0", "b/s1"}));
  EXPECT_TRUE(list_runs(store_ / "missing").empty());
}

TEST_F(RunIndex, TakesADamagedDocumentForADamagedRunWhateverItIs) {
  const fs::path folder = run("a");
  for (const std::string text : {"", "{", "[]", "7", "{\"schema\":7}", "{\"schema\":\"telar.train/2\"}", "\xff\xfe"}) {
    put(folder / "result.json", text);
    const std::optional<RunEntry> entry = read_run(folder);
    ASSERT_TRUE(entry.has_value());
    EXPECT_EQ(state_text(*entry), "damaged") << text;
    EXPECT_EQ(entry->problem, "result.json is no telar.train/1");
  }
}

TEST_F(RunIndex, TellsWhoIsAtWork) {
  const fs::path folder = run("a");
  fs::remove(folder / "result.json");
  EXPECT_EQ(state_text(*read_run(folder)), "unfinished");
  const RunFolder busy = RunFolder::again(folder);
  EXPECT_EQ(state_text(*read_run(folder)), "training");
  expect_error(ErrorCode::usage, folder.string(), "another process", [&] { delete_run(folder); });
  EXPECT_TRUE(fs::exists(folder));
}

TEST_F(RunIndex, DeletesARunAndNothingElse) {
  const fs::path folder = run("a");
  fs::create_directory_symlink(folder, store_ / "link");
  fs::create_directories(store_ / "notes");
  put(store_ / "notes" / "recipe.toml", "mine");
  for (const char* other : {"link", "notes", "missing"})
    expect_error(ErrorCode::usage, (store_ / other).string(), "not a run folder", [&] { delete_run(store_ / other); });
  delete_run(folder);
  EXPECT_FALSE(fs::exists(folder));
  EXPECT_EQ(get(store_ / "notes" / "recipe.toml"), "mine");
}

TEST(RunKey, IsTheSameForTheSameTrainingAlone) {
  Recipe recipe;
  const Json data{{"train", Json{{"sha256", "a"}}}, {"test", Json{{"sha256", "b"}}}};
  const std::string key = run_key(environment_document(recipe, 1, data, {}));
  EXPECT_FALSE(key.empty());
  const std::vector<std::string> command{"telar", "compare"};
  EXPECT_EQ(run_key(environment_document(recipe, 2, data, command)), key) << "threads and command decide nothing";
  Recipe moved = recipe;
  moved.data.directory = "/elsewhere";
  moved.name = "renamed";
  EXPECT_EQ(run_key(environment_document(moved, 1, data, {})), key);

  Recipe seeded = recipe, longer = recipe;
  seeded.seed = 1;
  longer.fit.epochs = 7;
  EXPECT_NE(run_key(environment_document(seeded, 1, data, {})), key);
  EXPECT_NE(run_key(environment_document(longer, 1, data, {})), key);
  EXPECT_NE(run_key(environment_document(recipe, 1, Json{{"train", Json{{"sha256", "c"}}}}, {})), key);
}

TEST(RunKey, IsEmptyWhereMoreDecides) {
  Recipe recipe;
  recipe.fit.start_from = "weights.npz";  // whose values may change
  EXPECT_EQ(run_key(environment_document(recipe, 1, Json{{"train", Json{{"sha256", "a"}}}}, {})), "");
  EXPECT_EQ(run_key(Json::object()), "");
  EXPECT_EQ(run_key(Json{{"recipe_sha256", 7}, {"data", 8}}), "");
}

}  // namespace
}  // namespace telar::test
