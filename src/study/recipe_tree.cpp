#include "study/recipe_tree.hpp"

#include <algorithm>
#include <string_view>
#include <system_error>

#include <telar/error.hpp>

#include "base/file_reader.hpp"
#include "study/describe_recipe.hpp"

namespace telar {

namespace {

constexpr std::uint64_t kLargestFile = 1 << 20;

toml::table parse_file(const std::filesystem::path& file, const std::string& asked_at) {
  std::string text;
  try {
    const ByteBuffer bytes = read_file(file, kLargestFile);
    text.assign(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  } catch (const Error& error) {  // for data a missing file is another kind of mistake than here
    throw Error(ErrorCode::usage, asked_at.empty() ? error.where() : asked_at,
                asked_at.empty() ? error.message() : "cannot extend " + file.string() + ": " + error.message(),
                asked_at.empty() ? "give the path of a recipe (a .toml file)"
                                 : "extends is relative to the folder of the file that says it");
  }
  return parse_toml(text, file.string());
}

std::string circle(const std::vector<std::filesystem::path>& chain, const std::filesystem::path& again) {
  std::string text;
  for (auto file = std::find(chain.begin(), chain.end(), again); file != chain.end(); ++file)
    text += file->filename().string() + " -> ";
  return text + again.filename().string();
}

toml::table read_with_bases(const std::filesystem::path& file, const std::string& asked_at,
                            std::vector<std::filesystem::path>& chain) {
  std::error_code unresolved;  // such as a file that has no name any more
  auto canonical = std::filesystem::weakly_canonical(file, unresolved);
  if (unresolved) canonical = file.lexically_normal();
  if (std::find(chain.begin(), chain.end(), canonical) != chain.end())
    throw Error(ErrorCode::usage, asked_at, "extends goes round in a circle: " + circle(chain, canonical),
                "a recipe cannot build on itself; remove one of these extends");
  toml::table tree = parse_file(file, asked_at);
  const auto extends = tree.find("extends");
  if (extends == tree.end()) return tree;

  const std::string place = place_of(extends->first.source());
  const auto* name = extends->second.as_string();
  if (name == nullptr || name->get().empty())
    throw Error(ErrorCode::usage, place, "extends must be a string: the file of the recipe to build on",
                "extends = \"baseline.toml\"");
  chain.push_back(canonical);
  toml::table base = read_with_bases(file.parent_path() / name->get(), place, chain);
  chain.pop_back();
  tree.erase(extends);
  merge(base, std::move(tree));
  return base;
}

void keep_one_form(toml::table& base, const toml::table& over) {
  const auto is_new = [&](std::string_view form) { return over.contains(form) && !base.contains(form); };
  if (std::any_of(kValidationForms.begin(), kValidationForms.end(), is_new)) base.clear();
}

}  // namespace

std::string join(const std::string& address, std::string_view key) {
  return address.empty() ? std::string(key) : address + "." + std::string(key);
}

void merge(toml::table& base, toml::table&& over, const std::string& address) {
  if (address == "data.validation") keep_one_form(base, over);
  for (auto&& [key, value] : over) {
    const std::string inner = join(address, key.str());
    toml::table* old = base[key.str()].as_table();
    if (old != nullptr && value.is_table()) {
      merge(*old, std::move(*value.as_table()), inner);
    } else {
      base.erase(key.str());  // a key that stays would keep the place of the one it replaces
      base.insert(key, std::move(value));
    }
  }
}

toml::table read_recipe_tree(const std::filesystem::path& file, const std::vector<std::string>& settings) {
  std::vector<std::filesystem::path> chain;
  toml::table tree = read_with_bases(file, {}, chain);
  for (const std::string& setting : settings) apply_setting(tree, setting);
  return tree;
}

}  // namespace telar
