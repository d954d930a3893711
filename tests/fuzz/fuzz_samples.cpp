// Any bytes: open_samples gives whole samples of finite numbers, the same however many are read at a time, or an Error.
#include <cmath>
#include <optional>
#include <vector>

#include <telar/error.hpp>

#include "format/sample_stream.hpp"
#include "input_file.hpp"

namespace {

/// All samples, unless they are refused; `rows` at a time.
std::optional<std::vector<float>> read_samples(const std::string& path, const telar::SampleOptions& options,
                                               std::size_t rows) {
  const std::size_t width = telar::sample_width(options.shape);
  std::vector<float> all, some(rows * width);
  try {
    const telar::SampleStream stream = telar::open_samples(path, options);
    while (const std::size_t count = stream.read(some)) {
      require(count <= rows);
      all.insert(all.end(), some.begin(), some.begin() + static_cast<std::ptrdiff_t>(count * width));
    }
    require(stream.read(some) == 0);
  } catch (const telar::Error& error) {
    require(!error.message().empty());
    return {};
  }
  for (const float value : all) require(std::isfinite(value));
  return all;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const InputFile file(bytes, size);
  for (const telar::SampleOptions& options :
       {telar::SampleOptions{.shape = {2}, .features = {"a", "b"}, .targets = {"y"}, .ignore = {}, .separator = '|'},
        telar::SampleOptions{.shape = {2, 3}, .pictures = telar::PictureTraits{10, 0, 90, 0, 0.5}},
        telar::SampleOptions{.shape = {1}, .features = {}, .targets = {}, .ignore = {"a"}}})
    require(read_samples(file.path(), options, 1) == read_samples(file.path(), options, 64));
  return 0;
}
