// Settings that are allowed, but cannot do what they seem to.
#pragma once

#include <string>
#include <vector>

#include "study/recipe.hpp"

namespace telar {

/// Something that the writer of a recipe should know before training.
struct Finding {
  enum class Severity {
    warning,  ///< a setting that cannot do what it seems to: training says so too
    note      ///< a setting that does what Keras does, which often surprises
  };
  Severity severity = Severity::warning;
  std::string message;  ///< one line, with the numbers
  std::string why;      ///< what follows from it
  std::string change;   ///< what to write instead
  std::string place;    ///< "reduce-lr-on-plateau.toml:12:3"
};

/// What the recipe alone shows, warnings first.
[[nodiscard]] std::vector<Finding> lint(const Recipe& recipe);
/// What shows only beside the data, warnings first.
[[nodiscard]] std::vector<Finding> lint(const Recipe& recipe, const RecipeData& data);

/// Adds a warning if the first layer to multiply gets its samples as the data have them: for data of bytes.
void add_unscaled_bytes(const Recipe& recipe, std::vector<Finding>& found);

/// "ReduceLROnPlateau can never act: min_lr 0.001 >= learning_rate 0.001 (reduce-lr-on-plateau.toml:12:3)".
[[nodiscard]] std::string one_line(const Finding& finding);
/// "warning" or "note".
[[nodiscard]] const char* to_string(Finding::Severity severity) noexcept;

}  // namespace telar
