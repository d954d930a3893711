// Run folders: everything one training leaves on the disk.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <telar/sequential.hpp>

#include "study/documents.hpp"
#include "study/new_folder.hpp"
#include "study/recipe.hpp"
#include "study/run_lock.hpp"

namespace telar {

/// The run folder of a training: environment.json, recipe.toml, history.jsonl and checkpoints/ while it trains,
/// model.keras and result.json at the end. Everything is written as it comes; a new folder in which no epoch was
/// finished and nothing was kept is taken away again. Until its result is written, no other process can
/// open it.
class RunFolder {
 public:
  /// `directory` itself, made if missing. Throws Error: usage if it exists and is not empty, resource if it cannot be
  /// made.
  [[nodiscard]] static RunFolder at(const std::filesystem::path& directory);
  /// `parent`/<UTC time>-<recipe>-s<seed>, with -2, -3 ... behind it if that is taken. Throws Error (resource).
  [[nodiscard]] static RunFolder in(const std::filesystem::path& parent, const std::string& recipe, std::uint64_t seed,
                                    std::chrono::system_clock::time_point now = std::chrono::system_clock::now());

  /// The folder of a training that was cut off, or of one that has ended. Throws Error: data if it is none, usage if
  /// another process is training into it.
  [[nodiscard]] static RunFolder again(const std::filesystem::path& directory);

  RunFolder(RunFolder&& other) noexcept;
  RunFolder& operator=(RunFolder&&) = delete;
  ~RunFolder();

  [[nodiscard]] const std::filesystem::path& path() const noexcept { return folder_.path; }

  /// Where checkpoints go.
  [[nodiscard]] std::filesystem::path checkpoints() const { return path() / "checkpoints"; }

  /// The epochs that have ended before, the first of which has number `first`, for history.jsonl in place of what it
  /// has.
  void restore_history(int first, const std::vector<Logs>& epochs);

  // All throw Error (resource) if the disk says no.
  void write_recipe(const Recipe& recipe);
  void write_environment(const Json& environment);
  /// Appends a line to history.jsonl and hands it to the system; from then on the folder stays.
  void append_epoch(int epoch, const Logs& logs);
  /// model.keras; where Keras has no such layer, weights.npz. The folder stays. Returns the file.
  std::filesystem::path write_model(const Sequential& model, const SaveOptions& names);
  /// From then on there is nothing to go on from, unless the training was interrupted: checkpoints are deleted.
  void write_result(const TrainResult& result);

 private:
  explicit RunFolder(NewFolder folder);
  void write_json(const char* name, const Json& document);
  void open_history();

  NewFolder folder_;
  RunLock lock_;
  std::string epochs_before_;  // lines of history.jsonl
  std::ofstream history_;
  bool kept_ = false;
};

/// The recipe that a run folder was made with, under its name, with `settings` on top of it. Throws Error (data) if
/// folder or recipe are missing or damaged.
[[nodiscard]] Recipe recipe_of_run(const std::filesystem::path& directory,
                                   const std::vector<std::string>& settings = {});

/// What `evaluate` needs of a run folder.
struct StoredRun {
  std::filesystem::path path;
  Recipe recipe;  ///< with the name it was trained under
  /// model.keras in it, or weights.npz.
  [[nodiscard]] std::filesystem::path weights() const;
};
/// Throws Error (data) if the folder, its recipe or its weights are missing or the recipe is damaged.
[[nodiscard]] StoredRun open_run(const std::filesystem::path& directory);

/// A document that telar wrote into a run folder; an empty object if there is none or it is damaged.
[[nodiscard]] Json read_document(const std::filesystem::path& file);

}  // namespace telar
