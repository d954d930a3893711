#include "study/recipe.hpp"

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

// The folder of the file that says it, or for --set the current one, is what a relative data.dir starts from.
void resolve_directory(Recipe& recipe, const toml::table& tree) {
  const toml::node* node = tree.at_path("data.dir").node();
  if (node == nullptr || recipe.data.directory.empty()) return;
  const auto& source = node->source();
  const bool from_file = source.path && !place_of(source).starts_with("--set ");
  const std::filesystem::path folder = from_file ? std::filesystem::path(*source.path).parent_path() : ".";
  recipe.data.directory = std::filesystem::absolute(folder / recipe.data.directory).lexically_normal().string();
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
  const toml::table tree = read_recipe_tree(file, settings);
  Recipe recipe;
  recipe.name = file.stem().string();
  recipe.file = file;
  TableReader reader(tree, {}, file.filename().string(), {}, recipe.places);
  describe(recipe, reader);
  reader.finish();
  for (std::size_t i = 0; i < recipe.layers.size(); ++i)
    validate(recipe.layers[i], place_of(recipe, "model.layers." + std::to_string(i)));
  check_complete(recipe);
  resolve_directory(recipe, tree);
  return recipe;
}

}  // namespace telar
