// What recipes say otherwise, as columns of TensorBoard's HPARAMS tab.
#include "study/hparams.hpp"

#include <gtest/gtest.h>
#include <map>
#include <string>
#include <vector>

#include "study/recipe_folder.hpp"
#include "support/event_reader.hpp"

namespace telar::test {
namespace {

using Values = std::map<std::string, HParam>;

class HParamsOf : public testing::Test {
 protected:
  Recipe recipe(const std::string& name, const std::vector<std::string>& settings) {
    Recipe loaded = load_recipe(folder_.write(name + ".toml", kSmall), settings);
    loaded.name = name;
    return loaded;
  }
  RecipeFolder folder_;
};

TEST_F(HParamsOf, RecipesThatSayTheSameAreTheirNames) {
  const std::vector<HParams> all = hparams_of({recipe("a", {}), recipe("b", {}), recipe("a", {})});
  ASSERT_EQ(all.size(), 3u);
  EXPECT_EQ(all[0].group, "a");
  EXPECT_EQ(all[2].group, "a 2");
  EXPECT_EQ(all[1].values, (Values{{"recipe", "b"}}));
}

TEST_F(HParamsOf, EachRecipeHasWhatItSaysWhereAnyDiffers) {
  const std::vector<HParams> all = hparams_of({recipe("base", {}), recipe("large", {"fit.batch_size=64"}),
                                               recipe("still", {"fit.shuffle=false", "compile.optimizer.type=SGD"})});
  ASSERT_EQ(all.size(), 3u);
  EXPECT_EQ(all[0].values.at("fit.batch_size"), HParam(32.0));
  EXPECT_EQ(all[1].values.at("fit.batch_size"), HParam(64.0));
  EXPECT_EQ(all[2].values.at("fit.batch_size"), HParam(32.0));
  EXPECT_EQ(all[0].values.at("fit.shuffle"), HParam(true));
  EXPECT_EQ(all[2].values.at("fit.shuffle"), HParam(false));
  EXPECT_EQ(all[2].values.at("compile.optimizer.type"), HParam("SGD"));
  EXPECT_TRUE(all[2].values.contains("compile.optimizer.momentum"));
  EXPECT_FALSE(all[0].values.contains("compile.optimizer.momentum"));
  EXPECT_FALSE(all[0].values.contains("fit.epochs"));
}

TEST_F(HParamsOf, ATextIsOneEvenIfItLooksLikeANumber) {
  const std::vector<HParams> all =
      hparams_of({recipe("seven", {"model.layers.1.name='7'"}), recipe("eight", {"model.layers.1.name='8'"})});
  EXPECT_EQ(all[0].values.at("model.layers.1.name"), HParam("7"));
  EXPECT_EQ(all[1].values.at("model.layers.1.name"), HParam("8"));
}

class EndedRun : public testing::Test {
 protected:
  EndedRun() {
    result_.history.epochs = {Logs{}, Logs{}};
    for (Logs& logs : result_.history.epochs) {
      logs.set("loss", 0.5);
      logs.set("val_loss", 0.75);
    }
    result_.history.epoch_seconds = {1, 1};
    result_.history.validation_seconds = {1};
    result_.validation.emplace().loss.value = 0.25;
    result_.test.emplace().loss.value = 0.125;
  }
  [[nodiscard]] std::vector<std::string> lines(const std::string& run) const {
    std::vector<std::string> all;
    for (const std::string& name : event_files(folder_ / run))
      for (const std::string& line : event_lines(folder_ / run / name)) all.push_back(line);
    return all;
  }

  TemporaryFolder folder_;
  TrainResult result_;
  const HParams recipe_{"base", {{"recipe", "base"}}};
};

TEST_F(EndedRun, IsLoggedOnceWithItsEpochsAndItsScores) {
  using Texts = std::vector<std::string>;
  for (int time = 0; time < 2; ++time) write_ended_run(folder_ / "run", recipe_, result_);
  EXPECT_EQ(lines("run/train"), (Texts{"version", "start 0", "epoch_loss 0 = 0.5", "epoch_loss 1 = 0.5"}));
  EXPECT_EQ(lines("run/validation"), (Texts{"version", "start 0", "epoch_loss 0 = 0.75", "epoch_loss 1 = 0.75"}));
  EXPECT_EQ(lines("run"), (Texts{"version", "_hparams_/session_start_info 0", "final/val_loss 2 = 0.25",
                                 "final/test_loss 2 = 0.125", "_hparams_/session_end_info 0"}));
}

TEST_F(EndedRun, OfATrainingThatIsToGoOnHasNoEnd) {
  result_.history.ended = Ended::interrupted;
  HParamsSession(folder_ / "run", recipe_).end(result_);
  EXPECT_EQ(lines("run"), (std::vector<std::string>{"version", "_hparams_/session_start_info 0"}));
}

}  // namespace
}  // namespace telar::test
