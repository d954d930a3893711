#include "study/lint.hpp"

#include <gtest/gtest.h>

#include "recipe_folder.hpp"

namespace telar::test {
namespace {

using Lines = std::vector<std::string>;

// A recipe that nothing is to be said about.
//  1 [data]   5 [model]   6 layers   7 Rescaling   8 Flatten   9 Dense   12 [compile]   13 loss   16 [fit]   17 epochs
const std::string kGood = R"([data]
source = "fashion_mnist"
validation = { first = 10 }

[model]
layers = [
  { type = "Rescaling", scale = 0.00392156862745098 },
  { type = "Flatten" },
  { type = "Dense", units = 10, activation = "softmax" },
]

[compile]
loss = { type = "CategoricalCrossentropy", from_logits = false, label_smoothing = 0.0 }
metrics = ["accuracy"]

[fit]
epochs = 30
)";

class Lint : public testing::Test {
 protected:
  Lines of(const std::string& recipe, const std::vector<std::string>& settings = {}) {
    Lines lines;
    for (const Finding& finding : lint(folder_.load(recipe, settings)))
      lines.push_back(std::string(to_string(finding.severity)) + ": " + one_line(finding));
    return lines;
  }
  /// With one more line, the 18th, for the callbacks.
  Lines of_callbacks(const std::string& callbacks, const std::vector<std::string>& settings = {}) {
    return of(kGood + "callbacks = [" + callbacks + "]\n", settings);
  }
  Lines of_layers(const std::string& layers) { return of(with(kGood, "  { type = \"Flatten\" },\n", layers)); }

