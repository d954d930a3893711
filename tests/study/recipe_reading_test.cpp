#include <gtest/gtest.h>

#include "recipe_folder.hpp"
#include "spec/describe.hpp"

namespace telar::test {
namespace {

class RecipeReading : public testing::Test {
 protected:
  RecipeFolder folder_;
};

TEST_F(RecipeReading, fills_what_is_said_and_keeps_keras_defaults_for_the_rest) {
  const Recipe recipe = folder_.load(kSmall);
  EXPECT_EQ(recipe.name, "r");
  EXPECT_EQ(recipe.file, folder_.path() / "r.toml");
  EXPECT_EQ(recipe.seed, 0u);
  EXPECT_EQ(recipe.data.source, DataSpec::Source::fashion_mnist);
  EXPECT_EQ(recipe.data.validation.kind, ValidationSpec::Kind::none);
  ASSERT_EQ(recipe.layers.size(), 2u);
  EXPECT_TRUE(std::holds_alternative<Flatten>(recipe.layers[0]));
  const auto& dense = std::get<Dense>(recipe.layers[1]);
  EXPECT_EQ(dense.units, 10);
  EXPECT_EQ(dense.activation, Activation::softmax);
  EXPECT_TRUE(dense.use_bias);
  EXPECT_TRUE(std::holds_alternative<GlorotUniform>(dense.kernel_initializer));
  EXPECT_TRUE(std::holds_alternative<Adam>(recipe.compile.optimizer));
  EXPECT_TRUE(std::holds_alternative<SparseCategoricalCrossentropy>(*recipe.compile.loss));
  EXPECT_TRUE(recipe.compile.metrics.empty());
  EXPECT_EQ(recipe.fit.batch_size, 32);
  EXPECT_EQ(recipe.fit.epochs, 1);
  EXPECT_TRUE(recipe.fit.shuffle);
  EXPECT_TRUE(recipe.fit.callbacks.empty());
}

TEST_F(RecipeReading, takes_regularizers_constraints_and_optimizers_of_whole_variables) {
  const Recipe recipe = folder_.load(R"(
[data]
source = "fashion_mnist"
[model]
layers = [
  { type = "Flatten" },
  { type = "Dense", units = 3, kernel_regularizer = "l2", activity_regularizer = { type = "L1L2", l1 = 0.5 } },
  { type = "Dense", units = 3, kernel_constraint = { type = "max_norm", max_value = 3 }, bias_constraint = "NonNeg" },
]
[compile]
optimizer = { type = "muon", exclude_layers = ["dense"], ns_steps = 3 }
loss = "sparse_categorical_crossentropy"
)");
  const auto& dense = std::get<Dense>(recipe.layers[1]);
  EXPECT_EQ(std::get<L2>(*dense.kernel_regularizer).l2, 0.01);
  EXPECT_FALSE(dense.bias_regularizer.has_value());
  EXPECT_EQ(std::get<L1L2>(*dense.activity_regularizer).l1, 0.5);
  const auto& held = std::get<Dense>(recipe.layers[2]);
  EXPECT_EQ(std::get<MaxNorm>(*held.kernel_constraint).max_value, 3);
  EXPECT_TRUE(std::holds_alternative<NonNeg>(*held.bias_constraint));
  const auto& muon = std::get<Muon>(recipe.compile.optimizer);
  EXPECT_EQ(muon.exclude_layers, std::vector<std::string>{"dense"});
  EXPECT_EQ(muon.ns_steps, 3);
  EXPECT_EQ(muon.adam_weight_decay, 0.004);
}

TEST_F(RecipeReading, takes_class_names_in_either_of_keras_spellings) {
  const Recipe recipe = folder_.load(R"(
[data]
source = "fashion_mnist"
[model]
layers = [
  "flatten",
  { type = "batch_normalization" },
  { type = "Dense", units = 3, kernel_initializer = "HeNormal", bias_initializer = { type = "ones" } },
]
[compile]
optimizer = "sgd"
loss = { type = "CategoricalCrossentropy", label_smoothing = 0.1 }
metrics = ["Accuracy"]
[fit]
callbacks = [ { type = "reduce_lr_on_plateau" } ]
)");
  EXPECT_TRUE(std::holds_alternative<Flatten>(recipe.layers[0]));
  EXPECT_TRUE(std::holds_alternative<BatchNormalization>(recipe.layers[1]));
  EXPECT_TRUE(std::holds_alternative<HeNormal>(std::get<Dense>(recipe.layers[2]).kernel_initializer));
  EXPECT_TRUE(std::holds_alternative<Ones>(std::get<Dense>(recipe.layers[2]).bias_initializer));
  EXPECT_TRUE(std::holds_alternative<SGD>(recipe.compile.optimizer));
  EXPECT_EQ(std::get<CategoricalCrossentropy>(*recipe.compile.loss).label_smoothing, 0.1);
  EXPECT_EQ(recipe.compile.metrics.size(), 1u);
  EXPECT_TRUE(std::holds_alternative<ReduceLROnPlateau>(recipe.fit.callbacks[0]));
}

TEST_F(RecipeReading, takes_acc_for_accuracy_as_keras_does) {
  EXPECT_EQ(folder_.load(kSmall, {"compile.metrics=[\"acc\"]"}).compile.metrics.size(), 1u);
}

TEST_F(RecipeReading, takes_keras_names_of_arithmetic) {
  EXPECT_EQ(folder_.load(kSmall).compile.dtype, DType::float32);
  const Recipe recipe = folder_.load(kSmall, {"compile.dtype=mixed_bfloat16"});
  EXPECT_EQ(recipe.compile.dtype, DType::mixed_bfloat16);
  EXPECT_NE(to_toml(recipe).find("dtype = \"mixed_bfloat16\""), std::string::npos);
}

TEST_F(RecipeReading, takes_a_whole_number_where_a_real_one_is_wanted) {
  EXPECT_EQ(
      std::get<SGD>(folder_.load(kSmall, {"compile.optimizer={type=\"SGD\", momentum=1}"}).compile.optimizer).momentum,
      1.0);
}

TEST_F(RecipeReading, takes_every_form_of_validation) {
  using Kind = ValidationSpec::Kind;
  const auto validation = [&](const std::string& form) {
    return folder_.load(with(kSmall, "\n\n", "\nvalidation = " + form + "\n\n")).data.validation;
  };
  EXPECT_EQ(validation("{ first = 10000 }").kind, Kind::first);
  EXPECT_EQ(validation("{ first = 10000 }").first, 10000);
  EXPECT_EQ(validation("{ last = 0.2 }").kind, Kind::last);
  EXPECT_EQ(validation("{ last = 0.2 }").fraction, 0.2);
  EXPECT_EQ(validation("{ fraction = 0.3, order = \"shuffled\" }").kind, Kind::shuffled);
  EXPECT_EQ(validation("{ fraction = 0.3, order = \"stratified\" }").kind, Kind::stratified);
  EXPECT_EQ(validation("{ fraction = 0.3 }").kind, Kind::shuffled);
  EXPECT_EQ(validation("{ fraction = 0.3 }").fraction, 0.3);
  const ValidationSpec fold = validation("{ folds = 5, fold = 2, order = \"stratified\" }");
  EXPECT_EQ(fold.kind, Kind::fold);
  EXPECT_EQ(fold.folds, 5);
  EXPECT_EQ(fold.fold, 2);
  EXPECT_EQ(fold.fold_order, FoldOrder::stratified);
  EXPECT_EQ(validation("{ folds = 5, fold = 0 }").fold_order, FoldOrder::shuffled);
}

TEST_F(RecipeReading, takes_the_options_of_an_idx_set) {
  const DataSpec data = folder_
                            .load(with(kSmall, "source = \"fashion_mnist\"", R"(source = "idx"
dir = "letters"
classes = 26
train_images = "a"
train_labels = "b"
test_images = "c"
test_labels = "d")"))
                            .data;
  EXPECT_EQ(data.source, DataSpec::Source::idx);
  EXPECT_EQ(data.classes, 26);
  EXPECT_EQ(data.files.train_images, "a");
  EXPECT_EQ(data.files.train_labels, "b");
  EXPECT_EQ(data.files.test_images, "c");
  EXPECT_EQ(data.files.test_labels, "d");
}

TEST_F(RecipeReading, takes_a_relative_dir_from_the_folder_of_the_recipe_that_says_it) {
  folder_.write("base/base.toml", with(kSmall, "\n\n", "\ndir = \"letters\"\n\n"));
  EXPECT_EQ(folder_.load("extends = \"base/base.toml\"").data.directory, (folder_.path() / "base/letters").string());
  EXPECT_EQ(folder_.load("extends = \"base/base.toml\"\n[data]\ndir = \"here\"").data.directory,
            (folder_.path() / "here").string());
  EXPECT_EQ(folder_.load("extends = \"base/base.toml\"", {"data.dir=/abs"}).data.directory, "/abs");
  EXPECT_EQ(folder_.load(kSmall, {"data.dir=now"}).data.directory, (std::filesystem::current_path() / "now").string());
}

TEST_F(RecipeReading, takes_the_options_of_pictures_and_finds_them_beside_the_recipe) {
  folder_.write("base/base.toml", with(kSmall, "source = \"fashion_mnist\"", R"(source = "images"
train = "pictures"
size = [20, 30]
channels = 3)"));
  const DataSpec data = folder_.load("extends = \"base/base.toml\"\n[data]\ntest = \"later\"").data;
  EXPECT_EQ(std::filesystem::path(data.directory), folder_.path() / "base/");
  EXPECT_EQ(data.train, "pictures");
  EXPECT_EQ(data.test, (folder_.path() / "later").string());
  EXPECT_EQ(data.size, (std::vector<int>{20, 30}));
  EXPECT_EQ(data.channels, 3);
}

TEST_F(RecipeReading, takes_the_options_of_arrays_and_finds_them_beside_the_recipe) {
  folder_.write("base/base.toml", with(kSmall, "source = \"fashion_mnist\"", R"(source = "npy"
archive = "mnist.npz"
x_train = "images"
x_test = ""
y_test = "")"));
  const DataSpec data = folder_.load("extends = \"base/base.toml\"").data;
  EXPECT_EQ(std::filesystem::path(data.directory), folder_.path() / "base/");
  EXPECT_EQ(data.archive, "mnist.npz");
  EXPECT_EQ(data.arrays.x_train, "images");
  EXPECT_EQ(data.arrays.y_train, "y_train");
  EXPECT_EQ(data.arrays.x_test, "");
}

TEST_F(RecipeReading, takes_options_that_have_no_default) {
  const Recipe recipe = folder_.load(kSmall + R"(
callbacks = [ { type = "EarlyStopping", baseline = 0.5, mode = "max" }, { type = "ProgressBar", style = "lines", color = false } ]
)");
  EXPECT_EQ(std::get<EarlyStopping>(recipe.fit.callbacks[0]).baseline, 0.5);
  EXPECT_EQ(std::get<EarlyStopping>(recipe.fit.callbacks[0]).mode, Mode::max);
  EXPECT_EQ(std::get<ProgressBar>(recipe.fit.callbacks[1]).style, ProgressBar::Style::lines);
  EXPECT_EQ(std::get<ProgressBar>(recipe.fit.callbacks[1]).color, false);
}

TEST_F(RecipeReading, takes_keras_short_names_of_losses_and_metrics) {
  const auto loss = [&](const std::string& name) {
    return *folder_.load(kSmall, {"compile.loss=\"" + name + "\""}).compile.loss;
  };
  EXPECT_TRUE(std::holds_alternative<MeanSquaredError>(loss("mse")));
  EXPECT_TRUE(std::holds_alternative<MeanAbsoluteError>(loss("mean_absolute_error")));
  EXPECT_TRUE(std::holds_alternative<KLDivergence>(loss("KLD")));
  EXPECT_TRUE(std::holds_alternative<BinaryCrossentropy>(loss("bce")));
  const Recipe mean = folder_.load(kSmall, {"compile.loss={ type = \"mse\", reduction = \"mean\" }"});
  EXPECT_EQ(std::get<MeanSquaredError>(*mean.compile.loss).reduction, Reduction::sum_over_batch_size);
  const Recipe recipe =
      folder_.load(kSmall, {"compile.loss={ type = \"sparse_categorical_crossentropy\", ignore_class = 2 }",
                            "compile.metrics=[\"auc\", { type = \"f1_score\", average = \"micro\" }, \"mae\"]"});
  EXPECT_EQ(std::get<SparseCategoricalCrossentropy>(*recipe.compile.loss).ignore_class, 2);
  EXPECT_EQ(std::get<F1Score>(recipe.compile.metrics[1]).average, Average::micro);
  EXPECT_EQ(metric_names(recipe.compile.metrics), (std::vector<std::string>{"auc", "f1_score", "mean_absolute_error"}));
}

TEST_F(RecipeReading, takes_layers_within_a_residual) {
  const Recipe recipe =
      folder_.load(with(kSmall, "{ type = \"Flatten\" }",
                        "{ type = \"Residual\", layers = [ \"UnitNormalization\", { type = \"Dense\", units = 3 } ] }"),
                   {"model.layers.residual.layers.dense.units=4"});
  const auto& residual = std::get<Residual>(recipe.layers[0]);
  ASSERT_EQ(residual.layers.size(), 2u);
  EXPECT_TRUE(std::holds_alternative<UnitNormalization>(residual.layers[0]));
  EXPECT_EQ(std::get<Dense>(residual.layers[1]).units, 4);
}

TEST_F(RecipeReading, knows_where_each_key_was_written) {
  const Recipe recipe = folder_.load(kSmall + "epochs = 3\n", {"seed=7"});
  EXPECT_EQ(recipe.places.at("fit.epochs"), "r.toml:14:1");
  EXPECT_EQ(recipe.places.at("model.layers.1"), "r.toml:7:3");
  EXPECT_EQ(recipe.places.at("model.layers.1.units"), "r.toml:7:21");
  EXPECT_EQ(recipe.places.at("seed"), "--set seed=7");
  EXPECT_FALSE(recipe.places.contains("fit.batch_size"));
}

TEST_F(RecipeReading, a_learning_rate_may_be_a_schedule) {
  const Recipe recipe = folder_.load(
      kSmall +
          "[compile.optimizer]\ntype = \"SGD\"\nlearning_rate = { type = \"CosineDecay\", initial_learning_rate = "
          "0.5, decay_steps = 10 }\n",
      {"compile.optimizer.learning_rate.decay_steps=20"});
  const Schedule* schedule = std::get<SGD>(recipe.compile.optimizer).learning_rate.schedule();
  ASSERT_NE(schedule, nullptr);
  EXPECT_EQ(std::get<CosineDecay>(*schedule).initial_learning_rate, 0.5);
  EXPECT_EQ(std::get<CosineDecay>(*schedule).decay_steps, 20);
}

TEST_F(RecipeReading, a_learning_rate_scheduler_has_a_schedule_of_epochs) {
  const Recipe recipe = folder_.load(
      kSmall +
      "callbacks = [ { type = \"LearningRateScheduler\", schedule = { type = \"PiecewiseConstantDecay\", boundaries = "
      "[2, 5], values = [0.1, 0.01, 0.001] } } ]\n");
  const auto& callback = std::get<EpochSchedule>(recipe.fit.callbacks.at(0));
  EXPECT_EQ(callback.schedule.at(2), 0.1);
  EXPECT_EQ(callback.schedule.at(3), 0.01);
  EXPECT_EQ(to_toml(folder_.load(to_toml(recipe))), to_toml(recipe));
  EXPECT_EQ(folder_.refusal(kSmall + "callbacks = [ \"LearningRateScheduler\" ]\n"),
            "[r.toml:14:15] fit.callbacks.0 (LearningRateScheduler) has no schedule, and there is no default\n"
            "  add schedule = ...");
}

TEST_F(RecipeReading, takes_weighted_metrics_and_those_of_intersections) {
  const Recipe recipe = folder_.load(
      kSmall,
      {"compile.metrics=[\"accuracy\"]",
       "compile.weighted_metrics=[\"accuracy\", { type = \"MeanIoU\", num_classes = 10, sparse_y_pred = false }]"});
  EXPECT_EQ(metric_names(recipe.compile.metrics, recipe.compile.weighted_metrics),
            (std::vector<std::string>{"accuracy", "weighted_accuracy", "mean_io_u"}));
  EXPECT_FALSE(std::get<MeanIoU>(recipe.compile.weighted_metrics[1]).sparse_y_pred);
}

TEST_F(RecipeReading, takes_an_axis_or_several_and_a_noise_shape) {
  const Recipe recipe =
      folder_.load(with(kSmall, "{ type = \"Flatten\" }",
                        "{ type = \"LayerNormalization\", axis = [1, 2] }, { type = \"Dropout\", rate = "
                        "0.5, noise_shape = [-1, 28, 1], seed = 3 }, { type = \"Flatten\" }"));
  EXPECT_EQ(std::get<LayerNormalization>(recipe.layers[0]).axis.list, (std::vector<int>{1, 2}));
  EXPECT_EQ(std::get<Dropout>(recipe.layers[1]).noise_shape, (std::vector<int>{-1, 28, 1}));
  EXPECT_EQ(std::get<Dropout>(recipe.layers[1]).seed, 3u);
}

}  // namespace
}  // namespace telar::test
