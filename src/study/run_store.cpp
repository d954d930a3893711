#include "study/run_store.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <initializer_list>
#include <sys/file.h>
#include <unistd.h>
#include <utility>

#include <telar/error.hpp>

#include "base/atomic_file.hpp"

namespace telar {

namespace fs = std::filesystem;

namespace {

Error cannot_make(const fs::path& directory, const std::error_code& reason) {
  return {ErrorCode::resource, directory.string(), "cannot make the run folder: " + reason.message(),
          "choose a folder you may write to with --out DIR"};
}

/// Makes `directory` and what is missing above it; returns what was made, innermost last.
std::vector<fs::path> make_directories(const fs::path& directory) {
  std::vector<fs::path> missing;
  std::error_code error;
  for (fs::path p = fs::absolute(directory); !fs::exists(p, error) && p.has_relative_path(); p = p.parent_path()) {
    if (error) throw cannot_make(directory, error);
    missing.insert(missing.begin(), p);
  }
  std::vector<fs::path> made;
  for (const fs::path& p : missing) {
    // False without an error: somebody else made it in the meantime, or the path ends in a slash.
    if (fs::create_directory(p, error)) made.push_back(p);
    if (error) {
      for (auto m = made.rbegin(); m != made.rend(); ++m) fs::remove(*m, error);
      throw cannot_make(directory, error);
    }
  }
  return made;
}

}  // namespace

RunFolder RunFolder::at(const fs::path& directory) {
  std::error_code error;
  const fs::file_status status = fs::status(directory, error);
  if (fs::exists(status)) {
    if (!fs::is_directory(status)) throw cannot_make(directory, std::make_error_code(std::errc::not_a_directory));
    const bool empty = fs::is_empty(directory, error);
    if (error) throw cannot_make(directory, error);
    if (!empty) {
      throw Error(ErrorCode::usage, directory.string(), "the run folder exists and is not empty",
                  "name a new folder with --out, or remove this one first");
    }
    return {directory, {}};
  }
  return {directory, make_directories(directory)};
}

RunFolder RunFolder::in(const fs::path& parent, const std::string& recipe, std::uint64_t seed,
                        std::chrono::system_clock::time_point now) {
  std::vector<fs::path> made = make_directories(parent);
  const auto whole = std::chrono::time_point_cast<std::chrono::seconds>(now);
  const std::string name = fmt::format("{:%Y-%m-%dT%H-%M-%SZ}-{}-s{}",
                                       fmt::gmtime(std::chrono::system_clock::to_time_t(whole)), recipe, seed);
  for (int i = 1;; ++i) {
    const fs::path directory = parent / (i == 1 ? name : fmt::format("{}-{}", name, i));
    std::error_code error;
    if (fs::create_directory(directory, error)) {
      made.push_back(directory);
      return {directory, std::move(made)};
    }
    if (error) throw cannot_make(directory, error);
  }
}

RunFolder RunFolder::again(const fs::path& directory) {
  std::error_code error;
  if (!fs::exists(directory / "recipe.toml", error))
    throw Error(ErrorCode::data, directory.string(), "not a run folder: it has no recipe.toml",
                "name the folder that `telar train` printed");
  RunFolder folder(directory, {});
  folder.kept_ = true;
  remove_temporaries_of_the_dead(directory);
  return folder;
}

RunFolder::RunFolder(fs::path path, std::vector<fs::path> made) : path_(std::move(path)), made_(std::move(made)) {
  lock_ = ::open(path_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  // Where a file system knows no locks, nobody can be kept out.
  if (lock_ >= 0 && ::flock(lock_, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
    ::close(lock_);
    throw Error(ErrorCode::usage, path_.string(), "another process is training into this folder",
                "wait until it has ended, or name another folder with --out");
  }
}

RunFolder::RunFolder(RunFolder&& other) noexcept
    : path_(std::exchange(other.path_, {})),
      made_(std::move(other.made_)),
      lock_(std::exchange(other.lock_, -1)),
      epochs_before_(std::move(other.epochs_before_)),
      history_(std::move(other.history_)),
      kept_(std::exchange(other.kept_, true)) {}

RunFolder::~RunFolder() {
  if (lock_ >= 0) ::close(lock_);
  if (path_.empty()) return;  // moved away
  std::error_code ignored;
  fs::remove(checkpoints(), ignored);  // stays if there are any
  if (kept_ || fs::exists(checkpoints(), ignored)) return;
  for (const char* file : {"recipe.toml", "environment.json", "history.jsonl", "result.json"}) {
    fs::remove(path_ / file, ignored);
  }
  for (auto p = made_.rbegin(); p != made_.rend(); ++p) fs::remove(*p, ignored);  // stops at what others put there
}

void RunFolder::write_recipe(const Recipe& recipe) { write_file(path_ / "recipe.toml", to_toml(recipe)); }

void RunFolder::write_environment(const Json& environment) { write_json("environment.json", environment); }

void RunFolder::restore_history(int first, const std::vector<Logs>& epochs) {
  epochs_before_.clear();
  for (const Logs& logs : epochs) epochs_before_ += epoch_document(first++, logs).dump() + "\n";
}

void RunFolder::open_history() {
  const fs::path file = path_ / "history.jsonl";
  if (history_.is_open()) return;
  write_file(file, epochs_before_);
  history_.open(file, std::ios::binary | std::ios::app);
}

void RunFolder::append_epoch(int epoch, const Logs& logs) {
  const fs::path file = path_ / "history.jsonl";
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
  fs::path file = path_ / "model.keras";
  try {
    model.save(file, names);
  } catch (const Error& error) {
    if (error.code() != ErrorCode::usage) throw;
    model.save_weights(file = path_ / "weights.npz");
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
  if (lock_ >= 0) ::close(std::exchange(lock_, -1));
}

void RunFolder::write_json(const char* name, const Json& document) {
  write_file(path_ / name, document.dump(1, '\t', false, Json::error_handler_t::replace) + "\n");
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
