// A folder of recipes for one test.
#pragma once

#include <string>
#include <vector>

#include "study/recipe.hpp"
#include "support/temporary_folder.hpp"
#include "support/thrown.hpp"

namespace telar::test {

/// A correct recipe to which a test adds what it is about, line by line:
///  1 [data]   2 source   4 [model]   5 layers: Flatten, Dense   10 [compile]   11 loss   13 [fit]
inline const std::string kSmall = R"([data]
source = "fashion_mnist"

[model]
layers = [
  { type = "Flatten" },
  { type = "Dense", units = 10, activation = "softmax" },
]

[compile]
loss = "sparse_categorical_crossentropy"

[fit]
)";

class RecipeFolder {
 public:
  /// Writes `text` and loads it as a recipe.
  Recipe load(const std::string& text, const std::vector<std::string>& settings = {}) {
    return load_recipe(write("r.toml", text), settings);
  }
  /// What loading `text` refuses, as a person reads it; it is always a mistake of usage.
  std::string refusal(const std::string& text, const std::vector<std::string>& settings = {}) {
    const Error error = thrown_by([&] { static_cast<void>(load(text, settings)); });
    EXPECT_EQ(error.code(), ErrorCode::usage);
    return error.what();
  }
  std::filesystem::path write(const std::string& name, const std::string& text) {
    std::filesystem::create_directories((folder_ / name).parent_path());
    put(folder_ / name, text);
    return folder_ / name;
  }
  [[nodiscard]] const std::filesystem::path& path() const { return folder_.path(); }

 private:
  TemporaryFolder folder_;
};

/// `text` with `old` replaced once.
inline std::string with(std::string text, const std::string& old, const std::string& fresh) {
  const std::size_t at = text.find(old);
  if (at == std::string::npos) {
    ADD_FAILURE() << "no \"" << old << "\" to replace";
    return text;
  }
  return text.replace(at, old.size(), fresh);
}

}  // namespace telar::test
