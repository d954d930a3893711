// Any bytes: Hdf5File gives objects whose numbers are as many as their shapes say, or an Error.
#include <span>

#include <telar/error.hpp>

#include "format/hdf5.hpp"
#include "input_file.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  try {
    const telar::Hdf5File file("fuzz", std::as_bytes(std::span(bytes, size)));
    std::size_t waiting[1 << 14] = {0}, count = 1;
    for (std::size_t i = 0; i < count; ++i) {
      const telar::Hdf5Object& object = file.object(waiting[i]);
      for (const auto& child : object.children) waiting[count++] = child.second;
      if (!object.is_dataset) continue;
      try {
        require(file.floats(object).size() == object.count);
      } catch (const telar::Error& error) {
        require(!error.message().empty());
      }
    }
  } catch (const telar::Error& error) {
    require(!error.message().empty());
  }
  return 0;
}
