#include "study/new_folder.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <telar/error.hpp>

namespace telar {

namespace fs = std::filesystem;

namespace {

Error cannot_make(const fs::path& directory, const std::string& what, const std::error_code& reason) {
  return {ErrorCode::resource, directory.string(), "cannot make the " + what + ": " + reason.message(),
          "choose a folder you may write to with --out DIR"};
}

/// Makes `directory` and what is missing above it; returns what was made, innermost last.
std::vector<fs::path> make_folders(const fs::path& directory, const std::string& what) {
  std::vector<fs::path> missing;
  std::error_code error;
  for (fs::path p = fs::absolute(directory); !fs::exists(p, error) && p.has_relative_path(); p = p.parent_path()) {
    if (error) throw cannot_make(directory, what, error);
    missing.insert(missing.begin(), p);
  }
  std::vector<fs::path> made;
  for (const fs::path& p : missing) {
    // False without an error: somebody else made it in the meantime, or the path ends in a slash.
    if (fs::create_directory(p, error)) made.push_back(p);
    if (error) {
      for (auto m = made.rbegin(); m != made.rend(); ++m) fs::remove(*m, error);
      throw cannot_make(directory, what, error);
    }
  }
  return made;
}

}  // namespace

NewFolder NewFolder::at(const fs::path& directory, const std::string& what) {
  std::error_code error;
  const fs::file_status status = fs::status(directory, error);
  if (!fs::exists(status)) return {directory, make_folders(directory, what)};
  if (!fs::is_directory(status)) throw cannot_make(directory, what, std::make_error_code(std::errc::not_a_directory));
  const bool empty = fs::is_empty(directory, error);
  if (error) throw cannot_make(directory, what, error);
  if (!empty)
    throw Error(ErrorCode::usage, directory.string(), "the " + what + " exists and is not empty",
                "name a new folder with --out, or remove this one first");
  return {directory, {}};
}

NewFolder NewFolder::in(const fs::path& parent, const std::string& name, const std::string& what,
                        std::chrono::system_clock::time_point now) {
  std::vector<fs::path> made = make_folders(parent, what);
  const auto whole = std::chrono::time_point_cast<std::chrono::seconds>(now);
  const std::string timed =
      fmt::format("{:%Y-%m-%dT%H-%M-%SZ}-{}", fmt::gmtime(std::chrono::system_clock::to_time_t(whole)), name);
  for (int i = 1;; ++i) {
    const fs::path directory = parent / (i == 1 ? timed : fmt::format("{}-{}", timed, i));
    std::error_code error;
    if (fs::create_directory(directory, error)) {
      made.push_back(directory);
      return {directory, std::move(made)};
    }
    if (error) throw cannot_make(directory, what, error);
  }
}

void NewFolder::remove_empty() const noexcept {
  std::error_code ignored;
  for (auto p = made.rbegin(); p != made.rend(); ++p) fs::remove(*p, ignored);  // stops at what others put there
}

}  // namespace telar
