#include "base/file_reader.hpp"

#include <cerrno>
#include <fcntl.h>
#include <new>
#include <poll.h>
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

FileReader::FileReader(std::filesystem::path file) : file_(std::move(file)) { open(false); }

FileReader::FileReader(FileOrPipe source) : file_(std::move(source.file)) { open(true); }

FileReader::FileReader(StandardInput) : file_("stdin"), size_(kUnknown), descriptor_(STDIN_FILENO) {}

void FileReader::open(bool pipe) {
  struct stat status {};
  if (::stat(file_.c_str(), &status) != 0) cannot_read(file_, errno);
  // Before opening: opening a pipe would wait for a writer.
  const bool is_pipe = S_ISFIFO(status.st_mode);
  if (!S_ISREG(status.st_mode) && !(pipe && is_pipe))
    throw Error(ErrorCode::data, file_.string(), "cannot read: no regular file");
  descriptor_ = ::open(file_.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor_ < 0) cannot_read(file_, errno);
  size_ = is_pipe ? kUnknown : static_cast<std::uint64_t>(status.st_size);
}

FileReader::~FileReader() {
  if (descriptor_ > STDIN_FILENO) ::close(descriptor_);
}

std::size_t FileReader::read_once(std::span<std::byte> bytes) {
  if (ended_ || bytes.empty()) return 0;
  ssize_t n = 0;
  do n = ::read(descriptor_, bytes.data(), bytes.size());
  while (n < 0 && errno == EINTR);
  if (n < 0) cannot_read(file_, errno);
  ended_ = n == 0;
  return static_cast<std::size_t>(n);
}

std::size_t FileReader::read(std::span<std::byte> bytes) {
  std::size_t done = 0;
  while (const std::size_t n = read_once(bytes.subspan(done))) done += n;
  return done;
}

std::size_t FileReader::read_some(std::span<std::byte> bytes) {
  std::size_t done = read_once(bytes);
  while (done > 0 && done < bytes.size() && ready()) {
    const std::size_t n = read_once(bytes.subspan(done));
    if (n == 0) break;
    done += n;
  }
  return done;
}

bool FileReader::ready() const {
  pollfd asked{.fd = descriptor_, .events = POLLIN, .revents = 0};
  return ended_ || ::poll(&asked, 1, 0) > 0;
}

ByteBuffer read_file(const std::filesystem::path& file, std::uint64_t limit) try {
  FileReader reader(file);
  if (reader.size() > limit)
    throw Error(ErrorCode::data, file.string(),
                "has " + std::to_string(reader.size()) + " bytes; at most " + std::to_string(limit) + " are read");
  ByteBuffer bytes(static_cast<std::size_t>(reader.size()));
  bytes.shorten(reader.read(bytes));
  return bytes;
} catch (const std::bad_alloc&) {
  throw Error(ErrorCode::resource, file.string(), "not enough memory to read it");
}

}  // namespace telar
