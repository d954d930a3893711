// The recipes of the tree are the notebook's experiments.
#include <gtest/gtest.h>

#include <telar/error.hpp>

#include "study/lint.hpp"

namespace telar {
namespace {

Recipe stock(const std::string& name) {
  return load_recipe(std::filesystem::path(TELAR_TESTS_DIR) / "../recipes/fashion-mnist" / (name + ".toml"));
}

std::string kinds(const Recipe& recipe) {
  std::string letters;
  for (const Layer& layer : recipe.layers) letters += "RFDABO"[layer.index()];
  return letters;
}

TEST(StockRecipes, baseline_has_two_hidden_layers_and_ten_epochs) {
  const Recipe recipe = stock("baseline");
  EXPECT_EQ(kinds(recipe), "RFDDD");
  EXPECT_EQ(std::get<Rescaling>(recipe.layers[0]).scale, 1.0 / 255);
  EXPECT_EQ(std::get<Dense>(recipe.layers[2]).units, 512);
  EXPECT_EQ(std::get<Dense>(recipe.layers[2]).activation, Activation::relu);
  EXPECT_EQ(std::get<Dense>(recipe.layers[3]).units, 512);
  EXPECT_EQ(std::get<Dense>(recipe.layers[3]).activation, Activation::relu);
  EXPECT_EQ(std::get<Dense>(recipe.layers[4]).units, 10);
  EXPECT_EQ(std::get<Dense>(recipe.layers[4]).activation, Activation::softmax);
  EXPECT_EQ(std::get<Adam>(recipe.compile.optimizer).learning_rate.at(0), 0.001);
  EXPECT_EQ(recipe.compile.metrics.size(), 1u);
  EXPECT_EQ(recipe.data.validation.kind, ValidationSpec::Kind::first);
  EXPECT_EQ(recipe.data.validation.first, 10000);
  EXPECT_EQ(recipe.fit.batch_size, 128);
  EXPECT_EQ(recipe.fit.epochs, 10);
  EXPECT_TRUE(recipe.fit.callbacks.empty());
}

TEST(StockRecipes, batch_normalization_adds_it_after_each_hidden_layer_and_nothing_else) {
  const Recipe recipe = stock("batch-normalization");
  EXPECT_EQ(kinds(recipe), "RFDBDBD");
  Recipe without = recipe;
  std::erase_if(without.layers, [](const Layer& layer) { return std::holds_alternative<BatchNormalization>(layer); });
  EXPECT_EQ(to_toml(without), to_toml(stock("baseline")));
}

TEST(StockRecipes, reduce_lr_on_plateau_is_the_notebooks_and_warns) {
  const Recipe recipe = stock("reduce-lr-on-plateau");
  EXPECT_EQ(recipe.fit.epochs, 30);
  ASSERT_EQ(recipe.fit.callbacks.size(), 2u);
  const auto& stopping = std::get<EarlyStopping>(recipe.fit.callbacks[0]);
  EXPECT_EQ(stopping.monitor, "val_loss");
  EXPECT_EQ(stopping.patience, 5);
  EXPECT_FALSE(stopping.restore_best_weights);
  const auto& plateau = std::get<ReduceLROnPlateau>(recipe.fit.callbacks[1]);
  EXPECT_EQ(plateau.monitor, "val_loss");
  EXPECT_EQ(plateau.factor, 0.5);
  EXPECT_EQ(plateau.patience, 2);
  EXPECT_EQ(plateau.min_lr, 0.001);
  const auto warnings = lint(recipe);
  ASSERT_EQ(warnings.size(), 2u);
  EXPECT_EQ(one_line(warnings[0]), "ReduceLROnPlateau can never act: min_lr 0.001 >= learning_rate 0.001 (" +
                                       recipe.places.at("fit.callbacks.1.min_lr") + ")");
  EXPECT_EQ(warnings[1].severity, Finding::Severity::note);  // EarlyStopping keeps the last weights

  Recipe changed = recipe;
  changed.fit.epochs = 10;
  changed.fit.callbacks.clear();
  EXPECT_EQ(to_toml(changed), to_toml(stock("batch-normalization")));
}

TEST(StockRecipes, reduce_lr_working_differs_in_min_lr_only) {
  Recipe recipe = stock("reduce-lr-working");
  std::get<ReduceLROnPlateau>(recipe.fit.callbacks[1]).min_lr = 0.001;
  EXPECT_EQ(to_toml(recipe), to_toml(stock("reduce-lr-on-plateau")));
  EXPECT_EQ(std::get<ReduceLROnPlateau>(stock("reduce-lr-working").fit.callbacks[1]).min_lr, 1e-6);
}

TEST(StockRecipes, the_others_do_not_warn) {
  for (const std::string name : {"baseline", "batch-normalization", "reduce-lr-working"})
    for (const Finding& finding : lint(stock(name)))
      EXPECT_NE(finding.severity, Finding::Severity::warning) << name << ": " << one_line(finding);
}

}  // namespace
}  // namespace telar
