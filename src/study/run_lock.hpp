// Who is at work in a run folder.
#pragma once

#include <filesystem>

namespace telar {

/// Keeps other processes out of a folder while it lives. Where a file system knows no locks, nobody can be kept out.
class RunLock {
 public:
  /// Throws Error (usage) if another process has it.
  explicit RunLock(const std::filesystem::path& directory);
  RunLock(RunLock&& other) noexcept;
  RunLock& operator=(RunLock&&) = delete;
  ~RunLock() { release(); }

  void release() noexcept;

 private:
  int folder_ = -1;  // a descriptor of it
};

/// Whether a process has the folder locked.
[[nodiscard]] bool is_being_trained(const std::filesystem::path& directory) noexcept;

}  // namespace telar
