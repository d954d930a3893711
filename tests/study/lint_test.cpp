#include <gtest/gtest.h>

#include "recipe_folder.hpp"

namespace telar::test {
namespace {

using Warnings = std::vector<std::string>;

class Lint : public testing::Test {
 protected:
  Warnings warnings(const std::string& callbacks, std::vector<std::string> settings = {"data.validation.first=10"}) {
    settings.emplace_back("compile.metrics=[\"accuracy\"]");
    return lint(folder_.load(kSmall + "callbacks = [\n  " + callbacks + "\n]\n", settings));
  }
  RecipeFolder folder_;
};

TEST_F(Lint, warns_of_a_rate_that_can_never_be_cut) {
  EXPECT_EQ(warnings("{ type = \"ReduceLROnPlateau\", min_lr = 0.001 }"),
            Warnings{"ReduceLROnPlateau can never act: min_lr 0.001 >= learning_rate 0.001 (r.toml:15:33)"});
}

TEST_F(Lint, compares_the_rates_as_the_float32_numbers_they_train_with) {
  EXPECT_EQ(warnings("{ type = \"ReduceLROnPlateau\", min_lr = 0.00099999999999 }").size(), 1u);
  EXPECT_EQ(warnings("{ type = \"ReduceLROnPlateau\", min_lr = 0.000999 }"), Warnings{});
}

TEST_F(Lint, points_at_the_callback_where_min_lr_is_the_default) {
  EXPECT_EQ(warnings("{ type = \"ReduceLROnPlateau\" }",
                     {"data.validation.first=10", "compile.optimizer.type=SGD", "compile.optimizer.learning_rate=0"}),
            Warnings{"ReduceLROnPlateau can never act: min_lr 0 >= learning_rate 0 (r.toml:15:3)"});
}

TEST_F(Lint, points_at_the_setting_that_says_it) {
  EXPECT_EQ(
      warnings("{ type = \"ReduceLROnPlateau\" }", {"data.validation.first=10", "fit.callbacks.0.min_lr=1"}),
      Warnings{"ReduceLROnPlateau can never act: min_lr 1 >= learning_rate 0.001 (--set fit.callbacks.0.min_lr=1)"});
}

TEST_F(Lint, warns_of_watching_a_validation_that_does_not_happen) {
  EXPECT_EQ(
      warnings("\"EarlyStopping\"", {}),
      Warnings{"EarlyStopping can never act: it monitors val_loss, but there is no validation data (r.toml:15:3)"});
}

TEST_F(Lint, warns_of_watching_a_metric_that_is_not_computed) {
  EXPECT_EQ(warnings("{ type = \"EarlyStopping\", monitor = \"val_acc\" }"),
            Warnings{"EarlyStopping can never act: it monitors val_acc, but logged are loss, accuracy, val_loss, "
                     "val_accuracy (r.toml:15:29)"});
}

TEST_F(Lint, is_silent_about_what_works) {
  EXPECT_EQ(warnings("\"EarlyStopping\", \"ReduceLROnPlateau\", \"ProgressBar\","
                     "{ type = \"EarlyStopping\", monitor = \"val_accuracy\" }"),
            Warnings{});
  EXPECT_EQ(warnings("{ type = \"EarlyStopping\", monitor = \"loss\" }", {}), Warnings{});
}

}  // namespace
}  // namespace telar::test
