#include "study/run_store.hpp"

#include <cerrno>
#include <cstring>
#include <fmt/format.h>
#include <initializer_list>
#include <utility>

#include <telar/error.hpp>

#include "base/atomic_file.hpp"

namespace telar {

namespace fs = std::filesystem;

RunFolder RunFolder::at(const fs::path& directory) { return RunFolder(NewFolder::at(directory, "run folder")); }

RunFolder RunFolder::in(const fs::path& parent, const std::string& recipe, std::uint64_t seed,
                        std::chrono::system_clock::time_point now) {
  return RunFolder(NewFolder::in(parent, fmt::format("{}-s{}", recipe, seed), "run folder", now));
}

RunFolder RunFolder::again(const fs::path& directory) {
  std::error_code error;
  if (!fs::exists(directory / "recipe.toml", error))
    throw Error(ErrorCode::data, directory.string(), "not a run folder: it has no recipe.toml",
                "name the folder that `telar train` printed");
  RunFolder folder(NewFolder{directory, {}});
  folder.kept_ = true;
  remove_temporaries_of_the_dead(directory);
  return folder;
}

RunFolder::RunFolder(NewFolder folder) : folder_(std::move(folder)), lock_(folder_.path) {}

RunFolder::RunFolder(RunFolder&& other) noexcept
    : folder_(std::exchange(other.folder_, {})),
      lock_(std::move(other.lock_)),
      epochs_before_(std::move(other.epochs_before_)),
      history_(std::move(other.history_)),
      kept_(std::exchange(other.kept_, true)) {}

RunFolder::~RunFolder() {
  lock_.release();
  if (path().empty()) return;  // moved away
  std::error_code ignored;
  fs::remove(checkpoints(), ignored);  // stays if there are any
  if (kept_ || fs::exists(checkpoints(), ignored)) return;
  for (const char* file : {"recipe.toml", "environment.json", "history.jsonl", "result.json"}) {
    fs::remove(path() / file, ignored);
  }
  folder_.remove_empty();
}

void RunFolder::write_recipe(const Recipe& recipe) { write_file(path() / "recipe.toml", to_toml(recipe)); }

void RunFolder::write_environment(const Json& environment) { write_json("environment.json", environment); }

void RunFolder::restore_history(int first, const std::vector<Logs>& epochs) {
  epochs_before_.clear();
  for (const Logs& logs : epochs) epochs_before_ += epoch_document(first++, logs).dump() + "\n";
}

void RunFolder::open_history() {
  const fs::path file = path() / "history.jsonl";
  if (history_.is_open()) return;
  write_file(file, epochs_before_);
  history_.open(file, std::ios::binary | std::ios::app);
}

void RunFolder::append_epoch(int epoch, const Logs& logs) {
  const fs::path file = path() / "history.jsonl";
  open_history();
  errno = 0;
  history_ << epoch_document(epoch, logs).dump() << '\n' << std::flush;
  kept_ = true;
  if (!history_) {
    throw Error(ErrorCode::resource, file.string(), fmt::format("cannot write: {}", std::strerror(errno)),
                "make room on the disk, or choose another folder with --out DIR");
  }
}

fs::path RunFolder::write_model(const Sequential& model, const SaveOptions& names) {
  fs::path file = path() / "model.keras";
  try {
    model.save(file, names);
  } catch (const Error& error) {
    if (error.code() != ErrorCode::usage) throw;
    model.save_weights(file = path() / "weights.npz");
  }
  kept_ = true;
  return file;
}

void RunFolder::write_result(const TrainResult& result) {
  if (!epochs_before_.empty()) open_history();
  write_json("result.json", train_document(result));
  std::error_code ignored;
  if (result.history.ended != Ended::interrupted) fs::remove_all(checkpoints(), ignored);
  // Nothing more is written: of the folders of many seeds, only those at work hold files open.
  history_.close();
  lock_.release();
}

void RunFolder::write_json(const char* name, const Json& document) {
  write_file(path() / name, document.dump(1, '\t', false, Json::error_handler_t::replace) + "\n");
}

namespace {

void need(const fs::path& directory, const fs::path& file) {
  const auto refuse = [&directory](const std::string& message) {
    return Error(ErrorCode::data, directory.string(), message, "name the folder that `telar train` printed");
  };
  std::error_code error;
  if (!fs::is_directory(directory, error)) throw refuse("there is no such run folder");
  if (!fs::exists(file, error)) throw refuse("not a finished run: it has no " + file.filename().string());
}

}  // namespace

fs::path StoredRun::weights() const {
  std::error_code none;
  fs::path archive = path / "weights.npz", model = path / "model.keras";
  return fs::exists(archive, none) && !fs::exists(model, none) ? archive : model;
}

Recipe recipe_of_run(const fs::path& directory, const std::vector<std::string>& settings) {
  need(directory, directory / "recipe.toml");
  Recipe recipe;
  try {
    recipe = load_recipe(directory / "recipe.toml", settings);
  } catch (const Error& e) {
    if (e.where().starts_with("--set ")) throw;
    throw Error(ErrorCode::data, e.where(), e.message(), e.hint());
  }
  // The recipe's file has a name of its own in a run folder; a missing environment costs only that.
  const Json environment = read_document(directory / "environment.json");
  if (environment.contains("recipe") && environment["recipe"].is_string()) recipe.name = environment["recipe"];
  return recipe;
}

StoredRun open_run(const fs::path& directory) {
  StoredRun run{directory, {}};
  need(directory, directory / "recipe.toml");
  need(directory, run.weights());
  run.recipe = recipe_of_run(directory);
  return run;
}

Json read_document(const fs::path& file) {
  std::ifstream text(file);
  Json document = Json::parse(text, nullptr, false);
  return document.is_object() ? document : Json::object();
}

}  // namespace telar
