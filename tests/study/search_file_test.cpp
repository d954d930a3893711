// search.toml: a recipe and what of it is open.
#include "study/tune/search_file.hpp"

#include "study/recipe_folder.hpp"
#include "study/recipe_values.hpp"

namespace telar::test {
namespace {

/// 20 lines; the space begins in line 21.
const std::string kSearched = R"([data]
source = "fashion_mnist"

[model]
layers = [
  { type = "Flatten" },
  { type = "Dense", units = 64, activation = "relu" },
  { type = "Dropout", rate = 0.25 },
  { type = "Dense", units = 10, activation = "softmax" },
]

[compile]
optimizer = { type = "Adam", learning_rate = 0.001 }
loss = "sparse_categorical_crossentropy"

[fit]
batch_size = 100
epochs = 10

[search.space]
)";

class SearchFiles : public ::testing::Test {
 protected:
  SearchFile open(const std::string& space) { return SearchFile(folder_.write("s.toml", kSearched + space)); }
  std::string refusal_of(const std::string& space) {
    const Error error = thrown_by([&] { static_cast<void>(open(space)); });
    EXPECT_EQ(error.code(), ErrorCode::usage);
    return error.what();
  }
  /// What the point changes: "fit.epochs 10 -> 20".
  static std::vector<std::string> changes(const SearchFile& file, const SearchPoint& point) {
    std::vector<std::string> texts;
    for (const RecipeDifference& d : compare_recipes(file.base(), file.recipe_at(point, 1000, "other")))
      texts.push_back(d.address + " " + d.first.value_or("-") + " -> " + d.second.value_or("-"));
    return texts;
  }
  static SearchPoint point(std::map<std::string, std::variant<double, int, std::string>> values) {
    return {std::move(values)};
  }
  RecipeFolder folder_;
};

using Texts = std::vector<std::string>;

TEST_F(SearchFiles, ParametersAreAddressesOfTheRecipe) {
  const SearchFile file = open(R"("compile.optimizer.learning_rate" = { log = [1e-4, 1e-2] }
"fit.batch_size" = { choice = [50, 100] }
"model.layers.1.units" = { int = [16, 256], log = true }
)");
  ASSERT_EQ(file.space().size(), 3u);
  EXPECT_EQ(changes(file, point({{"compile.optimizer.learning_rate", 0.005},
                                 {"fit.batch_size", std::string("50")},
                                 {"model.layers.1.units", 100}})),
            (Texts{"compile.optimizer.learning_rate 0.001 -> 0.005", "fit.batch_size 100 -> 50",
                   "model.layers.1.units 64 -> 100"}));
  EXPECT_EQ(changes(file, {}), Texts{});
}

TEST_F(SearchFiles, OneParameterMaySetSeveralAddresses) {
  const SearchFile file = open("width = { int = [8, 64], at = [\"model.layers.1.units\", \"fit.epochs\"] }\n");
  EXPECT_EQ(changes(file, point({{"width", 32}})), (Texts{"fit.epochs 10 -> 32", "model.layers.1.units 64 -> 32"}));
}

TEST_F(SearchFiles, FilesLieWhereTheRecipeThatNamesThemSaysSo) {
  folder_.write("deep/base.toml", R"([data]
source = "csv"
train = "samples.csv"
label = "kind"

[model]
layers = [ { type = "Dense", units = 2, activation = "softmax" } ]

[compile]
optimizer = "Adam"
loss = "sparse_categorical_crossentropy"

[fit]
start_from = "before.keras"
epochs = 2
)");
  SearchFile file(folder_.write("s.toml", R"(extends = "deep/base.toml"
[search.space]
"fit.batch_size" = { choice = [50, 100] }
)"));
  const SearchPoint at = point({{"fit.batch_size", std::string("50")}});
  const Recipe recipe = file.recipe_at(at, 1000, "r");
  EXPECT_EQ(recipe.data.directory, folder_.path() / "deep/");
  EXPECT_EQ(recipe.fit.start_from, folder_.path() / "deep/before.keras");

  file.set_data_directory("/elsewhere");
  EXPECT_EQ(file.recipe_at(at, 1000, "r").data.directory, "/elsewhere");
}

TEST_F(SearchFiles, OptionsMayBeTablesWithNames) {
  const SearchFile file = open(
      "opt = { at = \"compile.optimizer\", choice = { adam = \"Adam\", sgd = { type = \"SGD\", momentum = 0.9 } } }\n"
      "momentum = { float = [0.5, 0.99], at = \"compile.optimizer.momentum\", when = { opt = \"sgd\" } }\n");
  const Recipe recipe = file.recipe_at(point({{"opt", std::string("sgd")}, {"momentum", 0.8}}), 1000, "r");
  EXPECT_EQ(std::get<SGD>(recipe.compile.optimizer).momentum, 0.8) << "values are set in the order of the file";
}

TEST_F(SearchFiles, LayersAreCopied) {
  const SearchFile file =
      open("\"model.layers.1-2\" = { repeat = [0, 3] }\n\"model.layers.1.units\" = { int = [8, 9] }\n");
  const auto layers = [&](int copies) {
    std::string names;
    for (const Layer& layer :
         file.recipe_at(point({{"model.layers.1-2", copies}, {"model.layers.1.units", 9}}), 1000, "r").layers)
      names += std::holds_alternative<Dense>(layer)     ? "d" + std::to_string(std::get<Dense>(layer).units) + " "
               : std::holds_alternative<Dropout>(layer) ? "o "
                                                        : "f ";
    return names;
  };
  EXPECT_EQ(layers(0), "f d10 ");
  EXPECT_EQ(layers(1), "f d9 o d10 ");
  EXPECT_EQ(layers(3), "f d9 o d9 o d9 o d10 ") << "copies have the values that were set";
}

TEST_F(SearchFiles, SchedulesKeepTheirCourse) {
  const SearchFile file = open(R"("fit.epochs" = { int = [1, 100] }
"fit.batch_size" = { choice = [50, 100] }
rate = { at = "compile.optimizer.learning_rate", choice = { flat = 0.001, cosine = { type = "CosineDecay", initial_learning_rate = 0.01, decay_steps = 90 } } }
)");
  const Recipe recipe = file.recipe_at(
      point({{"fit.epochs", 20}, {"fit.batch_size", std::string("50")}, {"rate", std::string("cosine")}}), 1000, "r");
  const LearningRate& rate = std::get<Adam>(recipe.compile.optimizer).learning_rate;
  // 10 epochs of 10 steps became 20 of 20.
  EXPECT_EQ(std::get<CosineDecay>(*rate.schedule()).decay_steps, 360);
}

TEST_F(SearchFiles, TheBaseIsAPointOfTheSpace) {
  const SearchPoint first = open(R"("compile.optimizer.learning_rate" = { log = [1e-4, 1e-2] }
"fit.batch_size" = { choice = [50, 100] }
"model.layers.1" = { repeat = [0, 2] }
rate = { at = "compile.optimizer", choice = { nadam = "Nadam", adam = { type = "Adam", learning_rate = 0.001 } } }
"model.layers.1.units" = { int = [16, 256] }
)")
                                .first();
  EXPECT_EQ(first.number("compile.optimizer.learning_rate"), 0.001);
  EXPECT_EQ(first.option("fit.batch_size"), "100");
  EXPECT_EQ(first.integer("model.layers.1"), 1);
  EXPECT_EQ(first.option("rate"), "adam");
  EXPECT_EQ(first.integer("model.layers.1.units"), 64);
}

TEST_F(SearchFiles, RefusesWhatIsNoSpaceWithItsPlace) {
  EXPECT_EQ(refusal_of(""),
            "[s.toml:20:2] search.space has no parameter: nothing is open\n"
            "  [search.space] \"compile.optimizer.learning_rate\" = { log = [1e-4, 1e-2] }");
  EXPECT_EQ(refusal_of("\"fit.epochs\" = { choice = [] }\n"),
            "[s.toml:21:1] fit.epochs: the choice is empty\n  give it one option or more");
  EXPECT_EQ(refusal_of("\"fit.epochs\" = { int = [9, 3] }\n"),
            "[s.toml:21:1] fit.epochs: the range is reversed: 9 is above 3\n  write the smaller number first");
  EXPECT_EQ(refusal_of("\"fit.epochs\" = { int = [1, 3], choice = [2] }\n"),
            "[s.toml:21:1] fit.epochs has both choice and int\n  keep one of them");
  EXPECT_EQ(refusal_of("\"fit.epochs\" = { int = [1.5, 3] }\n"),
            "[s.toml:21:24] int must be two whole numbers\n  such as int = [1, 4]");
  EXPECT_EQ(refusal_of("\"fit.epochs\" = 3\n"),
            "[s.toml:21:1] fit.epochs must be a table\n"
            "  such as { log = [1e-4, 1e-2] }; an address stands in quotes");
  EXPECT_EQ(refusal_of("\"fit.epochs\" = { range = [1, 3] }\n"),
            "[s.toml:21:18] unknown key \"range\" in fit.epochs\n"
            "  known: float, log, int, choice, repeat, at, when");
  EXPECT_EQ(refusal_of("\"model.layers.9\" = { repeat = [1, 3] }\n"),
            "[s.toml:21:1] model.layers.9: repeat is for layers, and there is none at model.layers.9\n"
            "  such as \"model.layers.2\", or \"model.layers.2-4\" for three of them; they count from 0");
}

TEST_F(SearchFiles, RefusesAnUnknownAddress) {
  EXPECT_EQ(refusal_of("\"fit.epoch\" = { int = [1, 3] }\n"),
            "[s.toml:21:1] unknown key \"epoch\" in [fit]\n  did you mean \"epochs\"?");
  EXPECT_EQ(refusal_of("\"model.layers.7.units\" = { int = [1, 3] }\n"),
            "[s.toml:21:1] there is no model.layers.7: model.layers has 4 elements\n  they count from 0");
}

TEST_F(SearchFiles, RefusesValuesThatTheRecipeCannotHaveAtEitherEnd) {
  EXPECT_EQ(refusal_of("\"model.layers.2.rate\" = { float = [0.1, 1.5] }\n"),
            "[s.toml:21:1] model.layers.2.rate = 1.5, but must be in [0, 1]");
  EXPECT_EQ(refusal_of("\"model.layers.1.units\" = { int = [0, 10] }\n"),
            "[s.toml:21:1] model.layers.1.units = 0, but must be at least 1");
  EXPECT_EQ(refusal_of("\"model.layers.1.activation\" = { choice = [\"relu\", \"rely\"] }\n"),
            "[s.toml:21:1] model.layers.1.activation = \"rely\" is unknown\n  did you mean \"relu\"?");
}

TEST_F(SearchFiles, RefusesConditionsThatExcludeEachOther) {
  EXPECT_EQ(refusal_of("a = { at = \"fit.shuffle\", choice = { yes = true, no = false } }\n"
                       "b = { at = \"fit.epochs\", choice = { one = 1, two = 2 }, when = { a = \"yes\" } }\n"
                       "\"fit.batch_size\" = { int = [10, 20], when = { a = \"no\", b = \"one\" } }\n"),
            "[s.toml:23:1] fit.batch_size: its conditions exclude each other: no option of a meets all of them\n"
            "  as it is, the parameter never takes part");
}

TEST_F(SearchFiles, SettingsOfTheSearchAreChecked) {
  const auto with_search = [&](const std::string& line) -> std::string {
    return thrown_by([&] {
             static_cast<void>(SearchFile(
                 folder_.write("s.toml", with(kSearched, "[search.space]", "[search]\n" + line + "\n[search.space]") +
                                             "\"fit.epochs\" = { int = [1, 3] }\n")));
           })
        .what();
  };
  EXPECT_EQ(with_search("sampler = \"tpee\""),
            ("[s.toml:21:1] search.sampler = \"tpee\" is unknown\n  did you mean \"tpe\"?"));
  EXPECT_EQ(with_search("eta = 0"), ("[s.toml:21:1] search.eta = 0, but must be in [1, 100]"));
  EXPECT_EQ(with_search("samplr = 1"),
            ("[s.toml:21:1] unknown key \"samplr\" in [search]\n  did you mean \"sampler\"?"));
}

TEST_F(SearchFiles, TheSameSearchHasTheSameHash) {
  const std::string space = "\"fit.epochs\" = { int = [1, 3] }\n";
  EXPECT_EQ(open(space).sha256(), open("# a comment\n" + space).sha256());
  EXPECT_NE(open(space).sha256(), open("\"fit.epochs\" = { int = [1, 4] }\n").sha256());
}

}  // namespace
}  // namespace telar::test
