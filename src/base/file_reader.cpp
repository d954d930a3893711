#include "base/file_reader.hpp"

#include <cerrno>
#include <fcntl.h>
#include <new>
#include <string>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>

#include <telar/error.hpp>

namespace telar {

namespace {

[[noreturn]] void cannot_read(const std::filesystem::path& file, int error) {
  throw Error(ErrorCode::data, file.string(), "cannot read: " + std::generic_category().message(error));
}

}  // namespace

FileReader::FileReader(std::filesystem::path file) : file_(std::move(file)) {
  struct stat status {};
  if (::stat(file_.c_str(), &status) != 0) cannot_read(file_, errno);
  // Before opening: opening a pipe would wait for a writer.
  if (!S_ISREG(status.st_mode)) throw Error(ErrorCode::data, file_.string(), "cannot read: no regular file");
  descriptor_ = ::open(file_.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor_ < 0) cannot_read(file_, errno);
  size_ = static_cast<std::uint64_t>(status.st_size);
}

FileReader::FileReader(StandardInput) : file_("stdin"), size_(kUnknown), descriptor_(STDIN_FILENO) {}

FileReader::~FileReader() {
  if (descriptor_ > STDIN_FILENO) ::close(descriptor_);
}

std::size_t FileReader::read(std::span<std::byte> bytes) {
  std::size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t n = ::read(descriptor_, bytes.data() + done, bytes.size() - done);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) cannot_read(file_, errno);
    if (n == 0) break;
    done += static_cast<std::size_t>(n);
  }
  return done;
}

std::vector<std::byte> read_file(const std::filesystem::path& file, std::uint64_t limit) try {
  FileReader reader(file);
  if (reader.size() > limit)
    throw Error(ErrorCode::data, file.string(),
                "has " + std::to_string(reader.size()) + " bytes; at most " + std::to_string(limit) + " are read");
  std::vector<std::byte> bytes(static_cast<std::size_t>(reader.size()));
  bytes.resize(reader.read(bytes));
  return bytes;
} catch (const std::bad_alloc&) {
  throw Error(ErrorCode::resource, file.string(), "not enough memory to read it");
}

}  // namespace telar
