// Any bytes: Sequential::load gives a network or an Error. Bytes that are no zip archive become one: a configuration up
// to the HDF5 signature, weights from it on, so that a fuzzer need not find CRCs.
#include <algorithm>
#include <string_view>
#include <utility>

#include <telar/error.hpp>
#include <telar/sequential.hpp>

#include "format/zip.hpp"
#include "input_file.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::span<const std::byte> all = std::as_bytes(std::span(bytes, size));
  std::vector<std::byte> archive(all.begin(), all.end());
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);
  const std::size_t weights = text.find("\x89HDF\r\n\x1a\n");
  if (!text.starts_with("PK") && weights != 0 && weights != text.npos) {  // a file of HDF5 alone is a legacy model
    const std::pair<std::string, std::span<const std::byte>> members[] = {{"config.json", all.first(weights)},
                                                                          {"model.weights.h5", all.subspan(weights)}};
    archive = telar::zip_bytes("fuzz", members);
  }
  const InputFile file(reinterpret_cast<const std::uint8_t*>(archive.data()), archive.size());
  try {
    const telar::Sequential model = telar::Sequential::load(file.path());
    require(model.outputs() > 0);
  } catch (const telar::Error& error) {
    require(!error.message().empty());
  }
  return 0;
}
