// Any bytes: read_npy gives as many numbers as its shape says, or an Error.
#include <algorithm>
#include <cmath>

#include <telar/error.hpp>

#include "format/npy_array.hpp"
#include "format/npy_header.hpp"
#include "input_file.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const InputFile file(bytes, size);
  for (const auto whole : {telar::WholeNumbers::as_floats, telar::WholeNumbers::as_integers}) {
    try {
      const telar::NpyArray array = telar::read_npy(file.path(), whole);
      std::uint64_t count = 0;
      require(telar::count_values(array.shape, count));
      require(std::visit([](const auto& values) { return values.size(); }, array.values) == count);
      if (const auto* floats = std::get_if<std::vector<float>>(&array.values))
        require(std::ranges::all_of(*floats, [](float value) { return std::isfinite(value); }));
    } catch (const telar::Error& error) {
      require(!error.message().empty());
    }
  }
  return 0;
}
