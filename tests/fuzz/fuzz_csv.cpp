// Any bytes: csv gives as many finite numbers as its shape says and labels that have names, or an Error.
#include <cmath>

#include <telar/csv.hpp>
#include <telar/error.hpp>

#include "input_file.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const InputFile file(bytes, size);
  for (const telar::datasets::CsvOptions& options :
       {telar::datasets::CsvOptions{.label = "y"}, telar::datasets::CsvOptions{.targets = {"y"}, .separator = ';'}}) {
    try {
      const auto [data, names, targets, weights] = telar::datasets::csv(file.path(), options);
      for (const float value : std::get<std::vector<float>>(data.storage().features)) require(std::isfinite(value));
      for (const float value : data.storage().targets) require(std::isfinite(value));
      require(!data.empty() && names.size() == data.sample_size() && targets == options.targets);
      require(data.class_names().size() == static_cast<std::size_t>(data.classes()));
    } catch (const telar::Error& error) {
      require(!error.message().empty());
    }
  }
  return 0;
}
