// The keys of [fit] and the callbacks that write files.
#include <gtest/gtest.h>

#include "recipe_folder.hpp"

namespace telar::test {
namespace {

class RecipeFit : public testing::Test {
 protected:
  Recipe fit(const std::string& lines) { return folder_.load(kSmall + lines); }
  std::string refused(const std::string& lines) { return folder_.refusal(kSmall + lines); }
  RecipeFolder folder_;
};

TEST_F(RecipeFit, says_which_epochs_and_batches) {
  const Recipe recipe = fit("epochs = 9\ninitial_epoch = 4\nsteps_per_epoch = 7\nvalidation_freq = 2\n");
  const FitOptions options = fit_options(recipe, {});
  EXPECT_EQ(options.epochs, 9);
  EXPECT_EQ(options.initial_epoch, 4);
  EXPECT_EQ(options.steps_per_epoch, 7);
  EXPECT_EQ(options.validation_freq, 2);
  EXPECT_EQ(fit("").fit.steps_per_epoch, std::nullopt);
  EXPECT_TRUE(options.training_score);
  EXPECT_FALSE(fit_options(fit("training_score = false\n"), {}).training_score);
}

TEST_F(RecipeFit, validation_split_is_another_word_for_the_last_part_of_the_data) {
  const Recipe recipe = fit("validation_split = 0.2\n");
  EXPECT_EQ(recipe.data.validation.kind, ValidationSpec::Kind::last);
  EXPECT_EQ(recipe.data.validation.fraction, 0.2);
  EXPECT_EQ(to_toml(folder_.load(to_toml(recipe))), to_toml(recipe)) << "and it is said once when written out";
}

TEST_F(RecipeFit, start_from_is_relative_to_the_recipe_that_says_it) {
  const std::string wanted = (folder_.path() / "runs" / "a").lexically_normal().string();
  const Recipe recipe = fit("start_from = \"runs/a\"\n");
  EXPECT_EQ(recipe.fit.start_from, std::filesystem::absolute(wanted));
  EXPECT_EQ(to_toml(folder_.load(to_toml(recipe))), to_toml(recipe));
  EXPECT_EQ(folder_.load(kSmall, {"fit.start_from=a.npz"}).fit.start_from, std::filesystem::absolute("a.npz"))
      << "or to the current folder";
}

TEST_F(RecipeFit, mixup_is_a_table_of_its_own) {
  EXPECT_FALSE(fit_options(fit(""), {}).mixup);
  const Recipe recipe = fit("mixup = { alpha = 0.4 }\n");
  EXPECT_EQ(fit_options(recipe, {}).mixup->alpha, 0.4);
  EXPECT_EQ(to_toml(folder_.load(to_toml(recipe))), to_toml(recipe));
  EXPECT_EQ(fit("mixup = {}\n").fit.mixup->alpha, 0.2);
}

TEST_F(RecipeFit, weighs_classes_by_name_or_number) {
  const std::string lines = "class_weight = { b = 2.0, 0 = 0.5 }\n";
  Dataset::Storage storage = from_arrays({1}, {1, 2, 3}, std::vector<std::int32_t>{0, 1, 2}).storage();
  storage.name = "letters (train)";
  storage.class_names = {"a", "b", "c"};
  const Dataset named(std::move(storage));
  const Recipe recipe = fit(lines);
  EXPECT_EQ(fit_options(recipe, {named, {}, named}).class_weight, (std::map<int, double>{{0, 0.5}, {1, 2.0}}));
  EXPECT_EQ(to_toml(folder_.load(to_toml(recipe))), to_toml(recipe));
  EXPECT_EQ(folder_.load(kSmall, {"fit.class_weight.2=3"}).fit.class_weight, (std::map<std::string, double>{{"2", 3}}));
  EXPECT_EQ(refused("class_weight = { 1 = -1 }\n"), "[r.toml:14:18] fit.class_weight.1 = -1, but must be at least 0");
  EXPECT_EQ(refused("class_weight = 2\n"), "[r.toml:14:1] fit.class_weight must be a table, but is an integer (2)");
  const auto unknown = [&](const std::string& entries) {
    const Recipe other = fit("class_weight = { " + entries + " }\n");
    return std::string(thrown_by([&] { static_cast<void>(fit_options(other, {named, {}, named})); }).what());
  };
  EXPECT_EQ(unknown("bb = 2"),
            "[r.toml:14:18] fit.class_weight names the class \"bb\", which letters has not\n"
            "  did you mean \"b\"?");
  EXPECT_EQ(unknown("0 = 2, a = 1").substr(0, 60), "[r.toml:14:25] fit.class_weight names class 0 twice, by name");
}

TEST_F(RecipeFit, refuses_two_validations) {
  EXPECT_EQ(folder_.refusal(kSmall + "validation_split = 0.2\n", {"data.validation.first=10"}),
            "[r.toml:14:1] both fit.validation_split and data.validation are given\n  leave one of them out");
}

TEST_F(RecipeFit, refuses_an_initial_epoch_that_leaves_none) {
  EXPECT_EQ(refused("epochs = 3\ninitial_epoch = 3\n"), "[r.toml:15:1] fit.initial_epoch = 3, but must be in [0, 2]");
}

TEST_F(RecipeFit, refuses_files_that_a_callback_cannot_write) {
  EXPECT_NE(refused("callbacks = [\"ModelCheckpoint\"]\n").find("[r.toml:14:14] filepath = \"\" must end in .npz"),
            std::string::npos);
  EXPECT_NE(refused("callbacks = [{ type = \"ModelCheckpoint\", filepath = \"{epoch.npz\" }]\n").find("brace"),
            std::string::npos);
  EXPECT_NE(refused("callbacks = [\"CSVLogger\"]\n").find("[r.toml:14:14] filename is empty"), std::string::npos);
  EXPECT_NE(refused("callbacks = [\"TimeLimit\"]\n").find("fit.callbacks.0 (TimeLimit) has no seconds"),
            std::string::npos);
}

}  // namespace
}  // namespace telar::test
