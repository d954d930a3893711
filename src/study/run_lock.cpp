#include "study/run_lock.hpp"

#include <cerrno>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>
#include <utility>

#include <telar/error.hpp>

namespace telar {

RunLock::RunLock(const std::filesystem::path& directory)
    : folder_(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)) {
  if (folder_ < 0 || ::flock(folder_, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK) return;
  release();
  throw Error(ErrorCode::usage, directory.string(), "another process is training into this folder",
              "wait until it has ended, or name another folder with --out");
}

RunLock::RunLock(RunLock&& other) noexcept : folder_(std::exchange(other.folder_, -1)) {}

void RunLock::release() noexcept {
  if (folder_ >= 0) ::close(std::exchange(folder_, -1));
}

bool is_being_trained(const std::filesystem::path& directory) noexcept {
  const int folder = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder < 0) return false;
  const bool locked = ::flock(folder, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
  ::close(folder);
  return locked;
}

}  // namespace telar
