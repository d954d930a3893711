#include "study/run_store.hpp"

#include <cerrno>
#include <cstring>
#include <fmt/chrono.h>
#include <fmt/format.h>
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

RunFolder::RunFolder(fs::path path, std::vector<fs::path> made) : path_(std::move(path)), made_(std::move(made)) {}

RunFolder::RunFolder(RunFolder&& other) noexcept
    : path_(std::move(other.path_)),
      made_(std::move(other.made_)),
      history_(std::move(other.history_)),
      kept_(std::exchange(other.kept_, true)) {}

RunFolder::~RunFolder() {
  if (kept_) return;
  std::error_code ignored;
  for (const char* file : {"recipe.toml", "environment.json", "history.jsonl", "result.json"}) {
    fs::remove(path_ / file, ignored);
  }
  for (auto p = made_.rbegin(); p != made_.rend(); ++p) fs::remove(*p, ignored);  // stops at what others put there
}

void RunFolder::write_recipe(const Recipe& recipe) { write_file(path_ / "recipe.toml", to_toml(recipe)); }

void RunFolder::write_environment(const Json& environment) { write_json("environment.json", environment); }

void RunFolder::append_epoch(int epoch, const Logs& logs) {
  const fs::path file = path_ / "history.jsonl";
  errno = 0;
  if (!history_.is_open()) history_.open(file, std::ios::binary | std::ios::app);
  history_ << epoch_document(epoch, logs).dump() << '\n' << std::flush;
  kept_ = true;
  if (!history_) {
    throw Error(ErrorCode::resource, file.string(), fmt::format("cannot write: {}", std::strerror(errno)),
                "make room on the disk, or choose another folder with --out DIR");
  }
}

fs::path RunFolder::write_model(const Sequential& model, const std::vector<std::string>& class_names) {
  fs::path file = path_ / "model.keras";
  try {
    model.save(file, {.class_names = class_names});
  } catch (const Error& error) {
    if (error.code() != ErrorCode::usage) throw;
    model.save_weights(file = path_ / "weights.npz");
  }
  kept_ = true;
  return file;
}

void RunFolder::write_result(const Json& document) { write_json("result.json", document); }

void RunFolder::write_json(const char* name, const Json& document) {
  write_file(path_ / name, document.dump(1, '\t', false, Json::error_handler_t::replace) + "\n");
}

fs::path StoredRun::weights() const {
  std::error_code none;
  fs::path archive = path / "weights.npz", model = path / "model.keras";
  return fs::exists(archive, none) && !fs::exists(model, none) ? archive : model;
}

StoredRun open_run(const fs::path& directory) {
  const auto refuse = [&directory](const std::string& message) {
    return Error(ErrorCode::data, directory.string(), message, "name the folder that `telar train` printed");
  };
  std::error_code error;
  if (!fs::is_directory(directory, error)) throw refuse("there is no such run folder");
  if (!fs::exists(directory / "recipe.toml", error)) throw refuse("not a finished run: it has no recipe.toml");
  StoredRun run{directory, {}};
  if (!fs::exists(run.weights(), error)) throw refuse("not a finished run: it has no model.keras");
  try {
    run.recipe = load_recipe(directory / "recipe.toml");
  } catch (const Error& e) {
    throw Error(ErrorCode::data, e.where(), e.message(), e.hint());
  }
  // The recipe's file has a name of its own in a run folder; a missing environment costs only that.
  std::ifstream environment(directory / "environment.json");
  const Json json = Json::parse(environment, nullptr, false);
  if (json.is_object() && json.contains("recipe") && json["recipe"].is_string()) run.recipe.name = json["recipe"];
  return run;
}

}  // namespace telar
