// New folders, named by the time.
#pragma once

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

namespace telar {

/// A folder for something new; `what`, for messages, is "run folder" or the like.
struct NewFolder {
  std::filesystem::path path;
  std::vector<std::filesystem::path> made;  ///< what did not exist before, innermost last

  /// `directory` itself, made if missing. Throws Error: usage if it exists and is not empty, resource if it cannot be
  /// made.
  [[nodiscard]] static NewFolder at(const std::filesystem::path& directory, const std::string& what);
  /// `parent`/<UTC time>-<name>, with -2, -3 ... behind it if that is taken. Throws Error (resource).
  [[nodiscard]] static NewFolder in(const std::filesystem::path& parent, const std::string& name,
                                    const std::string& what, std::chrono::system_clock::time_point now);

  /// Takes away again what was made, as far as nothing is in it.
  void remove_empty() const noexcept;
};

}  // namespace telar
