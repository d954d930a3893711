// Any bytes: decode_picture gives as many bytes as its size says, or an Error; the picture can be made grey and
// resized.
#include <telar/error.hpp>

#include "data/picture.hpp"
#include "input_file.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  try {
    const telar::Picture picture = telar::decode_picture(std::as_bytes(std::span(bytes, size)), "fuzz");
    require(picture.height > 0 && picture.width > 0 && (picture.channels == 1 || picture.channels == 3));
    require(picture.bytes.size() == static_cast<std::size_t>(picture.height) * static_cast<std::size_t>(picture.width) *
                                        static_cast<std::size_t>(picture.channels));
    constexpr std::size_t kFew = 1 << 20;  // larger ones only take their time
    if (picture.bytes.size() > kFew) return 0;
    require(telar::resized(telar::with_channels(picture, 1), 5, 9).bytes.size() == 45);
  } catch (const telar::Error& error) {
    require(!error.message().empty());
  }
  return 0;
}
