// One recipe trained from start to end: fit, keep, read the test set once.
#pragma once

#include <iosfwd>
#include <optional>
#include <vector>

#include <telar/callbacks.hpp>

#include "study/documents.hpp"
#include "study/hparams.hpp"
#include "study/recipe.hpp"
#include "study/run_store.hpp"

namespace telar {

/// How often a training leaves a checkpoint in its run folder: after so many batches, or seconds; 0: not by that count.
struct CheckpointPace {
  int batches = 0;
  double seconds = 0;
};

/// A training's place in TensorBoard.
struct BoardLog {
  std::filesystem::path folder;      ///< of TensorBoard{}
  std::optional<HParams> hparams{};  ///< of a comparison
};

struct TrainSettings {
  int threads = 1;                              ///< at least 1
  std::ostream* output = nullptr;               ///< for what callbacks say; null: std::cerr
  std::optional<ProgressBar> progress{};        ///< in place of the recipe's; absent: none, even if the recipe has one
  std::vector<Callback> callbacks{};            ///< after the recipe's
  std::optional<CheckpointPace> checkpoints{};  ///< absent: none, not even when interrupted
  std::optional<BoardLog> board{};              ///< absent: only what the recipe logs
  bool read_test = true;                        ///< false: the test set waits for read_test_set (test_reading.hpp)
  bool measure = false;                         ///< leave measures.json (why/measures.hpp) with validation data
};

/// One training to be done, on one thread: its seed is the recipe's.
struct SeedJob {
  Recipe recipe;
  RecipeData data;
  RunFolder folder;
  std::optional<CheckpointPace> checkpoints{};
  bool read_test = true;
  bool measure = false;
  std::optional<BoardLog> board{};
};

/// Trains with recipe.seed on `data`, epoch by epoch into `folder`, from its newest checkpoint if it has any (and
/// settings.checkpoints), and leaves model.keras, measures.json if it is asked for, and result.json there. A
/// training that broke off (interrupted, diverged) is not read on the test set; an interrupted one leaves the weights
/// of its best epoch by val_loss, else loss, or the last batch's if no epoch ended. Throws Error: usage before the
/// first step, resource if the folder cannot be written.
[[nodiscard]] TrainResult train_recipe(const Recipe& recipe, const RecipeData& data, RunFolder& folder,
                                       const TrainSettings& settings);

}  // namespace telar