  RecipeFolder folder_;
};

TEST_F(Lint, has_nothing_to_say_about_a_recipe_that_is_right) {
  EXPECT_EQ(of(kGood), Lines{});
  EXPECT_EQ(of_callbacks("{ type = \"EarlyStopping\", restore_best_weights = true, patience = 5 }, "
                         "{ type = \"ReduceLROnPlateau\", patience = 2 }, \"ProgressBar\""),
            Lines{});
}

TEST_F(Lint, says_why_each_finding_matters_and_what_to_write_instead) {
  for (const Finding& finding : lint(
           folder_.load(kGood + "callbacks = [\"EarlyStopping\", { type = \"ReduceLROnPlateau\", min_lr = 1.0 }]\n"))) {
    EXPECT_FALSE(finding.why.empty()) << finding.message;
    EXPECT_FALSE(finding.change.empty()) << finding.message;
    EXPECT_TRUE(finding.place.starts_with("r.toml:18:")) << finding.place;
  }
}

// ---- callbacks ----

TEST_F(Lint, warns_of_a_rate_that_can_never_be_cut) {
  EXPECT_EQ(of_callbacks("{ type = \"ReduceLROnPlateau\", min_lr = 0.001 }"),
            Lines{"warning: ReduceLROnPlateau can never act: min_lr 0.001 >= learning_rate 0.001 (r.toml:18:44)"});
}

TEST_F(Lint, compares_the_rates_as_the_float32_numbers_they_train_with) {
  EXPECT_EQ(of_callbacks("{ type = \"ReduceLROnPlateau\", min_lr = 0.00099999999999 }").size(), 1u);
  EXPECT_EQ(of_callbacks("{ type = \"ReduceLROnPlateau\", min_lr = 0.000999 }"), Lines{});
}

TEST_F(Lint, points_at_the_callback_where_min_lr_is_the_default) {
  EXPECT_EQ(of_callbacks("\"ReduceLROnPlateau\"", {"compile.optimizer.type=SGD", "compile.optimizer.learning_rate=0"}),
            Lines{"warning: ReduceLROnPlateau can never act: min_lr 0 >= learning_rate 0 (r.toml:18:14)"});
}

TEST_F(Lint, points_at_the_setting_that_says_it) {
  EXPECT_EQ(of_callbacks("{ type = \"ReduceLROnPlateau\" }", {"fit.callbacks.0.min_lr=1"}),
            Lines{"warning: ReduceLROnPlateau can never act: min_lr 1 >= learning_rate 0.001 "
                  "(--set fit.callbacks.0.min_lr=1)"});
}

TEST_F(Lint, warns_of_cutting_a_rate_that_follows_a_schedule) {
  const std::string cosine =
      "compile.optimizer={ type = \"Adam\", learning_rate = { type = \"CosineDecay\", initial_learning_rate = 1e-3, "
      "decay_steps = 100 } }";
  EXPECT_EQ(of_callbacks("\"ReduceLROnPlateau\"", {cosine}),
            Lines{"warning: ReduceLROnPlateau cannot cut a learning_rate that follows a schedule (CosineDecay) "
                  "(r.toml:18:14)"});
}

TEST_F(Lint, warns_of_watching_a_validation_that_does_not_happen) {
  EXPECT_EQ(of(with(kGood, "validation = { first = 10 }\n", "") +
               "callbacks = [{ type = \"EarlyStopping\", restore_best_weights = true }]\n"),
            Lines{"warning: EarlyStopping can never act: it monitors val_loss, but there is no validation data "
                  "(r.toml:17:14)"});
}

TEST_F(Lint, warns_of_watching_what_is_not_logged) {
  EXPECT_EQ(of_callbacks("{ type = \"ReduceLROnPlateau\", monitor = \"val_acc\" }"),
            Lines{"warning: ReduceLROnPlateau can never act: it monitors val_acc, but logged are loss, accuracy, "
                  "val_loss, val_accuracy, learning_rate (r.toml:18:44)"});
}

TEST_F(Lint, warns_of_a_best_that_cannot_be_known) {
  const std::string saving = "{ type = \"ModelCheckpoint\", filepath = \"b.npz\", monitor = \"val_acc\"";
  const Lines found = of_callbacks(saving + ", save_best_only = true }");
  ASSERT_EQ(found.size(), 1u);
  EXPECT_TRUE(found[0].starts_with("warning: ModelCheckpoint saves every time: it monitors val_acc, but logged are "))
      << found[0];
  EXPECT_EQ(of_callbacks(saving + " }"), Lines{});
}

TEST_F(Lint, knows_that_a_validation_after_the_last_epoch_never_comes) {
  const std::string stopping = "{ type = \"EarlyStopping\", restore_best_weights = true }";
  EXPECT_EQ(of_callbacks(stopping, {"fit.validation_freq=31"}).size(), 1u);
  EXPECT_EQ(of_callbacks(stopping, {"fit.validation_freq=30"}), Lines{});
}

TEST_F(Lint, notes_a_patience_that_the_training_is_too_short_for) {
  EXPECT_EQ(of_callbacks("\"ReduceLROnPlateau\"", {"fit.epochs=11"}),
            Lines{"note: ReduceLROnPlateau can never act: patience 10 needs 12 epochs, but epochs is 11 "
                  "(r.toml:18:14)"});
  EXPECT_EQ(of_callbacks("\"ReduceLROnPlateau\"", {"fit.epochs=12"}), Lines{});
  EXPECT_EQ(of_callbacks("{ type = \"EarlyStopping\", patience = 20, start_from_epoch = 9 }").front(),
            "note: EarlyStopping can never act: patience 20 from epoch 10 needs 31 epochs, but epochs is 30 "
            "(r.toml:18:40)");
  EXPECT_EQ(of_callbacks("{ type = \"EarlyStopping\", patience = 30, restore_best_weights = true }"), Lines{})
      << "restoring happens without a stop";
}

TEST_F(Lint, warns_where_early_stopping_comes_before_the_cut) {
  const std::string stopping = "{ type = \"EarlyStopping\", patience = 3, restore_best_weights = true }, ";
  EXPECT_EQ(
      of_callbacks(stopping + "{ type = \"ReduceLROnPlateau\", patience = 3 }"),
      Lines{"warning: ReduceLROnPlateau can hardly act: patience 3 >= patience 3 of EarlyStopping, which monitors "
            "val_loss too (r.toml:18:115)"});
  EXPECT_EQ(of_callbacks(stopping + "{ type = \"ReduceLROnPlateau\", patience = 2 }"), Lines{});
  EXPECT_EQ(of_callbacks(stopping + "{ type = \"ReduceLROnPlateau\", patience = 3, monitor = \"loss\" }"), Lines{});
}

TEST_F(Lint, notes_what_keras_does_and_often_surprises) {
  EXPECT_EQ(of_callbacks("{ type = \"EarlyStopping\", patience = 5 }, "
                         "{ type = \"ReduceLROnPlateau\", patience = 2, cooldown = 1 }"),
            (Lines{"note: EarlyStopping keeps the weights of the last epoch, not of the best (r.toml:18:14)",
                   "note: cooldown 1 of ReduceLROnPlateau acts like cooldown 0 (r.toml:18:100)"}));
}

// ---- layers and loss ----

TEST_F(Lint, warns_of_bytes_that_reach_a_dense_layer_unscaled) {
  const std::string rescaling = "  { type = \"Rescaling\", scale = 0.00392156862745098 },\n";
  EXPECT_EQ(of(with(kGood, rescaling, "")),
            Lines{"warning: model.layers.1 (Dense) is the first to multiply, and takes bytes as they are: up to 255 "
                  "(r.toml:8:3)"});
  EXPECT_EQ(of(with(with(kGood, rescaling, ""), "{ type = \"Flatten\" }", "\"Flatten\", \"BatchNormalization\"")),
            Lines{});
}

TEST_F(Lint, looks_into_a_residual) {
  const std::string rescaling = "  { type = \"Rescaling\", scale = 0.00392156862745098 },\n";
  const std::string residual =
      "\"Flatten\", { type = \"Residual\", layers = [{ type = \"Dense\", units = 784 }, \"BatchNormalization\"] },\n";
  EXPECT_EQ(
      of(with(with(kGood, rescaling, ""), "  { type = \"Flatten\" },\n", residual)),
      (Lines{"warning: model.layers.1.layers.0 (Dense) is the first to multiply, and takes bytes as they are: up to "
             "255 (r.toml:7:43)",
             "warning: the bias of model.layers.1.layers.0 (Dense) can do nothing: BatchNormalization takes away "
             "the mean (r.toml:7:43)"}));
}

TEST_F(Lint, warns_of_a_bias_that_batch_normalization_takes_away) {
  EXPECT_EQ(of_layers("\"Flatten\", { type = \"Dense\", units = 7 }, \"BatchNormalization\",\n"),
            Lines{"warning: the bias of model.layers.2 (Dense) can do nothing: BatchNormalization takes away the mean "
                  "(r.toml:8:12)"});
  EXPECT_EQ(of_layers("\"Flatten\", { type = \"Dense\", units = 7, use_bias = false }, \"BatchNormalization\",\n"),
            Lines{});
  EXPECT_EQ(of_layers("\"Flatten\", { type = \"Dense\", units = 7, activation = \"relu\" }, \"BatchNormalization\",\n"),
            Lines{})
      << "after a ReLU the bias is of use";
}

TEST_F(Lint, warns_of_batches_that_batch_normalization_can_learn_nothing_from) {
  const std::string layers = "\"Flatten\", \"BatchNormalization\",\n";
  EXPECT_EQ(
      of(with(with(kGood, "  { type = \"Flatten\" },\n", layers), "epochs = 30", "epochs = 30\nbatch_size = 1")),
      Lines{"warning: model.layers.2 (BatchNormalization) sees batches of 1 sample: while training, its output is "
            "beta, whatever the sample (r.toml:18:1)"});
}

TEST_F(Lint, warns_of_softmax_taken_twice_or_never) {
  EXPECT_EQ(of(kGood, {"compile.loss.from_logits=true"}),
            Lines{"warning: CategoricalCrossentropy applies softmax to the outputs (from_logits), but model.layers.2 "
                  "(Dense) has done so (--set compile.loss.from_logits=true)"});
  EXPECT_EQ(of(kGood, {"model.layers.2.activation=linear"}),
            Lines{"warning: CategoricalCrossentropy takes probabilities, but the outputs of model.layers.2 (Dense) are "
                  "any numbers (--set model.layers.2.activation=linear)"});
  EXPECT_EQ(of(kGood, {"model.layers.2.activation=linear", "compile.loss.from_logits=true"}), Lines{});
}

TEST_F(Lint, knows_the_layer_softmax_and_losses_that_apply_sigmoid) {
  const std::string apart = with(kGood, ", activation = \"softmax\" },", " }, \"Softmax\",");
  EXPECT_EQ(of(apart, {"compile.loss.from_logits=true"}),
            Lines{"warning: CategoricalCrossentropy applies softmax to the outputs (from_logits), but model.layers.3 "
                  "(Softmax) has done so (--set compile.loss.from_logits=true)"});
  const std::string binary = with(kGood, "CategoricalCrossentropy", "BinaryCrossentropy");
  EXPECT_EQ(of(binary, {"compile.loss.from_logits=true", "model.layers.2.activation=sigmoid"}),
            Lines{"warning: BinaryCrossentropy applies sigmoid to the outputs (from_logits), but those of "
                  "model.layers.2 (Dense) are probabilities already (--set compile.loss.from_logits=true)"});
  const std::vector<Finding> linear = lint(folder_.load(binary, {"model.layers.2.activation=linear"}));
  ASSERT_EQ(linear.size(), 1u);
  EXPECT_EQ(linear[0].change, "activation = \"sigmoid\" in the last layer, or from_logits = true in the loss");
}

TEST_F(Lint, says_how_far_a_loss_can_fall_after_softmax_twice) {
  const std::vector<Finding> found = lint(folder_.load(kGood, {"compile.loss.from_logits=true"}));
  ASSERT_EQ(found.size(), 1u);
  EXPECT_NE(found[0].why.find("at most 0.232"), std::string::npos) << found[0].why;  // e / (e + 9)
  EXPECT_NE(found[0].why.find("below 1.461"), std::string::npos) << found[0].why;    // -log of that
}

TEST_F(Lint, notes_the_floor_under_a_smoothed_loss) {
  // .91 for the label and .01 for each of the nine others: -.91 log .91 - .09 log .01
  EXPECT_EQ(of(kGood, {"compile.loss.label_smoothing=0.1"}),
            Lines{"note: loss and val_loss cannot fall below 0.5003 with label_smoothing 0.1 over 10 classes "
                  "(--set compile.loss.label_smoothing=0.1)"});
}

// ---- what only the data show ----

class LintOfData : public Lint {
 protected:
  Lines of_data(const std::vector<std::int32_t>& train, const std::vector<std::int32_t>& validation,
                const std::vector<std::string>& settings, const std::string& norm = "\"BatchNormalization\"") {
    const auto set = [](const std::vector<std::int32_t>& labels) {
      return from_arrays({1}, std::vector<float>(labels.size()), labels, 3);
    };
    Lines lines;
    const std::string recipe = with(kGood, "\"Flatten\" },\n", "\"Flatten\" }, " + norm + ",\n");
    for (const Finding& finding : lint(folder_.load(recipe, settings), {set(train), set(validation), set(train)}))
      lines.push_back(std::string(to_string(finding.severity)) + ": " + one_line(finding));
    return lines;
  }
};

TEST_F(LintOfData, warns_of_a_last_batch_of_one) {
  const std::vector<std::int32_t> labels{0, 1, 2, 0, 1, 2, 0};
  EXPECT_EQ(
      of_data(labels, labels, {"fit.batch_size=3", "fit.epochs=200"}),
      Lines{"warning: model.layers.2 (BatchNormalization) sees a last batch of 1 sample: 7 samples in batches of 3 "
            "(--set fit.batch_size=3)"});
  EXPECT_EQ(of_data(labels, labels, {"fit.batch_size=4", "fit.epochs=200"}), Lines{});
}

TEST_F(LintOfData, warns_of_moving_averages_that_hardly_move) {
  const std::vector<std::int32_t> labels{0, 1, 2};
  EXPECT_EQ(of_data(labels, labels, {"fit.epochs=50"}),  // .99^50
            Lines{"warning: the moving averages of model.layers.2 (BatchNormalization) still hold 61 % of their first "
                  "values after all 50 steps (r.toml:8:25)"});
  EXPECT_EQ(of_data(labels, labels, {"fit.epochs=300"}), Lines{});
  EXPECT_EQ(of_data(labels, labels, {"fit.epochs=50"}, "{ type = \"Residual\", layers = [\"BatchNormalization\"] }"),
            Lines{"warning: the moving averages of model.layers.2.layers.0 (BatchNormalization) still hold 61 % of "
                  "their first values after all 50 steps (r.toml:8:56)"});
}

TEST_F(LintOfData, warns_of_a_split_that_leaves_a_class_to_one_part) {
  EXPECT_EQ(of_data({0, 0, 1, 1}, {1, 2}, {"fit.epochs=300"}),
            Lines{"warning: the validation samples have none of class 0, of which the training samples have 2 "
                  "(r.toml:3:1)"});
  EXPECT_EQ(of_data({0, 1}, {0, 1, 2, 2, 2}, {"fit.epochs=300"}),
            Lines{"warning: the training samples have none of class 2, of which the validation samples have 3 "
                  "(r.toml:3:1)"});
}

}  // namespace
}  // namespace telar::test
