// From a recipe to data, network and options, on an IDX set of 2 x 3 images made here.
#include <algorithm>
#include <gtest/gtest.h>

#include "recipe_folder.hpp"
#include "support/idx_bytes.hpp"

namespace telar::test {
namespace {

const std::string kLetters = R"([data]
source = "idx"
dir = "letters"

[model]
layers = [
  { type = "Flatten" },
  { type = "Dense", units = 7 },
  { type = "Dense", units = 4, activation = "softmax" },
]

[compile]
loss = "sparse_categorical_crossentropy"

[fit]
)";

class RecipeBuild : public testing::Test {
 protected:
  RecipeBuild() {
    put_set("train", 20);
    put_set("t10k", 8);
  }
  /// Labels 0, 1, 2, 3, 0, 1, ...
  void put_set(const std::string& part, std::uint32_t count) {
    std::string labels;
    for (std::uint32_t i = 0; i < count; ++i) labels += static_cast<char>(i % 4);
    folder_.write("letters/" + part + "-images-idx3-ubyte", idx_bytes({count, 2, 3}, std::string(count * 6, '\1')));
    folder_.write("letters/" + part + "-labels-idx1-ubyte", idx_bytes({count}, labels));
  }
  RecipeData data(const std::vector<std::string>& settings = {}) { return load_data(folder_.load(kLetters, settings)); }
  Error build_error(const std::string& text) {
    const Recipe recipe = folder_.load(text);
    const RecipeData read = load_data(recipe);
    return thrown_by([&] { static_cast<void>(build_model(recipe, read.train)); });
  }
  std::string refusal(const std::vector<std::string>& settings) {
    const Error error = thrown_by([&] { static_cast<void>(data(settings)); });
    EXPECT_EQ(error.code(), ErrorCode::usage);
    return error.what();
  }
  RecipeFolder folder_;
};

std::vector<int> labels(const Dataset& data) {
  std::vector<int> all;
  for (std::size_t i = 0; i < data.size(); ++i) all.push_back(data.label(i));
  return all;
}

TEST_F(RecipeBuild, reads_training_and_test_set_and_holds_nothing_out_unasked) {
  const RecipeData read = data();
  EXPECT_EQ(read.train.size(), 20u);
  EXPECT_EQ(read.test.size(), 8u);
  EXPECT_FALSE(read.validation);
  EXPECT_EQ(read.train.classes(), 4);
}

TEST_F(RecipeBuild, holds_the_first_samples_out) {
  const RecipeData read = data({"data.validation.first=5"});
  EXPECT_EQ(labels(*read.validation), (std::vector<int>{0, 1, 2, 3, 0}));
  EXPECT_EQ(read.train.size(), 15u);
  EXPECT_EQ(read.train.label(0), 1);
}

TEST_F(RecipeBuild, holds_the_last_samples_out) {
  const RecipeData read = data({"data.validation.last=0.25"});
  EXPECT_EQ(labels(*read.validation), (std::vector<int>{3, 0, 1, 2, 3}));
  EXPECT_EQ(read.train.size(), 15u);
}

TEST_F(RecipeBuild, holds_a_share_of_each_class_out) {
  std::vector<int> held_out = labels(*data({"data.validation={fraction=0.4, order=\"stratified\"}"}).validation);
  std::sort(held_out.begin(), held_out.end());
  EXPECT_EQ(held_out, (std::vector<int>{0, 0, 1, 1, 2, 2, 3, 3}));
}

TEST_F(RecipeBuild, holds_a_fold_out) {
  const RecipeData first = data({"data.validation={folds=4, fold=0, order=\"consecutive\"}"});
  EXPECT_EQ(labels(*first.validation), (std::vector<int>{0, 1, 2, 3, 0}));
  std::vector<std::uint32_t> rows;
  for (const char* fold : {"0", "1", "2"}) {
    const RecipeData read = data({"data.validation={folds=3, fold=" + std::string(fold) + "}"});
    EXPECT_EQ(read.train.size() + read.validation->size(), 20u);
    rows.insert(rows.end(), read.validation->rows().begin(), read.validation->rows().end());
  }
  std::ranges::sort(rows);
  for (std::uint32_t i = 0; i < 20; ++i) EXPECT_EQ(rows.at(i), i) << "each sample once in all folds together";
  EXPECT_NE(refusal({"data.validation={folds=21, fold=0}"}).find("[--set data.validation"), std::string::npos);
}

TEST_F(RecipeBuild, gives_samples_the_weights_of_a_column) {
  folder_.write("t.csv", "a,w,y\n1,1,0\n2,2,1\n3,3,0\n4,4,1\n5,5,0\n6,6,1\n");
  folder_.write("u.csv", "a,w,y\n1,1,0\n2,2,1\n");
  const Recipe recipe = folder_.load(with(
      with(
          kLetters, "source = \"idx\"\ndir = \"letters\"",
          "source = \"csv\"\ntrain = \"t.csv\"\ntest = \"u.csv\"\nlabel = \"y\"\nsample_weight = \"w\"\nvalidation = { "
          "last = 0.34 }"),
      "units = 4", "units = 2"));
  const RecipeData read = load_data(recipe);
  EXPECT_EQ(read.features, std::vector<std::string>{"a"});
  const FitOptions options = fit_options(recipe, read);
  EXPECT_EQ(options.sample_weight, (std::vector<float>{1, 2, 3}));
  EXPECT_EQ(options.validation_sample_weight, (std::vector<float>{4, 5, 6}));
  Sequential model = build_model(recipe, read.train);
  EXPECT_EQ(model.fit(read.train, options).ended, Ended::completed);
}

TEST_F(RecipeBuild, draws_a_shuffled_split_by_the_recipes_seed) {
  const auto rows = [&](const std::string& seed) {
    const RecipeData read = data({"data.validation.fraction=0.5", "seed=" + seed});
    return std::vector<std::uint32_t>(read.validation->rows().begin(), read.validation->rows().end());
  };
  EXPECT_EQ(rows("1").size(), 10u);
  EXPECT_EQ(rows("1"), rows("1"));
  EXPECT_NE(rows("1"), rows("2"));
}

TEST_F(RecipeBuild, makes_one_hot_targets_for_categorical_crossentropy) {
  const RecipeData read = data({"compile.loss=categorical_crossentropy", "data.validation.first=5"});
  for (const Dataset* part : {&read.train, &*read.validation, &read.test}) {
    EXPECT_FALSE(part->has_labels());
    EXPECT_EQ(part->storage().target_width, 4);
  }
}

TEST_F(RecipeBuild, looks_where_the_caller_says_rather_than_where_the_recipe_says) {
  const Recipe recipe = folder_.load(kLetters, {"data.dir=/nowhere"});
  EXPECT_EQ(load_data(recipe, folder_.path() / "letters").train.size(), 20u);
  EXPECT_EQ(thrown_by([&] { static_cast<void>(load_data(recipe)); }).code(), ErrorCode::data);
}

TEST_F(RecipeBuild, refuses_idx_without_a_folder) {
  const Error error =
      thrown_by([&] { static_cast<void>(load_data(folder_.load(with(kLetters, "dir = \"letters\"\n", "")))); });
  EXPECT_EQ(error.code(), ErrorCode::usage);
  EXPECT_STREQ(error.what(),
               "[r.toml:2:1] data.dir is missing: where are the four IDX files?\n"
               "  add dir = \"...\" to [data], or say --data-dir");
}

TEST_F(RecipeBuild, refuses_a_validation_that_leaves_nothing_to_train_on) {
  EXPECT_EQ(refusal({"data.validation.first=20"}),
            "[--set data.validation.first=20] data.validation.first = 20 leaves nothing to train on: "
            "idx has 20 training samples\n  hold out fewer");
  EXPECT_EQ(refusal({"data.validation.last=0.999"}).find("[--set data.validation.last=0.999] "), 0u);
}

TEST_F(RecipeBuild, builds_and_compiles_the_network) {
  const Recipe recipe = folder_.load(kLetters, {"seed=5", "compile.optimizer=sgd"});
  const RecipeData read = load_data(recipe);
  const Sequential model = build_model(recipe, read.train);
  EXPECT_EQ(model.input().shape, (std::vector<int>{2, 3}));
  EXPECT_EQ(model.outputs(), 4);
  EXPECT_EQ(model.seed(), 5u);
  EXPECT_TRUE(std::holds_alternative<SGD>(model.compiled().optimizer));
  EXPECT_TRUE(model.compiled().loss.has_value());
}

TEST_F(RecipeBuild, refuses_a_width_that_is_not_the_number_of_classes) {
  const Error error = build_error(with(kLetters, "units = 4", "units = 5"));
  EXPECT_EQ(error.code(), ErrorCode::usage);
  EXPECT_STREQ(error.what(),
               "[r.toml:9:21, layer dense_1 (Dense), output (5)] the network has 5 outputs, but idx has 4 classes\n"
               "  set model.layers.2.units = 4");
}

TEST_F(RecipeBuild, blames_the_last_dense_layer_for_the_width) {
  const Error error = build_error(with(kLetters, "units = 4, activation = \"softmax\" }",
                                       "units = 5 }, { type = \"Activation\", activation = \"softmax\" }"));
  EXPECT_EQ(error.where(), "r.toml:9:21, layer dense_1 (Dense), output (5)");
}

TEST_F(RecipeBuild, says_where_a_layer_within_a_residual_does_not_fit) {
  const Error error = build_error(with(kLetters, "  { type = \"Flatten\" },\n",
                                       "  { type = \"Residual\", layers = [ \"Flatten\",\n \"Softmax\",\n { type = "
                                       "\"Reshape\", target_shape = [5] } ] },\n"));
  EXPECT_EQ(error.code(), ErrorCode::usage);
  EXPECT_EQ(error.where(), "r.toml:9:2, layer 0, residual (Residual), layer 2, reshape (Reshape)");
}

TEST_F(RecipeBuild, adapts_normalizations_to_the_training_data) {
  const Recipe recipe =
      folder_.load(with(kLetters, "  { type = \"Flatten\" },\n", "  \"Flatten\", \"Normalization\",\n"));
  const Sequential model = build_model(recipe, load_data(recipe).train);  // of ones
  EXPECT_TRUE(std::ranges::equal(model.get_weights("normalization/mean"), std::vector<float>(6, 1)));
  EXPECT_TRUE(std::ranges::equal(model.get_weights("normalization/variance"), std::vector<float>(6, 0)));
}

TEST_F(RecipeBuild, says_where_a_shape_does_not_fit) {
  const Error error = build_error(with(kLetters, "  { type = \"Flatten\" },\n", ""));
  EXPECT_EQ(error.code(), ErrorCode::usage);
  EXPECT_EQ(error.where(), "r.toml:7:3, layer 0, dense (Dense)");
  EXPECT_EQ(error.hint(), "put a Flatten before it");
}

TEST_F(RecipeBuild, says_where_a_name_is_taken) {
  const Error error =
      build_error(with(with(kLetters, "units = 7", "units = 7, name = \"a\""), "units = 4", "units = 4, name = \"a\""));
  EXPECT_EQ(error.where(), "r.toml:9:3, layer 2, a (Dense)");
}

TEST_F(RecipeBuild, refuses_to_build_without_a_loss) {
  Recipe recipe = folder_.load(kLetters);
  const RecipeData read = load_data(recipe);
  recipe.compile.loss.reset();
  EXPECT_EQ(thrown_by([&] { static_cast<void>(build_model(recipe, read.train)); }).where(), "r.toml:12:2");
}

TEST_F(RecipeBuild, hands_on_the_options_of_fit) {
  const Recipe recipe = folder_.load(kLetters, {"fit.batch_size=3", "fit.epochs=2", "fit.shuffle=false",
                                                "data.validation.first=5", "fit.callbacks=[\"EarlyStopping\"]"});
  const FitOptions options = fit_options(recipe, load_data(recipe));
  EXPECT_EQ(options.batch_size, 3);
  EXPECT_EQ(options.epochs, 2);
  EXPECT_FALSE(options.shuffle);
  EXPECT_EQ(options.validation_data->size(), 5u);
  ASSERT_EQ(options.callbacks.size(), 1u);
  EXPECT_TRUE(std::holds_alternative<EarlyStopping>(*options.callbacks[0].stock()));
}

TEST_F(RecipeBuild, trains_what_it_builds) {
  for (const std::string loss : {"sparse_categorical_crossentropy", "categorical_crossentropy"}) {
    const Recipe recipe = folder_.load(kLetters, {"fit.epochs=2", "compile.loss=" + loss,
                                                  "compile.metrics=[\"accuracy\"]", "data.validation.first=5"});
    const RecipeData read = load_data(recipe);
    Sequential model = build_model(recipe, read.train);
    const History history = model.fit(read.train, fit_options(recipe, read));
    EXPECT_EQ(history.names(), (std::vector<std::string>{"accuracy", "loss", "val_accuracy", "val_loss"}));
    EXPECT_EQ(history.epochs.size(), 2u);
  }
}

TEST_F(RecipeBuild, says_where_options_contradict_each_other) {
  const auto refusal_of = [this](const std::string& setting, const std::string& other) {
    const Recipe recipe = folder_.load(kLetters, {setting, other});
    const RecipeData read = load_data(recipe);
    return std::string(thrown_by([&] { static_cast<void>(build_model(recipe, read.train)); }).what());
  };
  const std::string both = "compile.optimizer={ type = \"Adam\", clipnorm = 1, clipvalue = 1 }";
  EXPECT_EQ(refusal_of(both, "seed=1"), "[--set " + both +
                                            ", optimizer (Adam)] more than one of clipnorm, clipvalue and "
                                            "global_clipnorm is given\n  keep one of them");
  EXPECT_EQ(
      refusal_of("compile.optimizer={ type = \"SGD\", learning_rate = { type = \"LinearWarmup\", learning_rate = 1, "
                 "warmup_steps = 9 } }",
                 "fit.callbacks=[\"ReduceLROnPlateau\"]"),
      "[--set fit.callbacks=[\"ReduceLROnPlateau\"]] ReduceLROnPlateau cannot change a learning rate that follows a "
      "schedule\n  set compile.optimizer.learning_rate to a number, or leave the callback out");
  EXPECT_EQ(
      refusal_of("seed=1", "compile.metrics=[{ type = \"IoU\", num_classes = 4 }]"),
      "[--set compile.metrics=[{ type = \"IoU\", num_classes = 4 }], metric (IoU)] target_class_ids is empty: which "
      "classes?\n  such as target_class_ids = [0], or MeanIoU for all of them");
  EXPECT_EQ(refusal_of("seed=1", "fit.callbacks=[\"SwapEMAWeights\"]"),
            "[--set fit.callbacks=[\"SwapEMAWeights\"]] SwapEMAWeights needs moving averages, but compile.optimizer "
            "keeps none\n  set compile.optimizer.use_ema = true");
}

}  // namespace
}  // namespace telar::test
