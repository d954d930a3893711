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
#include "study/recipe.hpp"

namespace telar {

/// A new run folder: recipe.toml, environment.json, history.jsonl while training, model.keras and result.json at the
/// end. Everything is written as it comes; a folder in which no epoch was finished and nothing was kept is taken away
/// again.
class RunFolder {
 public:
  /// `directory` itself, made if missing. Throws Error: usage if it exists and is not empty, resource if it cannot be
  /// made.
  [[nodiscard]] static RunFolder at(const std::filesystem::path& directory);
  /// `parent`/<UTC time>-<recipe>-s<seed>, with -2, -3 ... behind it if that is taken. Throws Error (resource).
  [[nodiscard]] static RunFolder in(const std::filesystem::path& parent, const std::string& recipe, std::uint64_t seed,
                                    std::chrono::system_clock::time_point now = std::chrono::system_clock::now());

  RunFolder(RunFolder&& other) noexcept;
  RunFolder& operator=(RunFolder&&) = delete;
  ~RunFolder();

  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

  // All throw Error (resource) if the disk says no.
  void write_recipe(const Recipe& recipe);
  void write_environment(const Json& environment);
  /// Appends a line to history.jsonl and hands it to the system; from then on the folder stays.
  void append_epoch(int epoch, const Logs& logs);
  /// model.keras; where Keras has no such layer, weights.npz. The folder stays. Returns the file.
  std::filesystem::path write_model(const Sequential& model, const std::vector<std::string>& class_names);
  void write_result(const Json& document);

 private:
  RunFolder(std::filesystem::path path, std::vector<std::filesystem::path> made);
  void write_json(const char* name, const Json& document);

  std::filesystem::path path_;
  std::vector<std::filesystem::path> made_;  // folders that did not exist before, innermost last
  std::ofstream history_;
  bool kept_ = false;
};

/// What `evaluate` needs of a run folder.
struct StoredRun {
  std::filesystem::path path;
  Recipe recipe;  ///< with the name it was trained under
  /// model.keras in it, or weights.npz.
  [[nodiscard]] std::filesystem::path weights() const;
};
/// Throws Error (data) if the folder, its recipe or its weights are missing or the recipe is damaged.
[[nodiscard]] StoredRun open_run(const std::filesystem::path& directory);

}  // namespace telar
