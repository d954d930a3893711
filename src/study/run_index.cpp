#include "study/run_index.hpp"

#include <algorithm>

#include <telar/error.hpp>

#include "study/environment.hpp"
#include "study/run_lock.hpp"
#include "study/run_store.hpp"

namespace telar {

namespace fs = std::filesystem;

namespace {

constexpr std::uintmax_t kLargestDocument = std::uintmax_t{1} << 28;

std::string text_at(const Json& of, const char* key) {
  return of.contains(key) && of[key].is_string() ? of[key].get<std::string>() : std::string();
}

/// The document, if it is there and is of that schema; says so in `run` if it is there and is not.
Json document(RunEntry& run, const char* name, const std::string& schema) {
  std::error_code error;
  const fs::path file = run.path / name;
  if (!fs::exists(file, error)) return Json::object();
  const std::uintmax_t size = fs::file_size(file, error);
  Json read = error || size > kLargestDocument ? Json::object() : read_document(file);
  if (text_at(read, "schema") == schema) return read;
  run.state = RunEntry::State::damaged;
  run.problem = std::string(name) + " is no " + schema;
  return Json::object();
}

std::uintmax_t size_of(const fs::path& directory) {
  std::uintmax_t bytes = 0;
  std::error_code error;
  fs::recursive_directory_iterator file(directory, error);
  for (; !error && file != fs::recursive_directory_iterator(); file.increment(error)) {
    std::error_code none;
    if (file->is_regular_file(none) && !file->is_symlink(none)) {
      const std::uintmax_t size = file->file_size(none);
      if (!none) bytes += size;
    }
  }
  return bytes;
}

bool looks_like_a_run(const fs::path& directory) {
  const auto has = [&](const char* name) {
    std::error_code none;
    return fs::is_regular_file(directory / name, none);
  };
  const bool recipe = has("recipe.toml"), began = has("environment.json");
  return (recipe && began) || ((recipe || began) && (has("history.jsonl") || has("result.json")));
}

std::vector<fs::path> folders_in(const fs::path& directory) {
  std::vector<fs::path> folders;
  std::error_code error;
  fs::directory_iterator entry(directory, error);
  for (; !error && entry != fs::directory_iterator(); entry.increment(error)) {
    std::error_code none;
    if (entry->is_directory(none) && !entry->is_symlink(none)) folders.push_back(entry->path());
  }
  std::ranges::sort(folders);
  return folders;
}

}  // namespace

std::optional<RunEntry> read_run(const fs::path& directory) {
  std::error_code none;
  if (fs::is_symlink(directory, none) || !looks_like_a_run(directory)) return {};
  RunEntry run;
  run.path = directory;
  run.environment = document(run, "environment.json", "telar.environment/1");
  run.result = document(run, "result.json", "telar.train/1");
  run.recipe = text_at(run.environment, "recipe");
  run.time = text_at(run.environment, "time");
  if (run.environment.contains("seed") && run.environment["seed"].is_number_unsigned())
    run.seed = run.environment["seed"].get<std::uint64_t>();
  run.ended = text_at(run.result, "ended");
  run.key = run_key(run.environment);
  run.bytes = size_of(directory);
  if (run.state == RunEntry::State::damaged) return run;
  if (!fs::exists(directory / "recipe.toml", none) || !fs::exists(directory / "environment.json", none)) {
    run.state = RunEntry::State::damaged;
    run.problem =
        std::string("it has no ") + (fs::exists(directory / "recipe.toml", none) ? "environment.json" : "recipe.toml");
  } else if (run.ended.empty()) {
    run.state = is_being_trained(directory) ? RunEntry::State::training : RunEntry::State::unfinished;
  }
  return run;
}

std::vector<RunEntry> list_runs(const fs::path& store) {
  std::vector<RunEntry> runs;
  for (const fs::path& folder : folders_in(store)) {
    if (std::optional<RunEntry> run = read_run(folder)) {
      runs.push_back(std::move(*run));
      continue;
    }
    for (const fs::path& inner : folders_in(folder))
      if (std::optional<RunEntry> run = read_run(inner)) runs.push_back(std::move(*run));
  }
  return runs;
}

std::string state_text(const RunEntry& run) {
  switch (run.state) {
    case RunEntry::State::ended:
      return run.ended;
    case RunEntry::State::unfinished:
      return "unfinished";
    case RunEntry::State::training:
      return "training";
    case RunEntry::State::damaged:
      break;
  }
  return "damaged";
}

std::optional<double> score_of(const RunEntry& run, const std::string& set, const std::string& name) {
  if (!run.result.contains(set) || !run.result[set].is_object()) return {};
  const Json& scores = run.result[set];
  if (!scores.contains(name) || !scores[name].is_number()) return {};
  return scores[name].get<double>();
}

void delete_run(const fs::path& directory) {
  const std::optional<RunEntry> run = read_run(directory);
  if (!run) throw Error(ErrorCode::usage, directory.string(), "not a run folder, so it is not deleted");
  // Nobody can begin to go on with it while it is taken away.
  const RunLock lock(directory);
  std::error_code error;
  fs::remove_all(directory, error);
  if (error) throw Error(ErrorCode::resource, directory.string(), "cannot delete the run: " + error.message());
}

Json runs_document(const std::vector<RunEntry>& runs) {
  Json all = Json::array();
  for (const RunEntry& run : runs) {
    Json one{{"run_dir", run.path.string()},
             {"time", run.time},
             {"recipe", run.recipe},
             {"seed", run.seed ? Json(*run.seed) : Json(nullptr)},
             {"ended", state_text(run)}};
    if (!run.problem.empty()) one["problem"] = run.problem;
    for (const char* set : {"validation", "test"})
      one[set] = run.result.contains(set) && run.result[set].is_object() ? run.result[set] : Json(nullptr);
    one["bytes"] = run.bytes;
    all.push_back(std::move(one));
  }
  return Json{{"schema", "telar.runs/1"}, {"runs", std::move(all)}};
}

}  // namespace telar
