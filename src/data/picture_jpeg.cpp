// JPEG by TurboJPEG, whose errors come back as values: nothing jumps over these frames.
#include <memory>
#include <new>
#include <turbojpeg.h>

#include <telar/error.hpp>

#include "data/picture_codecs.hpp"

namespace telar {

namespace {

struct Destroy {
  void operator()(void* decoder) const { tjDestroy(decoder); }
};

}  // namespace

bool is_jpeg(std::span<const std::byte> bytes) noexcept {
  return bytes.size() >= 3 && bytes[0] == std::byte{0xff} && bytes[1] == std::byte{0xd8} && bytes[2] == std::byte{0xff};
}

Picture decode_jpeg(std::span<const std::byte> bytes, const std::string& file) {
  const std::unique_ptr<void, Destroy> decoder(tjInitDecompress());
  if (!decoder) throw std::bad_alloc();
  const auto refuse = [&] {
    throw Error(ErrorCode::data, file,
                std::string("corrupt or truncated: the JPEG picture cannot be read: ") + tjGetErrorStr2(decoder.get()));
  };
  const auto* data = reinterpret_cast<const unsigned char*>(bytes.data());
  int width = 0, height = 0, subsampling = 0, colors = 0;
  if (tjDecompressHeader3(decoder.get(), data, bytes.size(), &width, &height, &subsampling, &colors) != 0) refuse();
  constexpr std::uint64_t kMostPixelsPerByte = 8 * 64;  // a block of 8 x 8 takes at least a bit
  check_picture_size(static_cast<std::uint64_t>(width), static_cast<std::uint64_t>(height), bytes.size(),
                     kMostPixelsPerByte, file);
  if (colors == TJCS_CMYK || colors == TJCS_YCCK)
    throw Error(ErrorCode::data, file, "a JPEG picture in CMYK, the colours of a printer", "convert it to RGB");
  const bool grey = colors == TJCS_GRAY;
  Picture picture{height, width, grey ? 1 : 3, {}};
  picture.bytes.resize(static_cast<std::size_t>(height) * static_cast<std::size_t>(width) * (grey ? 1 : 3));
  // What libjpeg would only warn of is a picture that is not what was saved.
  if (tjDecompress2(decoder.get(), data, bytes.size(), picture.bytes.data(), width, 0, height,
                    grey ? TJPF_GRAY : TJPF_RGB, TJFLAG_STOPONWARNING | TJFLAG_LIMITSCANS) != 0)
    refuse();
  return picture;
}

}  // namespace telar
