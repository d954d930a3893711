#include "cli/load_data.hpp"

#include <cstdint>
#include <string>

#include "cli/amount_bar.hpp"

namespace telar::cli {

RecipeData load_data(const Recipe& recipe, const CommonOptions& options, const std::filesystem::path& data_dir) {
  const auto text = [](std::uint64_t done, std::uint64_t total) {
    return std::to_string(done) + "/" + std::to_string(total);
  };
  AmountBar bar("reading pictures", text, options);
  return telar::load_data(recipe, data_dir,
                          {.threads = options.thread_count(),
                           .progress = [&bar](std::size_t done, std::size_t pictures) { bar.draw(done, pictures); }});
}

}  // namespace telar::cli
