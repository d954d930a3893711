// Every mistake in a recipe gets one message: where, what, and what to do.
#include <gtest/gtest.h>

#include "recipe_folder.hpp"

namespace telar::test {
namespace {

class RecipeMistakes : public testing::Test {
 protected:
  std::string small_with(const std::string& old, const std::string& fresh) {
    return folder_.refusal(with(kSmall, old, fresh));
  }
  std::string fit_with(const std::string& line) { return folder_.refusal(kSmall + line); }
  std::string layer(const std::string& table) { return small_with("{ type = \"Flatten\" }", table); }

  RecipeFolder folder_;
};

TEST_F(RecipeMistakes, unknown_key_of_a_section) {
  EXPECT_EQ(fit_with("epoch = 3"), "[r.toml:14:1] unknown key \"epoch\" in [fit]\n  did you mean \"epochs\"?");
}

TEST_F(RecipeMistakes, unknown_key_at_the_top) {
  EXPECT_EQ(small_with("[fit]", "[fitt]"), "[r.toml:13:2] unknown key \"fitt\"\n  did you mean \"fit\"?");
}

TEST_F(RecipeMistakes, unknown_key_of_a_layer) {
  EXPECT_EQ(layer("{ type = \"Dense\", unit = 3, units = 3 }"),
            "[r.toml:6:21] unknown key \"unit\" in model.layers.0 (Dense)\n  did you mean \"units\"?");
}

TEST_F(RecipeMistakes, key_that_another_type_of_layer_has) {
  EXPECT_EQ(layer("{ type = \"Flatten\", units = 3 }"),
            "[r.toml:6:23] unknown key \"units\" in model.layers.0 (Flatten)\n  known: type, name");
}

TEST_F(RecipeMistakes, key_of_idx_for_fashion_mnist) {
  EXPECT_EQ(small_with("\n\n", "\nclasses = 3\n\n"),
            "[r.toml:3:1] unknown key \"classes\" in [data]\n  known: source, dir, validation");
}

TEST_F(RecipeMistakes, unknown_layer) {
  EXPECT_EQ(layer("{ type = \"Dens\" }"),
            "[r.toml:6:3] model.layers.0.type = \"Dens\" is unknown\n  did you mean \"Dense\"?");
}

TEST_F(RecipeMistakes, unknown_layer_that_resembles_none_gets_the_list) {
  EXPECT_EQ(
      layer("{ type = \"Conv2D\" }"),
      "[r.toml:6:3] model.layers.0.type = \"Conv2D\" is unknown\n"
      "  known: Rescaling, Flatten, Dense, Activation, BatchNormalization, Dropout, ReLU, LeakyReLU, ELU, Softmax, "
      "PReLU, GaussianNoise, GaussianDropout, AlphaDropout, LayerNormalization, RMSNormalization, UnitNormalization, "
      "Reshape, ActivityRegularization, Residual, Normalization, RandomFlip, RandomTranslation");
}

TEST_F(RecipeMistakes, layers_within_a_residual) {
  EXPECT_EQ(layer("{ type = \"Residual\", layers = [ { type = \"Dense\", unit = 3, units = 3 } ] }"),
            "[r.toml:6:53] unknown key \"unit\" in model.layers.0.layers.0 (Dense)\n  did you mean \"units\"?");
  EXPECT_EQ(layer("{ type = \"Residual\", layers = [ \"Dens\" ] }"),
            "[r.toml:6:35] model.layers.0.layers.0 = \"Dens\" is unknown\n  did you mean \"Dense\"?");
}

TEST_F(RecipeMistakes, layer_that_normalises_another_axis) {
  EXPECT_EQ(layer("{ type = \"LayerNormalization\", axis = 9 }"),
            "[r.toml:6:34] model.layers.0.axis = 9, but must be in [-8, 8]");
  EXPECT_EQ(layer("{ type = \"LayerNormalization\", axis = [] }"),
            "[r.toml:6:34] model.layers.0.axis is empty\n  such as -1 or [1, 2]");
}

TEST_F(RecipeMistakes, layers_that_vary_images) {
  EXPECT_EQ(layer("{ type = \"RandomFlip\", mode = \"horizontl\" }"),
            "[r.toml:6:26] model.layers.0.mode = \"horizontl\" is unknown\n  did you mean \"horizontal\"?");
  const auto translation = [this](const std::string& fields) {
    return layer("{ type = \"RandomTranslation\", " + fields + " }");
  };
  EXPECT_EQ(translation("height_factor = 0.1"),
            "[r.toml:6:3] model.layers.0 (RandomTranslation) has no width_factor, and there is no default\n"
            "  add width_factor = ...");
  EXPECT_EQ(translation("height_factor = 2"), "[r.toml:6:33] model.layers.0.height_factor = 2, but must be in [-1, 1]");
  EXPECT_EQ(translation("height_factor = [0.1, -3]"),
            "[r.toml:6:55] model.layers.0.height_factor.1 = -3, but must be in [-1, 1]");
  EXPECT_EQ(translation("height_factor = [0.1]"),
            "[r.toml:6:33] model.layers.0.height_factor has 1 number\n"
            "  a range has two, such as [-0.1, 0.2]; 0.1 alone means [-0.1, 0.1]");
  EXPECT_EQ(translation("height_factor = \"0.1\""),
            "[r.toml:6:33] model.layers.0.height_factor must be a number or an array of two, but is a string "
            "(\"0.1\")");
  EXPECT_EQ(translation("height_factor = 0, width_factor = 0, fill_mode = \"mirror\"")
                .find("[r.toml:6:70] model.layers.0.fill_mode = \"mirror\" is unknown"),
            0u);
}

TEST_F(RecipeMistakes, losses_and_metrics_of_overlap_and_thresholds) {
  const auto loss = [this](const std::string& fields) {
    return small_with("\"sparse_categorical_crossentropy\"", "{ type = " + fields + " }");
  };
  EXPECT_EQ(loss("\"Dice\", axis = 1"), "[r.toml:11:25] compile.loss.axis = 1, but must be -1");
  EXPECT_EQ(loss("\"Tversky\", alphas = 1"),
            "[r.toml:11:28] unknown key \"alphas\" in compile.loss (Tversky)\n  did you mean \"alpha\"?");
  EXPECT_EQ(loss("\"CategoricalGeneralizedCrossEntropy\", q = 0"),
            "[r.toml:11:55] compile.loss.q = 0, but must be in (0, 1)");
  EXPECT_EQ(small_with("[fit]", "metrics = [\"precision_at_recall\"]"),
            "[r.toml:13:12] compile.metrics.0 (PrecisionAtRecall) has no recall, and there is no default\n"
            "  add recall = ...");
}

TEST_F(RecipeMistakes, layers_losses_and_metrics_that_only_code_can_say) {
  const std::string rest =
      " holds code, and a recipe holds none\n  it is for programs in C++ (custom.hpp, custom_layer.hpp)";
  EXPECT_EQ(layer("{ type = \"Custom\", name = \"mine\" }"), "[r.toml:6:3] model.layers.0.type = \"Custom\"" + rest);
  EXPECT_EQ(small_with("\"sparse_categorical_crossentropy\"", "\"custom_loss\""),
            "[r.toml:11:1] compile.loss = \"custom_loss\"" + rest);
  EXPECT_EQ(small_with("[fit]", "metrics = [\"CustomMetric\"]"),
            "[r.toml:13:12] compile.metrics.0 = \"CustomMetric\"" + rest);
}

TEST_F(RecipeMistakes, right_angles_of_what_is_no_kernel) {
  EXPECT_EQ(
      layer(
          "{ type = \"Dense\", units = 1, kernel_regularizer = { type = \"OrthogonalRegularizer\", mode = \"row\" } }")
          .find("[r.toml:6:87] model.layers.0.kernel_regularizer.mode = \"row\" is unknown\n  did you mean \"rows\"?"),
      0u);
  EXPECT_EQ(layer("{ type = \"Dense\", units = 1, bias_regularizer = \"OrthogonalRegularizer\" }"),
            "[r.toml:6:3] bias_regularizer is an OrthogonalRegularizer, which is for kernels alone\n"
            "  leave it out, or use L2");
}

TEST_F(RecipeMistakes, validation_by_steps_that_is_out_of_range) {
  EXPECT_EQ(fit_with("validation_freq_steps = 0"),
            "[r.toml:14:1] fit.validation_freq_steps = 0, but must be at least 1");
}

TEST_F(RecipeMistakes, layer_without_a_type) {
  EXPECT_EQ(layer("{ units = 3 }"), "[r.toml:6:3] model.layers.0 has no type\n  such as type = \"Rescaling\"");
}

TEST_F(RecipeMistakes, unknown_loss_metric_optimizer_callback_and_initializer) {
  EXPECT_EQ(small_with("\"sparse_categorical_crossentropy\"", "\"sparse_categorical_crossentrop\""),
            "[r.toml:11:1] compile.loss = \"sparse_categorical_crossentrop\" is unknown\n"
            "  did you mean \"sparse_categorical_crossentropy\"?");
  EXPECT_EQ(small_with("[fit]", "metrics = [\"accurcy\"]"),
            "[r.toml:13:12] compile.metrics.0 = \"accurcy\" is unknown\n  did you mean \"Accuracy\"?");
  EXPECT_EQ(small_with("[fit]", "optimizer = { type = \"Adan\" }"),
            "[r.toml:13:1] compile.optimizer.type = \"Adan\" is unknown\n  did you mean \"Adam\"?");
  EXPECT_EQ(fit_with("callbacks = [ { type = \"EarlyStop\" } ]"),
            "[r.toml:14:15] fit.callbacks.0.type = \"EarlyStop\" is unknown\n  did you mean \"EarlyStopping\"?");
  EXPECT_EQ(
      layer("{ type = \"Dense\", units = 1, kernel_initializer = \"glorot\" }"),
      "[r.toml:6:32] model.layers.0.kernel_initializer = \"glorot\" is unknown\n  did you mean \"GlorotUniform\"?");
}

TEST_F(RecipeMistakes, schedule_that_is_unknown_or_lacks_a_number) {
  const auto rate = [this](const std::string& value) {
    return small_with("[fit]", "optimizer = { type = \"Adam\", learning_rate = " + value + " }");
  };
  EXPECT_EQ(rate("\"cosine_deca\""),
            "[r.toml:13:30] compile.optimizer.learning_rate = \"cosine_deca\" is unknown\n"
            "  did you mean \"cosine_decay\"?");
  EXPECT_EQ(rate("true"),
            "[r.toml:13:30] compile.optimizer.learning_rate must be a number or a schedule, but is a "
            "boolean (true)");
  EXPECT_EQ(rate("-1"), "[r.toml:13:30] compile.optimizer.learning_rate = -1, but must be at least 0");
  EXPECT_EQ(rate("{ type = \"CosineDecay\", initial_learning_rate = 0.1 }"),
            "[r.toml:13:30] compile.optimizer.learning_rate (CosineDecay) has no decay_steps, and there is no default\n"
            "  add decay_steps = ...");
}

TEST_F(RecipeMistakes, unknown_regularizer_or_constraint_and_options_out_of_range) {
  const auto dense = [this](const std::string& option) {
    return layer("{ type = \"Dense\", units = 1, " + option + " }");
  };
  EXPECT_EQ(dense("kernel_regularizer = \"l3\""),
            "[r.toml:6:32] model.layers.0.kernel_regularizer = \"l3\" is unknown\n  did you mean \"L1\"?");
  EXPECT_EQ(dense("bias_regularizer = { type = \"L2\", l1 = 0.1 }"),
            "[r.toml:6:66] unknown key \"l1\" in model.layers.0.bias_regularizer (L2)\n  did you mean \"l2\"?");
  EXPECT_EQ(dense("activity_regularizer = { type = \"L1\", l1 = -1 }"),
            "[r.toml:6:70] model.layers.0.activity_regularizer.l1 = -1, but must be at least 0");
  EXPECT_EQ(dense("kernel_constraint = \"max_nom\""),
            "[r.toml:6:32] model.layers.0.kernel_constraint = \"max_nom\" is unknown\n  did you mean \"max_norm\"?");
  EXPECT_EQ(dense("kernel_constraint = { type = \"UnitNorm\", axis = 2 }"),
            "[r.toml:6:73] model.layers.0.kernel_constraint.axis = 2, but must be in [0, 1]");
}

TEST_F(RecipeMistakes, options_of_optimizers_that_look_at_whole_variables) {
  const auto optimizer = [this](const std::string& fields) {
    return small_with("[fit]", "optimizer = { type = " + fields + " }");
  };
  EXPECT_EQ(optimizer("\"Muon\", ns_steps = 0"),
            "[r.toml:13:30] compile.optimizer.ns_steps = 0, but must be in [1, 100]");
  EXPECT_EQ(optimizer("\"Adafactor\", beta_2_decay = 0.8"),
            "[r.toml:13:35] compile.optimizer.beta_2_decay = 0.8, but must be at most 0");
  EXPECT_EQ(
      optimizer("\"Lamb\", amsgrad = true").find("[r.toml:13:30] unknown key \"amsgrad\" in compile.optimizer (Lamb)"),
      0u);
}

TEST_F(RecipeMistakes, unknown_activation) {
  EXPECT_EQ(layer("{ type = \"Dense\", units = 1, activation = \"rleu\" }"),
            "[r.toml:6:32] model.layers.0.activation = \"rleu\" is unknown\n  did you mean \"relu\"?");
}

TEST_F(RecipeMistakes, unknown_arithmetic) {
  EXPECT_EQ(small_with("[fit]", "dtype = \"mixed_bfloat61\""),
            "[r.toml:13:1] compile.dtype = \"mixed_bfloat61\" is unknown\n  did you mean \"mixed_bfloat16\"?");
  EXPECT_EQ(small_with("[fit]", "dtype = \"float16\""),
            "[r.toml:13:1] compile.dtype = \"float16\" is unknown\n  did you mean \"float32\"?");
}

TEST_F(RecipeMistakes, wrong_type) {
  EXPECT_EQ(fit_with("epochs = \"ten\""), "[r.toml:14:1] fit.epochs must be an integer, but is a string (\"ten\")");
  EXPECT_EQ(fit_with("epochs = 1.5"), "[r.toml:14:1] fit.epochs must be an integer, but is a float (1.5)");
  EXPECT_EQ(fit_with("shuffle = 1"), "[r.toml:14:1] fit.shuffle must be true or false, but is an integer (1)");
  EXPECT_EQ(fit_with("callbacks = \"EarlyStopping\""),
            "[r.toml:14:1] fit.callbacks must be an array, but is a string (\"EarlyStopping\")");
  EXPECT_EQ(fit_with("callbacks = [3]"),
            "[r.toml:14:14] fit.callbacks.0 must be a class name or a table with a type, but is an integer (3)");
  EXPECT_EQ(layer("{ type = \"Dropout\", rate = true }"),
            "[r.toml:6:23] model.layers.0.rate must be a number, but is a boolean (true)");
  EXPECT_EQ(layer("{ type = \"Dropout\", name = 2024-01-01 }"),
            "[r.toml:6:23] model.layers.0.name must be a string, but is a date or time (2024-01-01)");
  EXPECT_EQ(small_with("[data]\nsource = \"fashion_mnist\"", "data = \"fashion_mnist\""),
            "[r.toml:1:1] data must be a table, but is a string (\"fashion_mnist\")");
}

TEST_F(RecipeMistakes, number_out_of_range) {
  EXPECT_EQ(fit_with("batch_size = 0"), "[r.toml:14:1] fit.batch_size = 0, but must be at least 1");
  EXPECT_EQ(fit_with("epochs = 0"), "[r.toml:14:1] fit.epochs = 0, but must be at least 1");
  EXPECT_EQ(fit_with("epochs = 9223372036854775807"),
            "[r.toml:14:1] fit.epochs = 9.223372036854776e+18, but must be in [1, 1073741824]");
  EXPECT_EQ(layer("{ type = \"Dense\", units = 0 }"), "[r.toml:6:21] model.layers.0.units = 0, but must be at least 1");
  EXPECT_EQ(layer("{ type = \"Dropout\", rate = 1.5 }"),
            "[r.toml:6:23] model.layers.0.rate = 1.5, but must be in [0, 1]");
  EXPECT_EQ(layer("{ type = \"Dropout\", rate = nan }"),
            "[r.toml:6:23] model.layers.0.rate = nan, but must be in [0, 1]");
  EXPECT_EQ(folder_.refusal("seed = -1\n" + kSmall), "[r.toml:1:1] seed = -1, but must be at least 0");
}

TEST_F(RecipeMistakes, dense_without_units) {
  EXPECT_EQ(layer("{ type = \"Dense\" }"),
            "[r.toml:6:3] model.layers.0 (Dense) has no units, and there is no default\n  add units = ...");
}

TEST_F(RecipeMistakes, a_reduction_that_leaves_no_one_loss) {
  EXPECT_EQ(
      small_with("loss = \"sparse_categorical_crossentropy\"",
                 "loss = { type = \"MeanSquaredError\", reduction = \"none\" }"),
      "[r.toml:11:37] compile.loss.reduction = \"none\": it leaves each sample its own loss, but a step follows the "
      "gradient of one number (Keras's fit fails too)\n"
      "  \"sum\" has the gradients of all samples added up, \"sum_over_batch_size\" their mean");
}

TEST_F(RecipeMistakes, layer_name_with_a_slash) {
  EXPECT_EQ(
      layer("{ type = \"Flatten\", name = \"a/b\" }"),
      "[r.toml:6:3] name = \"a/b\" has a '/'\n  variables are called layer/kernel, so a layer's name cannot hold one");
}

TEST_F(RecipeMistakes, validation_of_no_or_several_forms_or_out_of_range) {
  const auto validation = [&](const std::string& form) {
    return small_with("\n\n", "\nvalidation = " + form + "\n\n");
  };
  EXPECT_EQ(validation("{ first = 10, last = 0.2 }"),
            "[r.toml:3:1] data.validation has more than one of first, last, fraction and folds\n  keep one of them");
  EXPECT_EQ(
      validation("{ }"),
      "[r.toml:3:1] data.validation does not say which samples\n"
      "  { first = 10000 }, { last = 0.2 }, { fraction = 0.2, order = \"stratified\" } or { folds = 5, fold = 0 }");
  EXPECT_EQ(validation("{ folds = 5 }"),
            "[r.toml:3:1] data.validation does not say which fold is held out\n"
            "  fold = 0, and 0 to 4 for all of them in turn");
  EXPECT_EQ(validation("{ folds = 1, fold = 0 }"), "[r.toml:3:16] data.validation.folds = 1, but must be at least 2");
  EXPECT_EQ(validation("{ folds = 5, fold = 5 }"), "[r.toml:3:27] data.validation.fold = 5, but must be in [0, 4]");
  EXPECT_EQ(validation("{ folds = 5, fold = 4, order = \"shuffle\" }"),
            "[r.toml:3:37] data.validation.order = \"shuffle\" is unknown\n  did you mean \"shuffled\"?");
  EXPECT_EQ(validation("0.2"), "[r.toml:3:1] data.validation must be a table, but is a float (0.2)");
  EXPECT_EQ(validation("{ first = 0 }"), "[r.toml:3:16] data.validation.first = 0, but must be at least 1");
  EXPECT_EQ(validation("{ last = 1 }"), "[r.toml:3:16] data.validation.last = 1, but must be in (0, 1)");
  EXPECT_EQ(validation("{ fraction = 0.0 }"), "[r.toml:3:16] data.validation.fraction = 0, but must be in (0, 1)");
  EXPECT_EQ(validation("{ fraction = 0.2, order = \"stratifed\" }"),
            "[r.toml:3:32] data.validation.order = \"stratifed\" is unknown\n  did you mean \"stratified\"?");
  EXPECT_EQ(validation("{ last = 0.2, order = \"shuffled\" }"),
            "[r.toml:3:28] unknown key \"order\" in data.validation\n  known: first, last");
  EXPECT_EQ(validation("{ frist = 2 }"),
            "[r.toml:3:16] unknown key \"frist\" in data.validation\n  did you mean \"first\"?");
}

TEST_F(RecipeMistakes, unknown_source) {
  EXPECT_EQ(small_with("fashion_mnist", "fashion_mnst"),
            "[r.toml:2:1] data.source = \"fashion_mnst\" is unknown\n  did you mean \"fashion_mnist\"?");
}

TEST_F(RecipeMistakes, keys_of_pictures_and_arrays) {
  const auto images = [this](const std::string& keys) {
    return small_with("source = \"fashion_mnist\"", "source = \"images\"\ntrain = \"p\"\n" + keys);
  };
  EXPECT_EQ(images("size = 28"), "[r.toml:4:1] data.size must be an array, but is an integer (28)");
  EXPECT_EQ(images("size = [28, 0]"), "[r.toml:4:13] data.size.1 = 0, but must be in [1, 4096]");
  EXPECT_EQ(images("size = [28, 28.0]"), "[r.toml:4:13] data.size.1 must be an integer, but is a float (28)");
  EXPECT_EQ(images("channels = 4"), "[r.toml:4:1] data.channels = 4, but must be in [1, 3]");
  EXPECT_EQ(images("chanels = 3"), "[r.toml:4:1] unknown key \"chanels\" in [data]\n  did you mean \"channels\"?");
  EXPECT_EQ(images("label = \"x\"").substr(0, 42), "[r.toml:4:1] unknown key \"label\" in [data]");
  const auto arrays = [this](const std::string& keys) {
    return small_with("source = \"fashion_mnist\"", "source = \"npy\"\n" + keys);
  };
  EXPECT_EQ(arrays("x_tran = \"x\""), "[r.toml:3:1] unknown key \"x_tran\" in [data]\n  did you mean \"x_train\"?");
  EXPECT_EQ(arrays("archive = 1"), "[r.toml:3:1] data.archive must be a string, but is an integer (1)");
  EXPECT_EQ(arrays("test_fraction = 1"), "[r.toml:3:1] data.test_fraction = 1, but must be in (0, 1)");
  EXPECT_EQ(arrays("size = [1, 1]").substr(0, 41), "[r.toml:3:1] unknown key \"size\" in [data]");
}

TEST_F(RecipeMistakes, missing_parts) {
  EXPECT_EQ(small_with("[data]\nsource = \"fashion_mnist\"\n", ""),
            "[r.toml] there is no [data]\n  [data] source = \"fashion_mnist\"");
  EXPECT_EQ(small_with("source = \"fashion_mnist\"\n", ""),
            "[r.toml:1:2] data.source is missing: which data?\n  [data] source = \"fashion_mnist\"");
  EXPECT_EQ(folder_.refusal("[data]\nsource = \"fashion_mnist\""),
            "[r.toml] there is no [model]\n  [model] layers = [ { type = \"Dense\", units = 10 } ]");
  EXPECT_EQ(folder_.refusal("[data]\nsource = \"fashion_mnist\"\n[model]\nlayers = []"),
            "[r.toml:4:1] model.layers is empty: a network needs at least one layer\n"
            "  [model] layers = [ { type = \"Dense\", units = 10 } ]");
  EXPECT_EQ(small_with("loss = \"sparse_categorical_crossentropy\"", ""),
            "[r.toml:10:2] compile.loss is missing: nothing to make small\n"
            "  [compile] loss = \"sparse_categorical_crossentropy\"");
  EXPECT_EQ(small_with("[compile]\nloss = \"sparse_categorical_crossentropy\"", ""),
            "[r.toml] there is no [compile]\n  [compile] loss = \"sparse_categorical_crossentropy\"");
}

TEST_F(RecipeMistakes, callback_whose_options_are_wrong) {
  const auto callback = [this](const std::string& table) { return fit_with("callbacks = [ " + table + " ]"); };
  EXPECT_EQ(callback("\"BackupAndRestore\""), "[r.toml:14:15] backup_dir is empty\n  such as backup_dir = \"backup\"");
  EXPECT_EQ(callback("{ type = \"BackupAndRestore\", backup_dir = \"b\", save_freq = -1 }"),
            "[r.toml:14:62] fit.callbacks.0.save_freq = -1, but must be at least 0");
  EXPECT_EQ(callback("{ type = \"BackupAndRestore\", backup_dirs = \"b\" }"),
            "[r.toml:14:44] unknown key \"backup_dirs\" in fit.callbacks.0 (BackupAndRestore)\n"
            "  did you mean \"backup_dir\"?");
  EXPECT_EQ(callback("{ type = \"SwapEMAWeights\", swap_on_epoch = 1 }"),
            "[r.toml:14:42] fit.callbacks.0.swap_on_epoch must be true or false, but is an integer (1)");
}

TEST_F(RecipeMistakes, options_of_fit_that_are_wrong) {
  EXPECT_EQ(fit_with("training_score = 1"),
            "[r.toml:14:1] fit.training_score must be true or false, but is an integer (1)");
  EXPECT_EQ(fit_with("start_from = 3"), "[r.toml:14:1] fit.start_from must be a string, but is an integer (3)");
  EXPECT_EQ(fit_with("start_form = \"a\""),
            "[r.toml:14:1] unknown key \"start_form\" in [fit]\n  did you mean \"start_from\"?");
  EXPECT_EQ(fit_with("mixup = 0.2"), "[r.toml:14:1] fit.mixup must be a table, but is a float (0.2)");
  EXPECT_EQ(fit_with("mixup = { alpha = 0 }"), "[r.toml:14:11] fit.mixup.alpha = 0, but must be greater than 0");
  EXPECT_EQ(fit_with("mixup = { alpa = 1 }"),
            "[r.toml:14:11] unknown key \"alpa\" in fit.mixup\n  did you mean \"alpha\"?");
}

TEST_F(RecipeMistakes, no_toml) {
  EXPECT_EQ(fit_with("epochs = \n"),
            "[r.toml:14:10] not valid TOML: Error while parsing key-value pair: expected value, saw '\\n'");
  EXPECT_EQ(
      fit_with("epochs = 1\nepochs = 2"),
      "[r.toml:15:10] not valid TOML: Error while parsing key-value pair: cannot redefine existing integer 'epochs'");
}

TEST_F(RecipeMistakes, malformed_text_on_which_the_parser_asserts) {
  EXPECT_EQ(folder_.refusal("[[["), "[r.toml] not valid TOML\n  look for an unfinished or doubled [ or key");
}

TEST_F(RecipeMistakes, letters_that_confuse_the_parsers_test_for_white_space) {
  EXPECT_EQ(folder_.refusal("\xef\xb4\xbf = 1").find("[r.toml:1:1] not valid TOML: "), 0u);
}

TEST_F(RecipeMistakes, nesting_that_could_use_up_the_stack) {
  std::string key = "a";
  for (int i = 0; i < 400'000; ++i) key += ".a";
  EXPECT_EQ(folder_.refusal("\n" + key + " = 1"), "[r.toml:2:1] more than 250 dots in a line\n  break the line");
  EXPECT_EQ(folder_.refusal("a = " + std::string(100'000, '[')).find("[r.toml:1:"), 0u);
}

TEST_F(RecipeMistakes, rows_of_dots_in_a_comment_are_none) {
  EXPECT_NO_THROW(static_cast<void>(folder_.load("# " + std::string(1000, '.') + "\n" + kSmall)));
}

TEST_F(RecipeMistakes, file_that_is_missing_a_folder_or_larger_than_any_recipe) {
  const Error missing = thrown_by([&] { static_cast<void>(load_recipe(folder_.path() / "nope.toml")); });
  EXPECT_EQ(missing.code(), ErrorCode::usage);
  EXPECT_EQ(missing.where(), (folder_.path() / "nope.toml").string());
  EXPECT_EQ(missing.hint(), "give the path of a recipe (a .toml file)");
  EXPECT_EQ(thrown_by([&] { static_cast<void>(load_recipe(folder_.path())); }).code(), ErrorCode::usage);
  const std::string large = folder_.refusal(kSmall + std::string(1 << 20, '\n'));
  EXPECT_EQ(large.find("[" + (folder_.path() / "r.toml").string() + "]"), 0u) << large;
}

}  // namespace
}  // namespace telar::test
