#include "cli/load_data.hpp"

#include "cli/amount_bar.hpp"

namespace telar::cli {

DataReading shown_reading(const CommonOptions& options) {
  return {.threads = options.thread_count(), .progress = shown_count("reading pictures", options)};
}

RecipeData load_data(const Recipe& recipe, const CommonOptions& options, const std::filesystem::path& data_dir) {
  return telar::load_data(recipe, data_dir, shown_reading(options));
}

}  // namespace telar::cli
