#include "study/recipe.hpp"

#include <utility>

#include <telar/error.hpp>

#include "study/recipe_places.hpp"
#include "study/recipe_tree.hpp"
#include "study/toml_reader.hpp"

namespace telar {

std::string place_of(const Recipe& recipe, std::string address) {
  for (;;) {
    if (const auto place = recipe.places.find(address); place != recipe.places.end()) return place->second;
    const std::size_t dot = address.rfind('.');
    if (dot == std::string::npos) return recipe.file.filename().string();
    address.resize(dot);
  }
}

namespace {

// The folder of the file that says it, or for --set the current one, is what a relative path starts from.
void resolve_path(const toml::table& tree, const std::string& address, std::string& path) {
  const toml::node* node = tree.at_path(address).node();
  if (node == nullptr) return;
  const auto& source = node->source();
  const bool from_file = source.path && !place_of(source).starts_with("--set ");
  const std::filesystem::path folder = from_file ? std::filesystem::path(*source.path).parent_path() : ".";
  path = std::filesystem::absolute("." / folder / path).lexically_normal().string();
}

// Each table, or folder of pictures, lies beside the recipe that names it.
void resolve_train_and_test(const toml::table& tree, DataSpec& data) {
  resolve_path(tree, "data.train", data.directory);
  std::string beside;
  if (!data.test.empty()) resolve_path(tree, "data.test", beside);
  if (!beside.empty() && beside != data.directory) data.test = (std::filesystem::path(beside) / data.test).string();
}

void resolve_data(const toml::table& tree, DataSpec& data) {
  using Source = DataSpec::Source;
  if (!data.directory.empty())
    resolve_path(tree, "data.dir", data.directory);
  else if ((data.source == Source::csv || data.source == Source::images) && !data.train.empty())
    resolve_train_and_test(tree, data);
  else if (data.source == Source::npy)
    resolve_path(tree, data.archive.empty() ? "data.source" : "data.archive", data.directory);
}

void take_validation_split(Recipe& recipe) {
  const double split = std::exchange(recipe.fit.validation_split, 0);
  if (split == 0) return;
  if (recipe.data.validation.kind != ValidationSpec::Kind::none)
    throw Error(ErrorCode::usage, place_of(recipe, "fit.validation_split"),
                "both fit.validation_split and data.validation are given", "leave one of them out");
  recipe.data.validation = {.kind = ValidationSpec::Kind::last, .fraction = split};
}

void check_complete(const Recipe& recipe) {
  const auto need = [&](const std::string& address, bool given, const std::string& what, const std::string& hint) {
    if (given) return;
    const std::string section = address.substr(0, address.find('.'));
    throw Error(ErrorCode::usage, place_of(recipe, address),
                recipe.places.contains(section) ? what : "there is no [" + section + "]", hint);
  };
  need("data.source", recipe.places.contains("data.source"), "data.source is missing: which data?",
       "[data] source = \"fashion_mnist\"");
  need("model.layers", !recipe.layers.empty(), "model.layers is empty: a network needs at least one layer",
       "[model] layers = [ { type = \"Dense\", units = 10 } ]");
  need("compile.loss", recipe.compile.loss.has_value(), "compile.loss is missing: nothing to make small",
       "[compile] loss = \"sparse_categorical_crossentropy\"");
}

}  // namespace

Recipe load_recipe(const std::filesystem::path& file, const std::vector<std::string>& settings) {
  return recipe_of_tree(read_recipe_tree(file, settings), file);
}

Recipe recipe_of_tree(const toml::table& tree, const std::filesystem::path& file) {
  Recipe recipe;
  recipe.name = file.stem().string();
  recipe.file = file;
  TableReader reader(tree, {}, file.filename().string(), {}, recipe.places);
  describe(recipe, reader);
  reader.find("search");  // for telar tune; without it, the recipe is the default of the search
  reader.finish();
  for (std::size_t i = 0; i < recipe.layers.size(); ++i)
    validate(recipe.layers[i], place_of(recipe, "model.layers." + std::to_string(i)));
  for (std::size_t i = 0; i < recipe.fit.callbacks.size(); ++i)
    validate(recipe.fit.callbacks[i], place_of(recipe, "fit.callbacks." + std::to_string(i)));
  check_range("fit.initial_epoch", recipe.fit.initial_epoch, Range{0, static_cast<double>(recipe.fit.epochs - 1)},
              place_of(recipe, "fit.initial_epoch"));
  take_validation_split(recipe);
  check_complete(recipe);
  resolve_data(tree, recipe.data);
  if (!recipe.fit.start_from.empty()) resolve_path(tree, "fit.start_from", recipe.fit.start_from);
  return recipe;
}

}  // namespace telar
