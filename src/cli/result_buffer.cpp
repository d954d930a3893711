#include "cli/result_buffer.hpp"

#include <cerrno>
#include <cstring>
#include <unistd.h>

#include <telar/error.hpp>

namespace telar::cli {

int ResultBuffer::overflow(int c) {
  if (c != traits_type::eof()) text_ += static_cast<char>(c);
  return traits_type::not_eof(c);
}

std::streamsize ResultBuffer::xsputn(const char* text, std::streamsize size) {
  text_.append(text, static_cast<std::size_t>(size));
  return size;
}

int ResultBuffer::sync() {
  for (std::size_t written = 0; written < text_.size();) {
    const ssize_t n = write(STDOUT_FILENO, text_.data() + written, text_.size() - written);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0)
      throw Error(ErrorCode::resource, "stdout", std::string("cannot write the result: ") + std::strerror(errno));
    written += static_cast<std::size_t>(n);
  }
  text_.clear();
  return 0;
}

}  // namespace telar::cli
