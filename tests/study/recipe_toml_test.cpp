#include <array>
#include <cstdio>
#include <gtest/gtest.h>
#include <map>
#include <rapidcheck/gtest.h>

#include "random_recipe.hpp"
#include "recipe_folder.hpp"

namespace telar::test {
namespace {

/// A visitor that lists every field as "address = value" with all digits, by other means than to_toml.
struct Listing {
  std::vector<std::string>& lines;
  std::string address;

  void add(std::string_view name, const std::string& value) {
    lines.push_back(address + std::string(name) + " = " + value);
  }
  template <class T>
  requires std::is_arithmetic_v<T> || std::is_enum_v<T>
  void field(std::string_view name, const T& value, std::string_view, const Range& = {}) {
    if constexpr (std::is_enum_v<T>) {
      add(name, std::to_string(static_cast<int>(value)));
    } else if constexpr (std::is_floating_point_v<T>) {
      std::array<char, 40> digits;
      std::snprintf(digits.data(), digits.size(), "%a", value);
      add(name, digits.data());
    } else {
      add(name, std::to_string(value));
    }
  }
  void field(std::string_view name, const std::string& value, std::string_view, const Range& = {}) { add(name, value); }
  template <class T>
  void field(std::string_view name, const std::optional<T>& value, std::string_view doc, const Range& = {}) {
    if (value)
      field(name, *value, doc);
    else
      add(name, "nothing");
  }
  void field(std::string_view name, const LearningRate& value, std::string_view doc, const Range& = {}) {
    if (const Schedule* schedule = value.schedule())
      field(name, *schedule, doc);
    else
      field(name, std::get<double>(value.value), doc);
  }
  void field(std::string_view name, const ShiftRange& value, std::string_view doc, const Range& = {}) {
    Listing inner{lines, address + std::string(name) + "."};
    inner.field("low", value.low, doc);
    inner.field("high", value.high, doc);
  }
  void field(std::string_view name, const Axes& value, std::string_view doc, const Range& = {}) {
    field(name, value.list, doc);
  }
  void field(std::string_view name, const MixUp& value, std::string_view, const Range& = {}) {
    describe(value, Listing{lines, address + std::string(name) + "."});
  }
  void field(std::string_view name, const ValidationSpec& value, std::string_view doc, const Range& = {}) {
    Listing inner{lines, address + std::string(name) + "."};
    inner.field("kind", value.kind, doc);
    inner.field("first", value.first, doc);
    inner.field("fraction", value.fraction, doc);
    inner.field("folds", value.folds, doc);
    inner.field("fold", value.fold, doc);
    inner.field("fold_order", value.fold_order, doc);
  }
  template <class... A>
  void field(std::string_view name, const std::variant<A...>& value, std::string_view, const Range& = {}) {
    add(name, std::to_string(value.index()));
    std::visit([&](const auto& a) { describe(a, Listing{lines, address + std::string(name) + "."}); }, value);
  }
  template <class T>
  void field(std::string_view name, const std::vector<T>& value, std::string_view doc, const Range& = {}) {
    add(name, std::to_string(value.size()));
    for (const T& element : value) field(name, element, doc);
  }
  void field(std::string_view name, const std::map<std::string, double>& values, std::string_view doc,
             const Range& = {}) {
    add(name, std::to_string(values.size()));
    for (const auto& [key, value] : values) field(std::string(name) + "." + key, value, doc);
  }
  template <class Visit>
  void section(std::string_view name, Visit&& visit) {
    visit(Listing{lines, std::string(name) + "."});
  }
};

std::vector<std::string> listing(const Recipe& recipe) {
  std::vector<std::string> lines;
  describe(recipe, Listing{lines, ""});
  return lines;
}

RC_GTEST_PROP(RecipeToml, reads_back_as_the_same_recipe, ()) {
  const Recipe recipe = random_recipe();
  RecipeFolder folder;
  RC_ASSERT(listing(folder.load(to_toml(recipe))) == listing(recipe));
}

TEST(RecipeToml, writes_every_field_and_no_extends) {
  RecipeFolder folder;
  folder.write("base.toml", kSmall);
  const Recipe recipe = folder.load("extends = \"base.toml\"\nseed = 3",
                                    {"data.validation.last=0.25", "fit.callbacks=[\"EarlyStopping\"]"});
  EXPECT_EQ(to_toml(recipe), R"(seed = 3

[data]
source = "fashion_mnist"
dir = ""
validation = { last = 0.25 }

[model]
layers = [
  { type = "Flatten", name = "" },
  { type = "Dense", units = 10, activation = "softmax", use_bias = true, kernel_initializer = { type = "GlorotUniform" }, bias_initializer = { type = "Zeros" }, trainable = true, name = "" },
]

[compile]
optimizer = { type = "Adam", learning_rate = 0.001, beta_1 = 0.9, beta_2 = 0.999, epsilon = 1e-07, amsgrad = false, weight_decay = 0, use_ema = false, ema_momentum = 0.99, exclude_from_weight_decay = [] }
loss = { type = "SparseCategoricalCrossentropy", from_logits = false, label_smoothing = 0, reduction = "sum_over_batch_size" }
metrics = []
weighted_metrics = []
dtype = "float32"

[fit]
batch_size = 32
epochs = 1
initial_epoch = 0
validation_split = 0
validation_freq = 1
shuffle = true
training_score = true
start_from = ""
callbacks = [
  { type = "EarlyStopping", monitor = "val_loss", min_delta = 0, patience = 0, verbose = 0, mode = "auto", restore_best_weights = false, start_from_epoch = 0 },
]
)");
}

}  // namespace
}  // namespace telar::test
