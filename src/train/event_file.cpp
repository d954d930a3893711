#include "train/event_file.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstdint>
#include <fcntl.h>
#include <fmt/format.h>
#include <optional>
#include <string>
#include <system_error>
#include <unistd.h>
#include <utility>

#include <telar/error.hpp>

#include "train/event_records.hpp"

namespace telar {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view kEventPrefix = "events.out.tfevents.";
constexpr std::int64_t kMostSeconds = 9'999'999'999;  // ten digits: then names sort as numbers

/// The latest seconds in the names of a folder's event files.
std::optional<std::int64_t> latest_in(const fs::path& folder) {
  std::optional<std::int64_t> latest;
  std::error_code error;
  for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
    const std::string name = at->path().filename().string();
    std::int64_t seconds = 0;
    if (!name.starts_with(kEventPrefix)) continue;
    std::from_chars(name.data() + kEventPrefix.size(), name.data() + name.size(), seconds);
    latest = std::max(latest.value_or(0), seconds < kMostSeconds ? seconds : 0);
  }
  return latest;
}

std::string host_name() {
  std::array<char, 256> name{};
  return ::gethostname(name.data(), name.size() - 1) == 0 && name[0] != '\0' ? name.data() : "localhost";
}

[[noreturn]] void cannot_log(const fs::path& file, const std::string& what, int error) {
  throw Error(ErrorCode::resource, file.string(), what + std::generic_category().message(error),
              error == ENOSPC ? "make room on the disk" : "");
}

}  // namespace

void make_event_folder(const fs::path& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (!error && !fs::is_directory(folder, error)) error = std::make_error_code(std::errc::not_a_directory);
  if (error) cannot_log(folder, "cannot make the folder: ", error.value());
}

EventFile::EventFile(const fs::path& folder) {
  make_event_folder(folder);
  const std::int64_t seconds = std::max(static_cast<std::int64_t>(event_seconds()), latest_in(folder).value_or(0) + 1);
  for (int number = 0; descriptor_ < 0; ++number) {
    path_ = folder / fmt::format("{}{:010}.{}.{}.{}.v2", kEventPrefix, seconds, host_name(), ::getpid(), number);
    descriptor_ = ::open(path_.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (descriptor_ < 0 && errno != EEXIST) cannot_log(path_, "cannot write: ", errno);
  }
  append(version_event(event_seconds()));
}

EventFile::EventFile(EventFile&& other) noexcept
    : path_(std::move(other.path_)), descriptor_(std::exchange(other.descriptor_, -1)) {}

EventFile::~EventFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

void EventFile::append(std::string_view records) {
  while (!records.empty()) {
    const ssize_t n = ::write(descriptor_, records.data(), records.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) cannot_log(path_, "cannot write: ", errno);
    records.remove_prefix(static_cast<std::size_t>(n));
  }
}

bool has_event_files(const fs::path& folder) { return latest_in(folder).has_value(); }

}  // namespace telar
