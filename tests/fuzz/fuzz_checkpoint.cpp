// Any bytes: parse_progress gives what is stored as it was read, or an Error of data; and as a file, too, they are one.
#include <span>

#include <telar/error.hpp>

#include "input_file.hpp"
#include "train/progress.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  try {
    telar::Progress progress = telar::parse_progress(std::as_bytes(std::span(bytes, size)));
    const std::vector<std::byte> stored = telar::bytes_of(progress);
    telar::Progress again = telar::parse_progress(stored);
    require(telar::bytes_of(again) == stored);
  } catch (const telar::Error& error) {
    require(error.code() == telar::ErrorCode::data && !error.message().empty());
  }
  const InputFile file(bytes, size);
  try {
    static_cast<void>(telar::read_progress(file.path()));
  } catch (const telar::Error& error) {
    require(error.code() == telar::ErrorCode::data && !error.message().empty());
  }
  return 0;
}
