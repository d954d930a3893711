// Any bytes: read_npz gives arrays as large as their shapes say, or an Error; and the names are all different.
#include <set>

#include <telar/error.hpp>

#include "format/npz.hpp"
#include "input_file.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const InputFile file(bytes, size);
  try {
    std::set<std::string> names;
    for (const telar::NpzArray& array : telar::read_npz(file.path())) {
      std::size_t values = 1;
      for (const int extent : array.shape) values *= static_cast<std::size_t>(extent);
      require(array.values.size() == values);
      require(names.insert(array.name).second);
    }
  } catch (const telar::Error& error) {
    require(!error.message().empty());
  }
  return 0;
}
