// A comparison as TensorBoard's HPARAMS tab shows it: what the recipes say otherwise, beside how they end.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "study/documents.hpp"
#include "study/recipe.hpp"
#include "train/event_file.hpp"

namespace telar {

/// A column of the tab is all numbers, all true or false, or all texts.
using HParam = std::variant<double, bool, std::string>;

/// Of one recipe. Its trainings are a group, of which TensorBoard shows the mean scores.
struct HParams {
  std::string group;                     ///< the recipe's name, with " 2" behind it if another one is called so
  std::map<std::string, HParam> values;  ///< "recipe", and "compile.optimizer.learning_rate" where recipes differ in it
};

/// What each recipe says where any of them differs from the first one.
[[nodiscard]] std::vector<HParams> hparams_of(const std::vector<Recipe>& recipes);

/// Tells TensorBoard the columns: the values of `recipes` and the final scores of these quantities ("val_loss",
/// "test_accuracy"). Replaces what an earlier comparison has told of `folder`. Throws Error (resource).
void write_experiment(const std::filesystem::path& folder, std::string_view name, std::span<const HParams> recipes,
                      std::span<const std::string> quantities);

/// One training of a recipe, in the folder that holds its train/ and validation/.
class HParamsSession {
 public:
  /// The training begins. Throws Error (resource).
  HParamsSession(const std::filesystem::path& folder, const HParams& recipe);
  /// It has ended: well or not, and with which final scores. One that was interrupted goes on later. Throws Error
  /// (resource).
  void end(const TrainResult& result);

 private:
  EventFile file_;
};

/// Adds the final scores of the test set, which was read later. Throws Error (resource).
void write_test_scores(const std::filesystem::path& folder, const TrainResult& result);

/// A training that ended before anyone logged it: its epochs in train/ and validation/, and its session. Nothing if the
/// folder has event files already. Throws Error (resource).
void write_ended_run(const std::filesystem::path& folder, const HParams& recipe, const TrainResult& result);

}  // namespace telar
