#include "study/recipe_text.hpp"

#include <gtest/gtest.h>

#include "recipe_folder.hpp"

namespace telar {
namespace {

using test::RecipeFolder;

TEST(ShortToml, SaysOnlyWhatIsNotAtItsDefault) {
  RecipeFolder folder;
  const Recipe recipe =
      folder.load(test::kSmall + "batch_size = 32\nepochs = 4\ncallbacks = [{ type = \"EarlyStopping\" }]\n");
  EXPECT_EQ(to_short_toml(recipe), R"([data]
source = "fashion_mnist"

[model]
layers = [
  { type = "Flatten" },
  { type = "Dense", units = 10, activation = "softmax" },
]

[compile]
loss = { type = "SparseCategoricalCrossentropy" }

[fit]
epochs = 4
callbacks = [
  { type = "EarlyStopping" },
]
)");
}

TEST(ShortToml, IsARecipeThatMeansTheSame) {
  RecipeFolder folder;
  const Recipe recipe =
      folder.load("seed = 7\n" + test::kSmall + "epochs = 4\nmixup = { alpha = 0.2 }\n",
                  {"model.layers.1.kernel_initializer=HeNormal",
                   "compile.optimizer={ type = \"Adam\", learning_rate = 0.01 }", "data.validation={ last = 0.25 }"});
  EXPECT_EQ(to_toml(folder.load(to_short_toml(recipe))), to_toml(recipe));
}

}  // namespace
}  // namespace telar
