#include "format/picture_stream.hpp"

#include <algorithm>
#include <utility>

#include <telar/error.hpp>

#include "data/picture.hpp"
#include "model/model.hpp"

namespace telar {

namespace {

Picture read_picture(InflatingReader& reader, const std::string& name) {
  constexpr std::size_t kAtOnce = std::size_t{1} << 16;
  std::vector<std::byte> bytes;
  for (std::size_t filled = 0;;) {
    bytes.resize(filled + kAtOnce);
    const std::size_t count = reader.read(std::span(bytes).subspan(filled));
    filled += count;
    if (filled > kLargestPicture)
      throw Error(ErrorCode::data, name,
                  "a picture of more than " + std::to_string(kLargestPicture >> 20) + " MiB in its file");
    if (count < kAtOnce) {
      bytes.resize(filled);
      return decode_picture(bytes, name);
    }
  }
}

}  // namespace

SampleStream open_picture(SampleSource source, const SampleOptions& options) {
  if (!options.ignore.empty())
    throw Error(ErrorCode::usage, source.name, "--ignore names columns of a table, and this is a picture");
  const std::vector<int>& shape = options.shape;
  if (shape.size() != 2 && !(shape.size() == 3 && (shape[2] == 1 || shape[2] == 3)))
    throw Error(ErrorCode::data, source.name, "a picture, but the network takes samples of shape " + shape_text(shape),
                "pictures are for networks whose Input is (height, width) or (height, width, channels)");
  const Picture photo = read_picture(*source.bytes, source.name);
  FittedPicture fitted = fit_picture(photo, shape[0], shape[1], shape.size() == 3 ? shape[2] : 1, options.pictures);
  SampleStream stream;
  if (!options.pictures)
    stream.warnings.push_back(source.name + ": what the training pictures were like is not known, so that its pixels " +
                              "are given to the network as they are, from 0 to 255");
  if (fitted.inverted)
    stream.notes.push_back(source.name +
                           ": bright and dark were changed, as the training pictures have another ground");
  if (!fitted.warning.empty())
    stream.warnings.push_back(source.name + " is unlike the training pictures: " + fitted.warning);
  stream.read = [pixels = std::move(fitted.picture.bytes), done = false](std::span<float> samples) mutable {
    if (done) return std::size_t{0};
    std::ranges::copy(pixels, samples.begin());
    done = true;
    return std::size_t{1};
  };
  return stream;
}

}  // namespace telar
