#include <gtest/gtest.h>

#include "recipe_folder.hpp"

namespace telar::test {
namespace {

class RecipeSetting : public testing::Test {
 protected:
  Recipe set(const std::vector<std::string>& settings) { return folder_.load(kStacked, settings); }
  std::string refusal(const std::string& setting) { return folder_.refusal(kStacked, {setting}); }

  const std::string kStacked = with(kSmall, "{ type = \"Flatten\" },", R"({ type = "Flatten" },
  { type = "Dense", units = 64 },
  { type = "Dense", units = 32, name = "neck" },
  { type = "batch_normalization" },)");
  RecipeFolder folder_;
};

TEST_F(RecipeSetting, changes_a_key_that_is_there) {
  EXPECT_EQ(set({"model.layers.1.units=256"}).fit.epochs, 1);
  EXPECT_EQ(std::get<Dense>(set({"model.layers.1.units=256"}).layers[1]).units, 256);
}

TEST_F(RecipeSetting, adds_a_key_and_the_tables_it_is_in) {
  EXPECT_EQ(set({"fit.epochs=3"}).fit.epochs, 3);
  EXPECT_EQ(set({"data.validation.first=5"}).data.validation.first, 5);
  const Recipe recipe = set({"compile.optimizer.type=SGD", "compile.optimizer.learning_rate=3e-4"});
  EXPECT_EQ(std::get<SGD>(recipe.compile.optimizer).learning_rate.at(0), 3e-4);
}

TEST_F(RecipeSetting, takes_a_value_that_is_no_toml_as_a_string) {
  EXPECT_EQ(std::get<Dense>(set({"model.layers.1.activation=relu"}).layers[1]).activation, Activation::relu);
  EXPECT_EQ(std::get<Dense>(set({"model.layers.1.activation=\"relu\""}).layers[1]).activation, Activation::relu);
  EXPECT_EQ(set({"data.source=idx", "data.dir=/some/dir"}).data.source, DataSpec::Source::idx);
}

TEST_F(RecipeSetting, takes_only_one_value_from_the_text) {
  EXPECT_EQ(std::get<Dense>(set({"model.layers.1.name=3\nunits=4"}).layers[1]).name, "3\nunits=4");
}

TEST_F(RecipeSetting, takes_whole_tables_and_arrays) {
  EXPECT_EQ(set({"model.layers=[{type=\"Dense\",units=2}]"}).layers.size(), 1u);
  EXPECT_EQ(set({"fit.callbacks=[\"EarlyStopping\"]"}).fit.callbacks.size(), 1u);
  EXPECT_EQ(std::get<Dense>(set({"model.layers.0={type=\"Dense\",units=2}"}).layers[0]).units, 2);
}

TEST_F(RecipeSetting, finds_a_layer_by_its_own_name) {
  EXPECT_EQ(std::get<Dense>(set({"model.layers.neck.units=8"}).layers[2]).units, 8);
}

TEST_F(RecipeSetting, finds_a_layer_by_keras_automatic_name) {
  EXPECT_EQ(std::get<Dense>(set({"model.layers.dense.units=8"}).layers[1]).units, 8);
  EXPECT_EQ(std::get<Dense>(set({"model.layers.dense_1.units=8"}).layers[4]).units, 8);
  EXPECT_EQ(std::get<BatchNormalization>(set({"model.layers.batch_normalization.momentum=0.5"}).layers[3]).momentum,
            0.5);
}

TEST_F(RecipeSetting, finds_a_callback_by_its_class) {
  const Recipe recipe = set({"fit.callbacks=[\"EarlyStopping\"]", "fit.callbacks.early_stopping.patience=4"});
  EXPECT_EQ(std::get<EarlyStopping>(recipe.fit.callbacks[0]).patience, 4);
}

TEST_F(RecipeSetting, opens_a_class_name_into_an_object) {
  const Recipe recipe =
      set({"compile.optimizer=sgd", "compile.optimizer.momentum=0.9", "compile.loss.from_logits=true"});
  EXPECT_EQ(std::get<SGD>(recipe.compile.optimizer).momentum, 0.9);
  EXPECT_TRUE(std::get<SparseCategoricalCrossentropy>(*recipe.compile.loss).from_logits);
}

TEST_F(RecipeSetting, lets_the_last_of_several_win) { EXPECT_EQ(set({"fit.epochs=3", "fit.epochs=4"}).fit.epochs, 4); }

TEST_F(RecipeSetting, replaces_the_form_of_a_validation) {
  const auto spec =
      set({"data.validation.first=5", "data.validation.fraction=0.5", "data.validation.order=stratified"});
  EXPECT_EQ(spec.data.validation.kind, ValidationSpec::Kind::stratified);
  EXPECT_EQ(spec.data.validation.fraction, 0.5);
}

TEST_F(RecipeSetting, blames_the_setting) {
  EXPECT_EQ(refusal("model.layers.1.units=0"),
            "[--set model.layers.1.units=0] model.layers.1.units = 0, but must be at least 1");
  EXPECT_EQ(refusal("fit.epoch=3"), "[--set fit.epoch=3] unknown key \"epoch\" in [fit]\n  did you mean \"epochs\"?");
  EXPECT_EQ(refusal("fit.epochs=many"),
            "[--set fit.epochs=many] fit.epochs must be an integer, but is a string (\"many\")");
}

TEST_F(RecipeSetting, blames_the_setting_for_a_whole_element_of_an_array) {
  EXPECT_EQ(refusal("model.layers.0={type=\"Flaten\"}"),
            "[--set model.layers.0={type=\"Flaten\"}] model.layers.0.type = \"Flaten\" is unknown\n"
            "  did you mean \"Flatten\"?");
}

TEST_F(RecipeSetting, refuses_a_layer_that_is_not_there) {
  EXPECT_EQ(
      refusal("model.layers.9.units=3"),
      "[--set model.layers.9.units=3] there is no model.layers.9: model.layers has 5 elements\n  they count from 0");
  EXPECT_EQ(
      refusal("model.layers.-1.units=3"),
      "[--set model.layers.-1.units=3] there is no model.layers.-1: model.layers has 5 elements\n  they count from 0");
  EXPECT_EQ(refusal("model.layers.dence_1.units=3"),
            "[--set model.layers.dence_1.units=3] there is no dence_1 in model.layers\n  did you mean \"dense_1\"?");
}

TEST_F(RecipeSetting, refuses_to_go_into_a_value) {
  EXPECT_EQ(refusal("model.layers.1.units.x=3"),
            "[--set model.layers.1.units.x=3] model.layers.1.units is a value, nothing is inside it\n  end the path at "
            "units");
}

TEST_F(RecipeSetting, refuses_what_is_not_of_the_form_path_equals_value) {
  EXPECT_EQ(refusal("fit.epochs"), "[--set fit.epochs] not of the form path=value\n  write it such as fit.epochs=3");
  EXPECT_EQ(refusal("=3"), "[--set =3] not of the form path=value\n  write it such as fit.epochs=3");
  EXPECT_EQ(
      refusal("fit..epochs=3"),
      "[--set fit..epochs=3] the path has an empty name\n  write it such as compile.optimizer.learning_rate=3e-4");
  EXPECT_EQ(refusal("extends=a.toml"),
            "[--set extends=a.toml] extends is for files only\n  give the other recipe instead");
}

}  // namespace
}  // namespace telar::test
