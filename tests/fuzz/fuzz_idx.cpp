// Any bytes: read_idx gives an array as large as its shape says, or an Error.
#include <telar/error.hpp>

#include "data/idx.hpp"
#include "input_file.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const InputFile file(bytes, size);
  try {
    const telar::IdxArray array = telar::read_idx(file.path());
    std::size_t values = 1;
    for (const int extent : array.shape) values *= static_cast<std::size_t>(extent);
    require(!array.shape.empty() && array.values.size() == values);
  } catch (const telar::Error& error) {
    require(!error.message().empty());
  }
  return 0;
}
