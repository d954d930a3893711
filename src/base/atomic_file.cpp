#include "base/atomic_file.hpp"

#include <cerrno>
#include <charconv>
#include <fcntl.h>
#include <signal.h>
#include <string>
#include <string_view>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <vector>

#include <telar/error.hpp>

namespace telar {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view kPrefix = ".telar-",
                           kSuffix = ".tmp";  // of temporary files; between them process and number

[[noreturn]] void cannot_write(const fs::path& file, int error) {
  throw Error(ErrorCode::resource, file.string(), "cannot write: " + std::generic_category().message(error),
              error == ENOENT ? "Does the folder exist?" : "");
}

/// A new file that goes away again unless it is kept.
class Temporary {
 public:
  explicit Temporary(const fs::path& target) : target_(target) {
    // Not derived from the target's name, which may already be as long as a name can be.
    for (int n = 0; descriptor_ < 0; ++n) {
      path_ = target.parent_path() /
              (std::string(kPrefix) + std::to_string(::getpid()) + "-" + std::to_string(n) + std::string(kSuffix));
      descriptor_ = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
      if (descriptor_ < 0 && errno != EEXIST) cannot_write(target_, errno);
    }
  }
  Temporary(const Temporary&) = delete;
  Temporary& operator=(const Temporary&) = delete;
  ~Temporary() {
    if (descriptor_ >= 0) ::close(descriptor_);
    if (!path_.empty()) ::unlink(path_.c_str());
  }

  void take_mode_of_target() const {
    struct stat old {};
    if (::stat(target_.c_str(), &old) == 0 && ::fchmod(descriptor_, old.st_mode & 07777) != 0)
      cannot_write(target_, errno);
  }

  void write(std::span<const std::byte> bytes) const {
    while (!bytes.empty()) {
      const ssize_t n = ::write(descriptor_, bytes.data(), bytes.size());
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) cannot_write(target_, errno);
      bytes = bytes.subspan(static_cast<std::size_t>(n));
    }
  }

  void become_target() {
    if (::fsync(descriptor_) != 0) cannot_write(target_, errno);
    const int closed = ::close(descriptor_);  // some file systems report a full disk only here
    descriptor_ = -1;
    if (closed != 0) cannot_write(target_, errno);
    if (::rename(path_.c_str(), target_.c_str()) != 0) cannot_write(target_, errno);
    path_.clear();
  }

 private:
  fs::path target_, path_;
  int descriptor_ = -1;
};

/// Brings a rename to the disk. The file is already in place, so a folder that cannot be opened or synchronised (no
/// read permission, some network file systems) is no error.
void synchronise(const fs::path& folder) {
  const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return;
  ::fsync(descriptor);
  ::close(descriptor);
}

}  // namespace

void write_file(const fs::path& file, std::span<const std::byte> bytes) {
  std::error_code error;
  fs::path target = fs::absolute(file, error);
  if (error) cannot_write(file, error.value());
  if (fs::is_symlink(target, error)) {
    target = fs::weakly_canonical(target, error);
    if (error) cannot_write(file, error.value());
  }
  if (fs::exists(target, error) && !fs::is_regular_file(target, error))
    throw Error(ErrorCode::resource, file.string(), "cannot write: exists and is no regular file");

  Temporary temporary(target);
  temporary.take_mode_of_target();
  temporary.write(bytes);
  temporary.become_target();
  synchronise(target.parent_path());
}

void remove_temporaries_of_the_dead(const fs::path& folder) {
  std::error_code error;
  std::vector<fs::path> dead;
  for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
    const std::string name = at->path().filename().string();
    if (!name.starts_with(kPrefix) || !name.ends_with(kSuffix)) continue;
    pid_t process = 0;
    const auto [stop, problem] = std::from_chars(name.data() + kPrefix.size(), name.data() + name.size(), process);
    if (problem == std::errc() && *stop == '-' && process > 0 && ::kill(process, 0) != 0 && errno == ESRCH)
      dead.push_back(at->path());
  }
  for (const fs::path& file : dead) fs::remove(file, error);
}

void write_file(const fs::path& file, std::string_view text) {
  write_file(file, std::as_bytes(std::span(text.data(), text.size())));
}

}  // namespace telar
