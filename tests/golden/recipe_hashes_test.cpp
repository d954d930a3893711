// One golden hash per recipe: one epoch on the real Fashion-MNIST ends in exactly these bits, on any machine, for any
// number of threads and any instruction set. A change here is a change of every user's results: say so in the
// CHANGELOG.
#include <cstdlib>
#include <fstream>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "compute/isa.hpp"
#include "study/recipe.hpp"

namespace telar {
namespace {

const std::filesystem::path kTests = TELAR_TESTS_DIR;

nlohmann::json golden_hashes() {
  return nlohmann::json::parse(std::ifstream(kTests / "golden" / "recipe_hashes.json"));
}

const datasets::Pair& fashion_mnist() {
  static const datasets::Pair pair = datasets::fashion_mnist();
  return pair;
}

std::string hash_after_one_epoch(const std::string& recipe_name, int threads) {
  const Recipe recipe =
      load_recipe(kTests.parent_path() / "recipes" / "fashion-mnist" / (recipe_name + ".toml"), {"fit.epochs=1"});
  const auto [valid, fit] = take_first(fashion_mnist().train, 10'000);
  Sequential model = build_model(recipe, fit);
  FitOptions options = fit_options(recipe, {fit, valid, fashion_mnist().test});
  options.threads = threads;
  EXPECT_EQ(model.fit(fit, options).ended, Ended::completed);
  return model.weights_sha256();
}

class RecipeHash : public testing::Test {
 protected:
  void TearDown() override { unsetenv("TELAR_ISA"); }
};

TEST_F(RecipeHash, OfEveryRecipeIsTheGoldenOne) {
  const nlohmann::json golden = golden_hashes();
  std::size_t recipes = 0;
  for (const auto& entry : std::filesystem::directory_iterator(kTests.parent_path() / "recipes" / "fashion-mnist")) {
    if (entry.path().extension() != ".toml") continue;
    const std::string name = entry.path().stem().string();
    ++recipes;
    ASSERT_TRUE(golden.contains(name)) << "recipe_hashes.json has no hash for " << name;
    EXPECT_EQ(hash_after_one_epoch(name, 0), golden[name].get<std::string>()) << name;
  }
  EXPECT_EQ(recipes, golden.size());
}

TEST_F(RecipeHash, IsTheSameFor1To4Threads) {
  const std::string golden = golden_hashes()["batch-normalization"];
  for (const int threads : {1, 2, 3, 4})
    EXPECT_EQ(hash_after_one_epoch("batch-normalization", threads), golden) << threads;
}

TEST_F(RecipeHash, IsTheSameForAvx2AndAvx512) {
  const std::string golden = golden_hashes()["baseline"];
  int tried = 0;
  for (const compute::Isa isa : compute::available_isas()) {
    if (isa == compute::Isa::scalar) continue;  // minutes; the property tests run it on small networks
    setenv("TELAR_ISA", std::string(name_of(isa)).c_str(), 1);
    EXPECT_EQ(hash_after_one_epoch("baseline", 0), golden) << name_of(isa);
    ++tried;
  }
  EXPECT_GE(tried, 1);
}

}  // namespace
}  // namespace telar
