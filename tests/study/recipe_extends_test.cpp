#include <gtest/gtest.h>

#include "recipe_folder.hpp"

namespace telar::test {
namespace {

class RecipeExtends : public testing::Test {
 protected:
  RecipeFolder folder_;
};

TEST_F(RecipeExtends, merges_tables_key_by_key) {
  folder_.write("base.toml", kSmall + "epochs = 10\nbatch_size = 128\n");
  const Recipe recipe = folder_.load("extends = \"base.toml\"\n[fit]\nepochs = 30\n");
  EXPECT_EQ(recipe.fit.epochs, 30);
  EXPECT_EQ(recipe.fit.batch_size, 128);
  EXPECT_EQ(recipe.layers.size(), 2u);
  EXPECT_EQ(recipe.name, "r");
}

TEST_F(RecipeExtends, merges_inline_tables_too) {
  folder_.write("base.toml", with(kSmall, "[fit]", "optimizer = { type = \"Adam\", learning_rate = 0.1 }"));
  const Recipe recipe = folder_.load("extends = \"base.toml\"\n[compile]\noptimizer = { beta_1 = 0.5 }\n");
  EXPECT_EQ(std::get<Adam>(recipe.compile.optimizer).learning_rate.at(0), 0.1);
  EXPECT_EQ(std::get<Adam>(recipe.compile.optimizer).beta_1, 0.5);
}

TEST_F(RecipeExtends, replaces_arrays) {
  folder_.write("base.toml", kSmall + "callbacks = [ \"EarlyStopping\", \"ProgressBar\" ]");
  const Recipe recipe = folder_.load("extends = \"base.toml\"\n[fit]\ncallbacks = [ \"ReduceLROnPlateau\" ]");
  ASSERT_EQ(recipe.fit.callbacks.size(), 1u);
  EXPECT_TRUE(std::holds_alternative<ReduceLROnPlateau>(recipe.fit.callbacks[0]));
}

TEST_F(RecipeExtends, replaces_the_form_of_a_validation_since_only_one_can_hold) {
  folder_.write("base.toml", with(kSmall, "\n\n", "\nvalidation = { first = 10 }\n\n"));
  const auto validation = folder_.load("extends = \"base.toml\"\n[data]\nvalidation = { last = 0.5 }").data.validation;
  EXPECT_EQ(validation.kind, ValidationSpec::Kind::last);
  EXPECT_EQ(validation.fraction, 0.5);
}

TEST_F(RecipeExtends, goes_through_several_files_each_relative_to_the_one_that_names_it) {
  folder_.write("a/b/first.toml", kSmall + "epochs = 1\nbatch_size = 1\nshuffle = false");
  folder_.write("a/second.toml", "extends = \"b/first.toml\"\n[fit]\nepochs = 2\nbatch_size = 2");
  const Recipe recipe = folder_.load("extends = \"a/second.toml\"\n[fit]\nepochs = 3");
  EXPECT_EQ(recipe.fit.epochs, 3);
  EXPECT_EQ(recipe.fit.batch_size, 2);
  EXPECT_FALSE(recipe.fit.shuffle);
}

TEST_F(RecipeExtends, blames_the_file_that_says_it) {
  folder_.write("base.toml", kSmall + "epochs = 10\n");
  EXPECT_EQ(folder_.refusal("extends = \"base.toml\"\n[fit]\nepochs = 0\n"),
            "[r.toml:3:1] fit.epochs = 0, but must be at least 1");
  folder_.write("base.toml", kSmall + "epochs = 0\n");
  EXPECT_EQ(folder_.refusal("extends = \"base.toml\"\n[fit]\nbatch_size = 1\n"),
            "[base.toml:14:1] fit.epochs = 0, but must be at least 1");
}

TEST_F(RecipeExtends, refuses_a_circle_and_names_it) {
  folder_.write("a.toml", "extends = \"b.toml\"");
  folder_.write("b.toml", "\nextends = \"r.toml\"");
  EXPECT_EQ(folder_.refusal("extends = \"a.toml\""),
            "[b.toml:2:1] extends goes round in a circle: r.toml -> a.toml -> b.toml -> r.toml\n"
            "  a recipe cannot build on itself; remove one of these extends");
}

TEST_F(RecipeExtends, refuses_a_recipe_that_extends_itself_under_another_spelling) {
  EXPECT_EQ(folder_.refusal("extends = \"./../" + folder_.path().filename().string() + "/r.toml\""),
            "[r.toml:1:1] extends goes round in a circle: r.toml -> r.toml\n"
            "  a recipe cannot build on itself; remove one of these extends");
}

TEST_F(RecipeExtends, refuses_a_base_that_is_missing) {
  EXPECT_EQ(
      folder_.refusal("extends = \"nope.toml\""),
      "[r.toml:1:1] cannot extend " + (folder_.path() / "nope.toml").string() +
          ": cannot read: No such file or directory\n  extends is relative to the folder of the file that says it");
}

TEST_F(RecipeExtends, refuses_what_is_no_file_name) {
  EXPECT_EQ(folder_.refusal("extends = [\"a.toml\"]"),
            "[r.toml:1:1] extends must be a string: the file of the recipe to build on\n  extends = \"baseline.toml\"");
}

}  // namespace
}  // namespace telar::test
