// Any text: load_recipe gives a recipe that prints as one that reads the same, or an Error of usage.
#include <telar/error.hpp>

#include "input_file.hpp"
#include "study/recipe.hpp"

namespace {
std::string printed(const std::string& path) { return telar::to_toml(telar::load_recipe(path)); }
}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const InputFile file(bytes, size);
  std::string text;
  try {
    text = printed(file.path());
  } catch (const telar::Error& error) {
    require(error.code() == telar::ErrorCode::usage && !error.message().empty());
    return 0;
  }
  const InputFile again(reinterpret_cast<const std::uint8_t*>(text.data()), text.size());
  require(printed(again.path()) == text);
  return 0;
}
