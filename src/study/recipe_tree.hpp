// From files and --set to one tree: what a recipe says, before anything is known of layers or optimisers.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "study/recipe.hpp"
#include "study/toml.hpp"

namespace telar {

/// The file merged over everything it extends (tables merge, everything else replaces), then the settings in order.
/// Keys and values keep the place they come from. Throws Error (usage) with that place: a file that cannot be read or
/// is larger than 1 MiB, what is no TOML, a circle of `extends`, a setting that addresses nothing.
[[nodiscard]] toml::table read_recipe_tree(const std::filesystem::path& file, const std::vector<std::string>& settings);

/// What the tree says, checked as load_recipe does; `file` gives it its name.
[[nodiscard]] Recipe recipe_of_tree(const toml::table& tree, const std::filesystem::path& file);

/// Merges `over` into `base`: a table into a table, key by key; anything else replaces what was there. `address` is
/// where both are in the recipe ("" for the whole). A new form of data.validation replaces the old one, since only one
/// can hold.
void merge(toml::table& base, toml::table&& over, const std::string& address = {});

/// Applies "path=value": sets the key at the end of the path, making tables on the way where there are none. A
/// component that addresses an array is a 0-based index or an element's name: its own, or Keras's automatic one such as
/// dense_1. The value is read as TOML, and where it is none, as a string. Throws Error (usage), where = "--set
/// path=value".
void apply_setting(toml::table& tree, const std::string& setting);

/// The same for a value of another TOML file, whose place `source` is then that of the key and of what is wrong with
/// it.
void set_value(toml::table& tree, const std::string& path, const toml::node& value, const toml::source_region& source);

/// "fit" + "epochs" -> "fit.epochs".
[[nodiscard]] std::string join(const std::string& address, std::string_view key);

}  // namespace telar
