// The run store as a whole: the folders below `runs`, what they say of themselves, and taking some of them away.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "study/documents.hpp"

namespace telar {

/// One run folder. A folder with a damaged document is still one: it says what is wrong.
struct RunEntry {
  enum class State {
    ended,       ///< it has its result
    unfinished,  ///< it has none: cut off, or being trained
    training,    ///< another process is at it
    damaged
  };
  std::filesystem::path path;
  State state = State::ended;
  std::string problem;  ///< damaged: a sentence
  std::string recipe;   ///< its name
  std::string time;     ///< "2026-01-02T03:04:05Z"
  std::optional<std::uint64_t> seed;
  std::string ended;  ///< "completed", ...; empty without a result
  std::string key;    ///< run_key; empty: it can stand for no other training
  Json environment = Json::object(), result = Json::object();
  std::uintmax_t bytes = 0;  ///< of all its files
};

/// What the folder says. A folder is a run folder if it has an environment.json or a recipe.toml beside a history.jsonl
/// or result.json; absent if it is none, or a link to one.
[[nodiscard]] std::optional<RunEntry> read_run(const std::filesystem::path& directory);

/// The run folders in `store`, and in the folders of seeds that lie in it, by name. Empty if there is no such folder.
[[nodiscard]] std::vector<RunEntry> list_runs(const std::filesystem::path& store);

/// "completed", "unfinished", "training", "damaged", ...
[[nodiscard]] std::string state_text(const RunEntry& run);

/// A score of the result: `set` "validation" or "test", `name` "loss", "accuracy", ...
[[nodiscard]] std::optional<double> score_of(const RunEntry& run, const std::string& set, const std::string& name);

/// Deletes a run folder with all that is in it. Throws Error: usage if it is none, or is being trained; resource if
/// something cannot be deleted.
void delete_run(const std::filesystem::path& directory);

/// telar.runs/1.
[[nodiscard]] Json runs_document(const std::vector<RunEntry>& runs);

}  // namespace telar
